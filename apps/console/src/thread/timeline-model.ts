import type { TextSpans } from "@throughline/client/text-spans";
import type { ThreadView } from "@throughline/protocol";
import { hueOf } from "@throughline/react";

/** One row of the waterfall, in ms since the run began. */
export interface Bar {
  readonly id: string;
  readonly kind: "agent" | "step" | "tool" | "text";
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly hue: number | null;
  readonly state: "open" | "done" | "failed";
}

/** The newest run, laid out in time. */
export interface Timeline {
  /** How long it has taken so far, in ms. */
  readonly length: number;
  /** In order of their beginning; what began at the same time, the longer first. */
  readonly bars: readonly Bar[];
}

/**
 * @param now the run's clock in ms since the epoch; counts only while the run is active
 * @returns null for a thread without a run that has a time
 */
export function timeline(view: ThreadView, spans: TextSpans, now: number): Timeline | null {
  const run = view.runs.at(-1);
  const start = run?.startedAt ?? null;
  if (run === undefined || start === null) return null;
  const end = Math.max(run.endedAt ?? now, lastMoment(view), spans.at(-1)?.endedAt ?? 0);
  const at = (moment: number | null): number => Math.max(0, (moment ?? end) - start);
  const names = new Map(view.subagents.map((subagent) => [subagent.subagentRunId, subagent.name]));
  const hue = (id: string | null): number | null => {
    const name = names.get(id ?? "");
    return name === undefined ? null : hueOf(name);
  };
  const bars: Bar[] = [
    ...view.subagents
      .filter((subagent) => subagent.runId === run.runId)
      .map(({ subagentRunId, name, emoji, status, startedAt, endedAt }) => ({
        id: subagentRunId,
        kind: "agent" as const,
        from: at(startedAt),
        to: at(endedAt),
        label: `${emoji ?? ""} ${name}`.trim(),
        hue: hueOf(name),
        state: status === "working" ? ("open" as const) : status === "failed" ? ("failed" as const) : ("done" as const),
      })),
    ...view.steps
      .filter((step) => step.runId === run.runId)
      .map(({ name, subagentRunId, status, startedAt, endedAt }, index) => ({
        id: `${index} ${name}`,
        kind: "step" as const,
        from: at(startedAt),
        to: at(endedAt),
        label: name,
        hue: hue(subagentRunId),
        state: status === "running" ? ("open" as const) : ("done" as const),
      })),
    ...view.toolCalls
      .filter((call) => call.runId === run.runId)
      .map(({ toolCallId, name, subagentRunId, status, startedAt, endedAt }) => ({
        id: toolCallId,
        kind: "tool" as const,
        from: at(startedAt),
        to: at(endedAt),
        label: name,
        hue: hue(subagentRunId),
        state:
          status === "completed"
            ? ("done" as const)
            : status === "unfinished"
              ? ("failed" as const)
              : ("open" as const),
      })),
    ...spans.map(({ messageId, subagentRunId, startedAt, endedAt, open }) => ({
      id: messageId,
      kind: "text" as const,
      from: at(startedAt),
      to: at(endedAt),
      label: names.get(subagentRunId ?? "") ?? "Text",
      hue: hue(subagentRunId),
      state: open ? ("open" as const) : ("done" as const),
    })),
  ];
  bars.sort((a, b) => a.from - b.from || b.to - a.to);
  return { length: Math.max(1, end - start), bars };
}

/** The newest time the view tells of, in ms since the epoch; 0 for none. */
export function lastMoment(view: ThreadView): number {
  const run = view.runs.at(-1);
  let last = Math.max(run?.endedAt ?? 0, run?.startedAt ?? 0);
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
