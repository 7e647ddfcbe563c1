import { Check, Copy } from "lucide-react";
import { useRef } from "react";
import type { ReactNode } from "react";
import { useCopy } from "@throughline/react";
import { Markdown as SafeMarkdown } from "@throughline/react/markdown";
import { Button } from "../ui/button.tsx";

/** Text of an agent, in the look of the page. */
export default function Markdown({ text, isOpen }: { readonly text: string; readonly isOpen: boolean }) {
  return <SafeMarkdown text={text} isOpen={isOpen} className="prose" code={Code} />;
}

function Code({ children }: { readonly children?: ReactNode }) {
  const box = useRef<HTMLPreElement>(null);
  const { isCopied, copy } = useCopy();
  return (
    <div className="group relative">
      <pre
        ref={box}
        tabIndex={0}
        className="overflow-x-auto rounded-control border border-hairline bg-sunken p-3 text-xs"
      >
        {children}
      </pre>
      <Button
        tone="ghost"
        size="icon"
        aria-label={isCopied ? "Copied" : "Copy code"}
        onClick={() => copy(box.current?.textContent ?? "")}
        className="absolute top-1 right-1 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100"
      >
        {isCopied ? <Check aria-hidden /> : <Copy aria-hidden />}
      </Button>
    </div>
  );
}
