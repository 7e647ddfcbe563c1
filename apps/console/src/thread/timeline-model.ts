import type { RunView, ThreadView } from "@throughline/protocol";
import type { TextSpans } from "../live/text-spans.ts";
import { hueOf } from "@throughline/react";

/** One bar of a lane, in ms since the newest run began. */
export interface Bar {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly hue: number | null;
  readonly state: "open" | "done" | "failed";
  /** Bars at the same time stand in rows below each other, from 0. */
  readonly row: number;
}

type Unplaced = Omit<Bar, "row">;

/** The newest run, laid out in time. */
export interface Timeline {
  readonly run: RunView;
  /** The runs before it, oldest first. */
  readonly earlier: readonly RunView[];
  /** How long it has taken so far, in ms. */
  readonly length: number;
  readonly agents: readonly Bar[];
  readonly tools: readonly Bar[];
  readonly texts: readonly Bar[];
}

/**
 * @param now the run's clock in ms since the epoch; counts only while the run is active
 * @returns null for a thread without a run that has a time
 */
export function timeline(view: ThreadView, spans: TextSpans, now: number): Timeline | null {
  const run = view.runs.at(-1);
  const start = run?.startedAt ?? null;
  if (run === undefined || start === null) return null;
  const end = Math.max(run.endedAt ?? now, lastMoment(view, spans));
  const at = (moment: number | null): number => Math.max(0, (moment ?? end) - start);
  const names = new Map(view.subagents.map((subagent) => [subagent.subagentRunId, subagent.name]));
  const hue = (id: string | null): number | null => {
    const name = names.get(id ?? "");
    return name === undefined ? null : hueOf(name);
  };
  return {
    run,
    earlier: view.runs.slice(0, -1),
    length: Math.max(1, end - start),
    agents: inRows(
      view.subagents
        .filter((subagent) => subagent.runId === run.runId)
        .map((subagent) => ({
          id: subagent.subagentRunId,
          from: at(subagent.startedAt),
          to: at(subagent.endedAt),
          label: `${subagent.emoji ?? ""} ${subagent.name}`.trim(),
          hue: hueOf(subagent.name),
          state: subagent.status === "working" ? "open" : subagent.status === "failed" ? "failed" : "done",
        })),
    ),
    tools: inRows(
      view.toolCalls
        .filter((call) => call.runId === run.runId)
        .map((call) => ({
          id: call.toolCallId,
          from: at(call.startedAt),
          to: at(call.endedAt),
          label: call.name,
          hue: hue(call.subagentRunId),
          state: call.status === "completed" ? "done" : call.status === "unfinished" ? "failed" : "open",
        })),
    ),
    texts: inRows(
      spans.map((span) => ({
        id: span.messageId,
        from: at(span.startedAt),
        to: at(span.endedAt),
        label: names.get(span.subagentRunId ?? "") ?? "Text",
        hue: hue(span.subagentRunId),
        state: span.open ? "open" : "done",
      })),
    ),
  };
}

/** Puts each bar into the first row that is free when it begins. */
function inRows(bars: readonly Unplaced[]): readonly Bar[] {
  const ends: number[] = [];
  return bars.map((bar) => {
    const free = ends.findIndex((end) => end <= bar.from);
    const row = free < 0 ? ends.length : free;
    ends[row] = bar.to;
    return { ...bar, row };
  });
}

/** The newest time the thread tells of, in ms since the epoch; 0 for none. */
export function lastMoment(view: ThreadView, spans: TextSpans): number {
  const run = view.runs.at(-1);
  let last = Math.max(run?.endedAt ?? 0, run?.startedAt ?? 0, spans.at(-1)?.endedAt ?? 0);
  for (const { startedAt, endedAt } of [...view.subagents, ...view.toolCalls, ...view.steps]) {
    last = Math.max(last, startedAt ?? 0, endedAt ?? 0);
  }
  return last;
}

/** Marks for an axis of `length` ms: at most `most` of them, at round distances, without the zero. */
export function ticks(length: number, most: number): readonly number[] {
  const step =
    STEPS.find((candidate) => length / candidate <= most) ?? Math.ceil(length / most / 3_600_000) * 3_600_000;
  return Array.from({ length: Math.floor(length / step) }, (_, index) => (index + 1) * step);
}

const STEPS = [
  10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000,
  3_600_000,
];
