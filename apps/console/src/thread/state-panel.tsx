import { Braces } from "lucide-react";
import { useMemo } from "react";
import { EventType } from "@throughline/protocol";
import type { ThreadView } from "@throughline/protocol";
import { changesOf } from "../history/changes.ts";
import type { Change } from "../history/changes.ts";
import { Rewinder } from "../history/rewinder.ts";
import type { History } from "../history/use-history.ts";
import { cn } from "../ui/cn.ts";
import { whole } from "../ui/format.ts";
import JsonTree from "../ui/json-tree.tsx";
import { Notice } from "../ui/notice.tsx";

interface StatePanelProps {
  /** The thread at the position that is shown. */
  readonly view: ThreadView;
  readonly history: History;
}

/** The state the agents share, and what the last event that touched it did to it. */
export default function StatePanel({ view, history }: StatePanelProps) {
  const { events } = history;
  const rewinder = useMemo(() => new Rewinder(view.threadId, events), [view.threadId, events]);
  const seq = useMemo(() => lastStateEvent(history, view.lastSeq), [history, view.lastSeq]);
  const changes = useMemo(
    () => (seq === null ? [] : changesOf(rewinder.at(seq - 1).state, rewinder.at(seq).state)),
    [rewinder, seq],
  );
  const isEmpty = typeof view.state === "object" && Object.keys(view.state ?? {}).length === 0;
  if (isEmpty && seq === null) {
    return (
      <div className="grid h-full place-items-center">
        <Notice icon={<Braces />} title="No shared state">
          When agents share a state, it stands here as it was at the position shown, with each change.
        </Notice>
      </div>
    );
  }
  return (
    <div className="grid h-full min-h-0 grid-cols-2 max-md:grid-cols-1">
      <section aria-label="State" className="min-h-0 overflow-y-auto border-r border-hairline">
        <h3 className="px-3 pt-2 text-xs font-medium text-quiet">As it is here</h3>
        <JsonTree label="State" value={view.state} />
      </section>
      <section aria-label="Last change" className="min-h-0 overflow-y-auto">
        <h3 className="nums px-3 pt-2 text-xs font-medium text-quiet">
          {seq === null ? "Not changed by any event so far" : `What event ${whole(seq)} did`}
        </h3>
        <ul className="flex flex-col gap-1 p-3 font-mono text-xs">
          {seq !== null && changes.length === 0 && <li className="text-quiet">Nothing: it was so before.</li>}
          {changes.map((change) => (
            <Row key={change.path} change={change} />
          ))}
        </ul>
      </section>
    </div>
  );
}

function lastStateEvent({ events, length }: History, upTo: number): number | null {
  for (let seq = Math.min(upTo, length); seq > 0; seq--) {
    const type = events[seq - 1]?.event.type;
    if (type === EventType.STATE_DELTA || type === EventType.STATE_SNAPSHOT) return seq;
  }
  return null;
}

const SIGNS = { added: "+", removed: "−", changed: "~" } as const;
const TONES = { added: "text-green", removed: "text-red", changed: "text-amber" } as const;

function Row({ change: { path, kind, before, after } }: { readonly change: Change }) {
  return (
    <li className="flex gap-2 wrap-anywhere">
      <span aria-label={kind} className={cn("w-3 shrink-0 text-center font-medium", TONES[kind])}>
        {SIGNS[kind]}
      </span>
      <span>
        <span className="text-quiet">{path === "" ? "(all of it)" : path}</span>{" "}
        {before !== undefined && <del className="text-red no-underline">{print(before)}</del>}
        {kind === "changed" && <span className="text-quiet"> → </span>}
        {after !== undefined && <ins className="text-green no-underline">{print(after)}</ins>}
      </span>
    </li>
  );
}

function print(value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
