import { EventType } from "@throughline/protocol";
import type { RunView, ThreadEvent } from "@throughline/protocol";

/** A stretch of the line, by positions in the thread. */
export interface Segment {
  readonly kind: "run" | "tool" | "text";
  /** Seq of its first event. */
  readonly from: number;
  /** Seq of its last event. */
  readonly to: number;
  readonly label: string;
  /** How a run stands; null for what is no run. */
  readonly status: RunView["status"] | null;
}

/** The runs, as the view knows them without any event. */
export function runSegments(runs: readonly RunView[], head: number): readonly Segment[] {
  return runs.map(({ startSeq, endSeq, agent, status }) => ({
    kind: "run",
    from: startSeq,
    to: endSeq ?? head,
    label: agent ?? "run",
    status,
  }));
}

/** More than this cannot be told apart on a screen's width. */
const MOST = 400;

/**
 * Texts and tool calls, from their first to their last event. Where there are more than can be seen,
 * neighbours of a kind become one.
 */
export function workSegments(events: readonly ThreadEvent[]): readonly Segment[] {
  const open = new Map<string, { kind: Segment["kind"]; from: number; label: string }>();
  const found: Segment[] = [];
  const begin = (id: string, kind: Segment["kind"], from: number, label: string): void => {
    open.set(id, { kind, from, label });
  };
  const end = (id: string, to: number): void => {
    const begun = open.get(id);
    if (begun === undefined) return;
    open.delete(id);
    found.push({ ...begun, to, status: null });
  };
  for (const { seq, event } of events) {
    if (event.type === EventType.TEXT_MESSAGE_START) begin(`text ${event.messageId}`, "text", seq, "text");
    else if (event.type === EventType.TEXT_MESSAGE_END) end(`text ${event.messageId}`, seq);
    else if (event.type === EventType.TOOL_CALL_START)
      begin(`tool ${event.toolCallId}`, "tool", seq, event.toolCallName);
    else if (event.type === EventType.TOOL_CALL_RESULT) end(`tool ${event.toolCallId}`, seq);
    else if (event.type === EventType.RUN_FINISHED || event.type === EventType.RUN_ERROR)
      for (const id of open.keys()) end(id, seq);
  }
  for (const id of open.keys()) end(id, events.at(-1)?.seq ?? 0);
  found.sort((a, b) => a.from - b.from);
  return found.length <= MOST ? found : merged(found, (events.length / MOST) * 4);
}

/** Joins segments of a kind that are closer than `gap` events. */
function merged(segments: readonly Segment[], gap: number): readonly Segment[] {
  const result: Segment[] = [];
  for (const kind of ["text", "tool"] as const) {
    let last: Segment | undefined;
    for (const segment of segments.filter((candidate) => candidate.kind === kind)) {
      if (last !== undefined && segment.from - last.to < gap) last = { ...last, to: Math.max(last.to, segment.to) };
      else {
        if (last !== undefined) result.push(last);
        last = segment;
      }
    }
    if (last !== undefined) result.push(last);
  }
  return result;
}
