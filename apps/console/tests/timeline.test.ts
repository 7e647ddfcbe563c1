import { describe, expect, test } from "vitest";
import { foldTextSpan, type TextSpans } from "@throughline/client/text-spans";
import { emptyView, EventType as E, reduceAll } from "@throughline/protocol";
import type { AguiEvent, ThreadView } from "@throughline/protocol";
import { timeline, ticks } from "../src/thread/timeline-model.ts";

const THREAD = "web-1";
const T0 = 1_700_000_000_000;

function started(runId: string, at = 0): AguiEvent {
  return { type: E.RUN_STARTED, threadId: THREAD, runId, timestamp: T0 + at };
}

const finished = (runId: string, at = 0): AguiEvent => ({
  type: E.RUN_FINISHED,
  threadId: THREAD,
  runId,
  outcome: { type: "success" },
  timestamp: T0 + at,
});

const member = (id: string, name: string, at = 0): AguiEvent => ({
  type: E.SUBAGENT_STARTED,
  subagentRunId: id,
  name,
  metadata: { emoji: "📈" },
  timestamp: T0 + at,
});

function said(messageId: string, delta: string, subagentRunId?: string, at = 0, until = at): AguiEvent[] {
  const owner = subagentRunId === undefined ? {} : { subagentRunId };
  return [
    { type: E.TEXT_MESSAGE_START, messageId, role: "assistant", timestamp: T0 + at, ...owner },
    { type: E.TEXT_MESSAGE_CONTENT, messageId, delta, timestamp: T0 + until, ...owner },
    { type: E.TEXT_MESSAGE_END, messageId, timestamp: T0 + until, ...owner },
  ];
}

function fold(...events: AguiEvent[]): ThreadView {
  return reduceAll(
    emptyView(THREAD),
    events.map((event, index) => ({ seq: index + 1, event })),
  );
}

describe("timeline", () => {
  const events = [
    started("r1"),
    finished("r1", 10),
    started("r2", 1_000),
    member("a", "Analyst", 1_100),
    member("b", "Risk", 1_200),
    ...said("m1", "text", "a", 1_300, 1_400),
    { type: E.SUBAGENT_FINISHED, subagentRunId: "a", timestamp: T0 + 1_500 } as const,
    member("c", "Writer", 1_600),
  ];
  const spans = events.reduce<TextSpans>(foldTextSpan, []);

  test("lays the newest run out from its start, in the order in which things began", () => {
    const model = timeline(fold(...events), spans, T0 + 2_000);
    expect(model?.length).toBe(1_000);
    expect(model?.bars.map(({ kind, label, from, to, state }) => [kind, label, from, to, state])).toEqual([
      ["agent", "📈 Analyst", 100, 500, "done"],
      ["agent", "📈 Risk", 200, 1_000, "open"],
      ["text", "Analyst", 300, 400, "done"],
      ["agent", "📈 Writer", 600, 1_000, "open"],
    ]);
  });

  test("a run that has ended stays as long as it was", () => {
    const view = fold(...events, finished("r2", 1_800));
    expect(timeline(view, spans, T0 + 99_000)?.length).toBe(800);
  });

  test("there is none without a run", () => {
    expect(timeline(emptyView(THREAD), [], T0)).toBeNull();
  });

  test.each([1, 9, 37, 450, 5_900, 65_000, 3_600_000, 90_000_000])(
    "an axis of %i ms has few, round, rising marks",
    (length) => {
      const marks = ticks(length, 6);
      expect(marks.length).toBeLessThanOrEqual(6);
      expect(marks.every((mark, index) => mark <= length && mark > (marks[index - 1] ?? 0))).toBe(true);
    },
  );
});
