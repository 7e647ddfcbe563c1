import { CloudOff, History as HistoryIcon, ListTree } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";
import type { ThreadEvent } from "@throughline/protocol";
import { KINDS, kindOf, summaryOf } from "../history/describe.ts";
import type { History } from "../history/use-history.ts";
import type { Rewind } from "../history/use-rewind.ts";
import { Button } from "../ui/button.tsx";
import { Chips, SearchField } from "../ui/filters.tsx";
import { whole } from "../ui/format.ts";
import { Notice } from "../ui/notice.tsx";
import { RowSkeleton } from "../ui/polled-view.tsx";
import { EventDetails } from "./event-details.tsx";
import { EventList } from "./event-list.tsx";

interface EventInspectorProps {
  readonly threadId: string;
  readonly history: History;
  readonly rewind: Rewind;
}

const FILTERS = [{ value: "", label: "All" }, ...KINDS];

/** Every event as it was sent: filtered, looked into, taken elsewhere. */
export default function EventInspector({ threadId, history, rewind }: EventInspectorProps) {
  const { status, events, length, failure, load } = history;
  const [kind, setKind] = useState("");
  const [q, setQ] = useState("");
  const [selected, setSelected] = useState<number | null>(null);
  useEffect(() => {
    if (status === "idle") void load();
  }, [status, load]);
  // The events' list grows in place: its length says when.
  const found = useMemo(() => filtered(events.slice(0, length), kind, q), [events, length, kind, q]);
  const shown = selected === null ? undefined : events[selected - 1];
  if (status === "trimmed" || status === "failed") {
    return (
      <Centered>
        <Notice
          tone={status === "failed" ? "red" : "quiet"}
          icon={status === "failed" ? <CloudOff /> : <HistoryIcon />}
          title={status === "failed" ? "The events could not be loaded" : "The beginning is no longer kept"}
          action={status === "failed" && <Button onClick={() => void load()}>Try again</Button>}
        >
          {failure === null ? "Retention has removed this thread’s first events." : failure.message}
        </Notice>
      </Centered>
    );
  }
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1.5 px-3 py-1.5">
        <SearchField label="Search events" value={q} onChange={setQ} className="w-52 max-md:w-full" />
        <Chips label="Kind" value={kind} options={FILTERS} onChange={setKind} />
        <span className="nums ml-auto text-xs text-quiet" aria-live="polite">
          {status === "loading" ? `Loading, ${whole(length)} so far` : `${whole(found.length)} of ${whole(length)}`}
        </span>
      </div>
      <div className="flex min-h-0 flex-1 border-t border-hairline">
        <div className="min-w-0 flex-1">
          {length === 0 && status !== "ready" ? (
            <RowSkeleton rows={5} label="Loading events" />
          ) : found.length === 0 ? (
            <Centered>
              <Notice icon={<ListTree />} title={length === 0 ? "No events yet" : "No event is like that"} />
            </Centered>
          ) : (
            <EventList
              events={found}
              position={rewind.position}
              selected={selected}
              onSelect={setSelected}
              onSeek={rewind.seek}
            />
          )}
        </div>
        {shown !== undefined && (
          <EventDetails
            threadId={threadId}
            event={shown}
            onClose={() => setSelected(null)}
            onSeek={() => rewind.seek(shown.seq)}
          />
        )}
      </div>
    </div>
  );
}

function filtered(events: readonly ThreadEvent[], kind: string, q: string): readonly ThreadEvent[] {
  if (kind === "" && q === "") return events;
  const wanted = q.toLowerCase();
  return events.filter(
    ({ event }) =>
      (kind === "" || kindOf(event) === kind) &&
      (wanted === "" || `${event.type} ${summaryOf(event)}`.toLowerCase().includes(wanted)),
  );
}

function Centered({ children }: { readonly children: ReactNode }) {
  return <div className="grid h-full place-items-center">{children}</div>;
}
