import { Check, Copy } from "lucide-react";
import { useRef, useState } from "react";
import type { ReactNode } from "react";
import { Markdown as SafeMarkdown } from "@throughline/react/markdown";
import { Button } from "../ui/button.tsx";

/** Text of an agent, in the look of the page. */
export default function Markdown({ text, isOpen }: { readonly text: string; readonly isOpen: boolean }) {
  return <SafeMarkdown text={text} isOpen={isOpen} className="prose" code={Code} />;
}

function Code({ children }: { readonly children?: ReactNode }) {
  const box = useRef<HTMLPreElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    navigator.clipboard?.writeText(box.current?.textContent ?? "").then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
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
        aria-label={copied ? "Copied" : "Copy code"}
        onClick={copy}
        className="absolute top-1 right-1 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100"
      >
        {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
      </Button>
    </div>
  );
}
