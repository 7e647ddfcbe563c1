import { useCopy } from "@throughline/react";
import { shortId } from "./format.ts";
import { Tooltip } from "./tooltip.tsx";

/** An id, shortened in the middle; a click copies the whole. */
export function CopyId({ id, label }: { readonly id: string; readonly label: string }) {
  const { isCopied, copy, reset } = useCopy();
  return (
    <Tooltip content={<span className="font-mono">{isCopied ? "Copied" : id}</span>}>
      <button
        type="button"
        onClick={() => copy(id)}
        onMouseEnter={reset}
        aria-label={`${shortId(id)}, copy the ${label}’s id`}
        className="rounded-control px-1 font-mono text-xs whitespace-nowrap text-quiet transition-colors hover:bg-sunken hover:text-ink"
      >
        {shortId(id)}
      </button>
    </Tooltip>
  );
}
