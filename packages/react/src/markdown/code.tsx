import { useRef } from "react";
import type { ReactNode } from "react";
import { useCopy } from "../hooks/use-copy.ts";

/** A block of code with a button that copies it. */
export function Code({ children }: { readonly children?: ReactNode }) {
  const box = useRef<HTMLPreElement>(null);
  const { isCopied, copy } = useCopy();
  return (
    <div data-tl="code">
      <pre ref={box} tabIndex={0}>
        {children}
      </pre>
      <button type="button" data-tl="button" onClick={() => copy(box.current?.textContent ?? "")}>
        {isCopied ? "Copied" : "Copy"}
      </button>
    </div>
  );
}
