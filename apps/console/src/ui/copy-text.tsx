import { Check, Copy } from "lucide-react";
import { useState } from "react";
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
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    // Refused outside a secure context: what is to be copied stands beside it and can be selected.
    navigator.clipboard?.writeText(text()).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <Button
      tone="ghost"
      size="icon"
      aria-label={copied ? "Copied" : label}
      onClick={copy}
      onBlur={() => setCopied(false)}
    >
      {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
    </Button>
  );
}
