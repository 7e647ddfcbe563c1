import { Check, Copy } from "lucide-react";
import { useCopy } from "@throughline/react";
import { Button } from "./button.tsx";

/** A line of text to be used elsewhere, with a button that copies it. */
export function CopyText({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <div className="flex items-center gap-1 rounded-control border border-hairline bg-sunken pl-3">
      <code tabIndex={0} className="min-w-0 flex-1 overflow-x-auto py-1.5 font-mono text-xs whitespace-nowrap">
        {text}
      </code>
      <CopyButton label={label} text={() => text} />
    </div>
  );
}

interface CopyButtonProps {
  readonly label: string;
  /** Made when it is asked for. */
  readonly text: () => string;
}

export function CopyButton({ label, text }: CopyButtonProps) {
  const { isCopied, copy, reset } = useCopy();
  return (
    <Button
      tone="ghost"
      size="icon"
      aria-label={isCopied ? "Copied" : label}
      onClick={() => copy(text())}
      onBlur={reset}
    >
      {isCopied ? <Check aria-hidden /> : <Copy aria-hidden />}
    </Button>
  );
}
