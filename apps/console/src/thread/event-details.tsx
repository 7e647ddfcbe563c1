import { History, X } from "lucide-react";
import type { ThreadEvent } from "@throughline/protocol";
import { curlOf } from "../history/exports.ts";
import { Button } from "../ui/button.tsx";
import { CopyButton, CopyText } from "../ui/copy-text.tsx";
import { whole } from "../ui/format.ts";
import JsonTree from "../ui/json-tree.tsx";
import { Tooltip } from "../ui/tooltip.tsx";

interface EventDetailsProps {
  readonly threadId: string;
  readonly event: ThreadEvent;
  readonly onClose: () => void;
  readonly onSeek: () => void;
}

/** One event, whole. */
export function EventDetails({ threadId, event: { seq, event }, onClose, onSeek }: EventDetailsProps) {
  return (
    <section
      aria-label={`Event ${whole(seq)}`}
      className="flex w-[min(480px,45%)] shrink-0 flex-col border-l border-hairline max-md:absolute max-md:inset-0 max-md:z-10 max-md:w-full max-md:border-l-0 max-md:bg-surface"
    >
      <header className="flex h-9 shrink-0 items-center gap-1 border-b border-hairline pr-1 pl-3">
        <h3 className="min-w-0 flex-1 truncate font-mono text-xs font-medium">{event.type}</h3>
        <Tooltip content="Rewind to here (Enter)">
          <Button tone="ghost" size="icon" aria-label="Rewind to here" onClick={onSeek}>
            <History aria-hidden />
          </Button>
        </Tooltip>
        <CopyButton label="Copy the event" text={() => JSON.stringify(event, null, 2)} />
        <Button tone="ghost" size="icon" aria-label="Close the event" onClick={onClose}>
          <X aria-hidden />
        </Button>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <JsonTree label={`Event ${seq}`} value={event} />
        <div className="px-3 pb-3">
          <CopyText label="Copy as curl" text={curlOf(location.origin, threadId, seq - 1, 1)} />
        </div>
      </div>
    </section>
  );
}
