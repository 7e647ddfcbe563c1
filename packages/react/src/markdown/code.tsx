import { useRef, useState } from "react";
import type { ReactNode } from "react";

/** A block of code with a button that copies it. */
export function Code({ children }: { readonly children?: ReactNode }) {
  const box = useRef<HTMLPreElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    // Absent on pages that came over plain HTTP.
    navigator.clipboard?.writeText(box.current?.textContent ?? "").then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <div data-tl="code">
      <pre ref={box} tabIndex={0}>
        {children}
      </pre>
      <button type="button" data-tl="button" onClick={copy}>
        {copied ? "Copied" : "Copy"}
      </button>
    </div>
  );
}
