import { useState } from "react";
import { shortId } from "./format.ts";
import { Tooltip } from "./tooltip.tsx";

/** An id, shortened in the middle; a click copies the whole. */
export function CopyId({ id, label }: { readonly id: string; readonly label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    // Refused outside a secure context: the whole id stands in the tooltip and can be selected there.
    navigator.clipboard?.writeText(id).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <Tooltip content={<span className="font-mono">{copied ? "Copied" : id}</span>}>
      <button
        type="button"
        onClick={copy}
        onMouseEnter={() => setCopied(false)}
        aria-label={`${shortId(id)}, copy the ${label}’s id`}
        className="rounded-control px-1 font-mono text-xs whitespace-nowrap text-quiet transition-colors hover:bg-sunken hover:text-ink"
      >
        {shortId(id)}
      </button>
    </Tooltip>
  );
}
