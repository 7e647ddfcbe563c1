import { type AguiEvent, EventType } from "@throughline/protocol";
import { expect, test } from "vitest";
import { foldTextSpan, type TextSpans } from "../src/thread/text-spans.ts";

test("when each text of the newest run was written", () => {
  const run = { threadId: "t", runId: "r" };
  const fold = (events: readonly AguiEvent[]): TextSpans => events.reduce<TextSpans>(foldTextSpan, []);
  const events: AguiEvent[] = [
    { type: EventType.TEXT_MESSAGE_START, messageId: "old", role: "assistant", timestamp: 1 },
    { type: EventType.RUN_STARTED, ...run, timestamp: 10 },
    { type: EventType.TEXT_MESSAGE_START, messageId: "a", role: "assistant", timestamp: 20 },
    { type: EventType.TEXT_MESSAGE_CONTENT, messageId: "a", delta: "x", timestamp: 35 },
    { type: EventType.TEXT_MESSAGE_START, messageId: "b", role: "assistant", subagentRunId: "s", timestamp: 30 },
    { type: EventType.TEXT_MESSAGE_END, messageId: "a", timestamp: 40 },
  ];
  expect(fold(events)).toEqual([
    { messageId: "a", subagentRunId: null, startedAt: 20, endedAt: 40, open: false },
    { messageId: "b", subagentRunId: "s", startedAt: 30, endedAt: 30, open: true },
  ]);
  const ended = fold([...events, { type: EventType.RUN_ERROR, message: "No." }]);
  expect(ended.map(({ open }) => open)).toEqual([false, false]);
});
