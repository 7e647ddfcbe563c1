import { describe, expect, test } from "vitest";
import { emptyView, EventType as E, reduceAll } from "@throughline/protocol";
import type { AguiEvent, ThreadView } from "@throughline/protocol";
import { type Entry, outcomeOf, transcript } from "../src/index.ts";

const THREAD = "web-1";
const T0 = 1_700_000_000_000;

function started(runId: string, at = 0, text: string | null = "ask"): AguiEvent {
  const messages = text === null ? [] : [{ id: `${runId}-user`, role: "user" as const, content: text }];
  const input = { threadId: THREAD, runId, messages, tools: [], context: [], forwardedProps: { agent: "team" } };
  return { type: E.RUN_STARTED, threadId: THREAD, runId, input, timestamp: T0 + at };
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

/** `you: ask`, `Analyst: text, tool`, `run-1 completed`. */
function outline(entries: readonly Entry[]): string[] {
  return entries.map((entry) => {
    if (entry.kind === "user") return `you: ${entry.text}`;
    if (entry.kind === "ended") return `${entry.run.runId} ${entry.run.status}`;
    if (entry.kind === "answered") return `${entry.question} ${entry.answer}`;
    return `${entry.agent?.name ?? "agent"}: ${entry.parts.map((part) => part.kind).join(", ")}`;
  });
}

describe("transcript", () => {
  test("what one agent does in a row is one turn", () => {
    const view = fold(
      started("r1"),
      member("a", "Analyst"),
      member("b", "Writer"),
      { type: E.TOOL_CALL_START, toolCallId: "c1", toolCallName: "load", subagentRunId: "a" },
      { type: E.TOOL_CALL_RESULT, toolCallId: "c1", messageId: "t1", content: "42", subagentRunId: "a" },
      ...said("m1", "found it", "a"),
      ...said("m2", "report", "b"),
      ...said("m3", "more", "a"),
      ...said("m4", "the end"),
      finished("r1"),
    );
    const turns = ["Analyst: tool, text", "Writer: text", "Analyst: text", "agent: text"];
    expect(outline(transcript(view))).toEqual(["you: ask", ...turns, "r1 completed"]);
  });

  test("an agent of an earlier run keeps its name and hue", () => {
    const first = [started("r1"), member("a", "Analyst"), ...said("m1", "one", "a"), finished("r1")];
    const [, before] = transcript(fold(...first));
    const [, after] = transcript(fold(...first, started("r2"), member("b", "Writer")));
    expect(after).toEqual(before);
  });

  test("R1: each run's end stands behind what it said, also the one that failed long ago", () => {
    const failed: AguiEvent = { type: E.RUN_ERROR, code: "worker_lost", message: "died" };
    const view = fold(
      started("r1"),
      ...said("m1", "half"),
      failed,
      started("r2"),
      ...said("m2", "whole"),
      finished("r2"),
    );
    expect(outline(transcript(view))).toEqual([
      "you: ask",
      "agent: text",
      "r1 failed",
      "you: ask",
      "agent: text",
      "r2 completed",
    ]);
  });

  test("a question stands with its answer where it was answered", () => {
    const asks: AguiEvent = {
      type: E.RUN_FINISHED,
      threadId: THREAD,
      runId: "r1",
      outcome: { type: "interrupt", interrupts: [{ id: "q", reason: "input_required", message: "Go on?" }] },
    };
    const answers = started("r2", 0, null);
    if (answers.type === E.RUN_STARTED && answers.input) {
      answers.input.resume = [{ interruptId: "q", status: "resolved", payload: "yes" }];
    }
    const view = fold(started("r1"), ...said("m1", "hm"), asks, answers, ...said("m2", "good"), finished("r2"));
    expect(outline(transcript(view))).toEqual(["you: ask", "agent: text", "Go on? yes", "agent: text", "r2 completed"]);
  });

  test("a call that was cut off is unfinished, not running for ever", () => {
    const call: AguiEvent = { type: E.TOOL_CALL_START, toolCallId: "c1", toolCallName: "load" };
    const running = transcript(fold(started("r1"), call)).at(-1);
    expect(running).toMatchObject({ parts: [{ kind: "tool", status: "calling" }] });
    const cut = fold(started("r1"), call, { type: E.RUN_ERROR, message: "died" });
    expect(transcript(cut)[1]).toMatchObject({ parts: [{ status: "unfinished", result: null }] });
    const later = fold(started("r1"), call, { type: E.RUN_ERROR, message: "died" }, started("r2"), {
      ...call,
      toolCallId: "c2",
    });
    expect(transcript(later)[1]).toMatchObject({ parts: [{ id: "c1", status: "unfinished" }] });
  });
});

describe("steps", () => {
  const step = (type: E.STEP_STARTED | E.STEP_FINISHED, at: number): AguiEvent => ({
    type,
    stepName: "s",
    timestamp: T0 + at,
  });
  const outcome = (...events: AguiEvent[]) => {
    const { steps, runs } = fold(started("r1"), ...events);
    return steps.map((each) => outcomeOf(each, runs[0] ?? null));
  };

  test("that a failing run closes were cut, not done", () => {
    const failed: AguiEvent = { type: E.RUN_ERROR, message: "died", timestamp: T0 + 50 };
    expect(outcome(step(E.STEP_STARTED, 1))).toEqual(["active"]);
    expect(outcome(step(E.STEP_STARTED, 1), step(E.STEP_FINISHED, 50), failed)).toEqual(["cut"]);
    expect(outcome(step(E.STEP_STARTED, 1), step(E.STEP_FINISHED, 20), failed)).toEqual(["done"]);
    expect(outcome(step(E.STEP_STARTED, 1), step(E.STEP_FINISHED, 50), finished("r1", 50))).toEqual(["done"]);
  });
});
