import { describe, expect, test } from "vitest";
import { emptyView, EventType, reduce, reduceAll, type AguiEvent, type ThreadView } from "../src/index.ts";
import { event, runFinished, runStarted, THREAD } from "./support/events.ts";

function fold(...events: AguiEvent[]): ThreadView {
  return reduceAll(
    emptyView(THREAD),
    events.map((each, index) => ({ seq: index + 1, event: each })),
  );
}

const E = EventType;
const custom = (name: string, value: unknown) => event({ type: E.CUSTOM, name, value });
const failed = event({ type: E.RUN_ERROR, message: "broke", code: "agent_error", timestamp: 90 });
const cancelled = event({
  type: E.RUN_FINISHED,
  threadId: THREAD,
  runId: "r1",
  outcome: { type: "cancelled" },
  timestamp: 90,
});
const user = (id: string, content: string) => ({ id, role: "user" as const, content });
const asks = (...ids: string[]) =>
  event({
    type: E.RUN_FINISHED,
    threadId: THREAD,
    runId: "r1",
    outcome: { type: "interrupt", interrupts: ids.map((id) => ({ id, reason: "input_required" })) },
  });

describe("messages", () => {
  test("text that is still being written is in its message", () => {
    const view = fold(
      runStarted("r1"),
      event({ type: E.TEXT_MESSAGE_START, messageId: "m" }),
      event({ type: E.TEXT_MESSAGE_CONTENT, messageId: "m", delta: "Hel" }),
      event({ type: E.TEXT_MESSAGE_CONTENT, messageId: "m", delta: "lo" }),
    );
    expect(view.messages).toEqual([{ id: "m", role: "assistant", content: "Hello" }]);
    expect(view.open).toEqual([{ kind: "message", id: "m", subagentRunId: null }]);
  });

  test("what a person said comes with RUN_STARTED, once", () => {
    const view = fold(
      runStarted("r1", { messages: [user("u1", "first")] }),
      runFinished("r1"),
      runStarted("r2", { messages: [user("u1", "first"), user("u2", "second")] }),
    );
    expect(view.messages).toEqual([user("u1", "first"), user("u2", "second")]);
  });

  test("a tool call stands in its message with the arguments so far, its result behind it", () => {
    const calling = [
      runStarted("r1"),
      event({ type: E.TOOL_CALL_START, toolCallId: "c", toolCallName: "load", parentMessageId: "m" }),
      event({ type: E.TOOL_CALL_ARGS, toolCallId: "c", delta: '{"a"' }),
    ];
    const call = { id: "c", type: "function", function: { name: "load", arguments: '{"a"' } };
    expect(fold(...calling).messages).toEqual([{ id: "m", role: "assistant", toolCalls: [call] }]);
    const result = event({ type: E.TOOL_CALL_RESULT, messageId: "t", toolCallId: "c", content: "done" });
    expect(fold(...calling, result).messages[1]).toEqual({ id: "t", role: "tool", toolCallId: "c", content: "done" });
  });
});

describe("tool calls", () => {
  const start = event({
    type: E.TOOL_CALL_START,
    toolCallId: "c",
    toolCallName: "load",
    subagentRunId: "s",
    timestamp: 10,
  });
  const end = event({ type: E.TOOL_CALL_END, toolCallId: "c" });
  const result = event({
    type: E.TOOL_CALL_RESULT,
    messageId: "t",
    toolCallId: "c",
    content: [{ type: "text", text: "42" }],
    timestamp: 20,
  });

  test("go from calling to running to completed", () => {
    const status = (...events: AguiEvent[]) => fold(runStarted("r1"), ...events).toolCalls.map((call) => call.status);
    expect(status(start)).toEqual(["calling"]);
    expect(status(start, end)).toEqual(["running"]);
    expect(fold(runStarted("r1"), start, end, result).toolCalls).toEqual([
      {
        toolCallId: "c",
        name: "load",
        runId: "r1",
        subagentRunId: "s",
        args: "",
        status: "completed",
        result: "42",
        startedAt: 10,
        endedAt: 20,
      },
    ]);
  });

  test.each([failed, cancelled])("are unfinished after $type without success", (terminal) => {
    expect(fold(runStarted("r1"), start, end, terminal).toolCalls).toMatchObject([
      { status: "unfinished", endedAt: 90 },
    ]);
    expect(fold(runStarted("r1"), start, end, result, terminal).toolCalls).toMatchObject([
      { status: "completed", endedAt: 20 },
    ]);
  });

  test("stay running where the application is to answer, and complete with the message that answers", () => {
    const answered = { id: "t", role: "tool" as const, toolCallId: "c", content: "42" };
    const left = [runStarted("r1"), start, end, runFinished("r1")];
    expect(fold(...left).toolCalls).toMatchObject([{ status: "running" }]);
    expect(fold(...left, runStarted("r2", { messages: [answered] })).toolCalls).toMatchObject([
      { status: "completed", result: "42" },
    ]);
  });

  test("are those of the newest run that had any", () => {
    const next = event({ type: E.TOOL_CALL_START, toolCallId: "d", toolCallName: "draw" });
    const before = [runStarted("r1"), start, end, result, runFinished("r1"), runStarted("r2")];
    expect(fold(...before).toolCalls.map((call) => call.toolCallId)).toEqual(["c"]);
    expect(fold(...before, next).toolCalls.map((call) => call.toolCallId)).toEqual(["d"]);
  });
});

describe("runs", () => {
  test("a run that completes with a result keeps it; another has none", () => {
    const ended = event({ type: E.RUN_FINISHED, threadId: THREAD, runId: "r1", result: { n: [1] } });
    expect(fold(runStarted("r1"), ended).runs).toMatchObject([{ status: "completed", result: { n: [1] } }]);
    for (const end of [runFinished("r1"), failed, { ...cancelled, result: 1 } as AguiEvent]) {
      expect(fold(runStarted("r1"), end).runs[0]).not.toHaveProperty("result");
    }
  });

  test("know their agent, their place and how they ended", () => {
    const started = { ...runStarted("r1", { forwardedProps: { agent: "scripted" } }), timestamp: 5, parentRunId: "r0" };
    expect(fold(started).runs).toEqual([
      {
        runId: "r1",
        parentRunId: "r0",
        agent: "scripted",
        status: "running",
        startSeq: 1,
        endSeq: null,
        startedAt: 5,
        endedAt: null,
        error: null,
      },
    ]);
    expect(fold(started, failed).runs).toMatchObject([
      { status: "failed", endSeq: 2, endedAt: 90, error: { code: "agent_error", message: "broke" } },
    ]);
    expect(fold(started, cancelled).runs).toMatchObject([{ status: "cancelled", error: null }]);
  });

  test("give the thread its status", () => {
    const status = (...events: AguiEvent[]) => fold(...events).status;
    expect(status()).toBe("idle");
    expect(status(runStarted("r1"))).toBe("running");
    expect(status(runStarted("r1"), custom("run.paused", { runId: "r1" }))).toBe("paused");
    expect(
      status(runStarted("r1"), custom("run.paused", { runId: "r1" }), custom("run.resumed", { runId: "r1" })),
    ).toBe("running");
    expect(status(runStarted("r1"), runFinished("r1"))).toBe("idle");
    expect(status(runStarted("r1"), cancelled)).toBe("idle");
    expect(status(runStarted("r1"), failed)).toBe("failed");
    expect(status(runStarted("r1"), asks("q"))).toBe("waiting");
  });

  test("that have ended cannot be paused", () => {
    const view = fold(runStarted("r1"), runFinished("r1"), custom("run.paused", { runId: "r1" }));
    expect([view.status, view.runs[0]?.status]).toEqual(["idle", "completed"]);
  });

  test("that never begin are noted apart, the latest hundred, whatever goes on", () => {
    const withdrawn = Array.from({ length: 101 }, (_, index) => custom("run.withdrawn", { runId: `w${index}` }));
    const view = fold(runStarted("r1"), ...withdrawn, custom("run.withdrawn", { runId: "w", code: "unknown_agent" }));
    expect(view).toMatchObject({ status: "running", runs: [{ runId: "r1", status: "running" }] });
    expect(view.withdrawnRuns).toHaveLength(100);
    expect(view.withdrawnRuns[0]).toEqual({ runId: "w2", code: null });
    expect(view.withdrawnRuns.at(-1)).toEqual({ runId: "w", code: "unknown_agent" });
  });

  test("begin without the progress of the one before", () => {
    const before = [
      runStarted("r1"),
      custom("progress", { current: 1, total: 2 }),
      custom("confidence", { confidence: 0.5 }),
      runFinished("r1"),
    ];
    expect(fold(...before)).toMatchObject({ progress: { current: 1, total: 2, message: null }, confidence: 0.5 });
    expect(fold(...before, runStarted("r2"))).toMatchObject({ progress: null, confidence: null });
  });
});

describe("questions", () => {
  test("stay until a run's resume answers them, whatever runs in between", () => {
    const pending = (...events: AguiEvent[]) => fold(...events).pendingInterrupts.map(({ interrupt }) => interrupt.id);
    const asked = [runStarted("r1"), asks("q1", "q2")];
    expect(fold(...asked).pendingInterrupts[0]).toEqual({
      runId: "r1",
      interrupt: { id: "q1", reason: "input_required" },
    });
    expect(pending(...asked, runStarted("r2"), runFinished("r2"))).toEqual(["q1", "q2"]);
    const answer = runStarted("r2", { resume: [{ interruptId: "q1", status: "resolved", payload: "yes" }] });
    expect(pending(...asked, answer)).toEqual(["q2"]);
    expect(fold(...asked, answer, runFinished("r2")).status).toBe("waiting");
  });

  test("stay in the view with their answer, behind the message they were answered after", () => {
    const view = fold(
      runStarted("r1", { messages: [user("u1", "first")] }),
      asks("q1", "q2"),
      runStarted("r2", { resume: [{ interruptId: "q1", status: "resolved", payload: "yes" }] }),
      runFinished("r2"),
      runStarted("r3", { resume: [{ interruptId: "q2", status: "cancelled" }] }),
    );
    const asked = { runId: "r1", afterMessageId: "u1" };
    expect(view.answeredInterrupts).toEqual([
      {
        ...asked,
        interrupt: { id: "q1", reason: "input_required" },
        answerRunId: "r2",
        status: "resolved",
        answer: "yes",
      },
      {
        ...asked,
        interrupt: { id: "q2", reason: "input_required" },
        answerRunId: "r3",
        status: "cancelled",
        answer: null,
      },
    ]);
  });
});

describe("the team", () => {
  const started = event({
    type: E.SUBAGENT_STARTED,
    subagentRunId: "s",
    name: "Analyst",
    metadata: { emoji: "📊" },
    timestamp: 1,
  });

  test("shows who works, with the emoji", () => {
    expect(fold(runStarted("r1"), started).subagents).toEqual([
      {
        subagentRunId: "s",
        runId: "r1",
        parentSubagentRunId: null,
        name: "Analyst",
        emoji: "📊",
        status: "working",
        message: null,
        startedAt: 1,
        endedAt: null,
      },
    ]);
  });

  test.each([
    [event({ type: E.SUBAGENT_FINISHED, subagentRunId: "s" }), "completed"],
    [event({ type: E.SUBAGENT_FINISHED, subagentRunId: "s", outcome: { type: "suspended" } }), "suspended"],
    [event({ type: E.SUBAGENT_ERROR, subagentRunId: "s", message: "no" }), "failed"],
    [cancelled, "failed"],
    [failed, "failed"],
  ])("%j leaves an agent %s", (end, status) => {
    expect(fold(runStarted("r1"), started, end).subagents).toMatchObject([{ status }]);
  });

  test("of an earlier run stays known, so that its messages keep their author", () => {
    const later = event({ type: E.SUBAGENT_STARTED, subagentRunId: "s2", name: "Writer" });
    const end = event({ type: E.SUBAGENT_FINISHED, subagentRunId: "s" });
    const view = fold(runStarted("r1"), started, end, runFinished("r1"), runStarted("r2"), later);
    expect(view.subagents.map(({ name, runId }) => `${name} ${runId}`)).toEqual(["Analyst r1", "Writer r2"]);
  });

  test("steps of the same name belong to whoever began them", () => {
    const step = (type: EventType, subagentRunId?: string) => event({ type, stepName: "plan", subagentRunId });
    const view = fold(runStarted("r1"), step(E.STEP_STARTED), step(E.STEP_STARTED, "s"), step(E.STEP_FINISHED, "s"));
    expect(view.steps).toMatchObject([
      { subagentRunId: null, status: "running" },
      { subagentRunId: "s", status: "completed" },
    ]);
  });
});

test("open items are told apart by their kind and close with the run", () => {
  const open = [
    runStarted("r1"),
    event({ type: E.REASONING_START, messageId: "x" }),
    event({ type: E.REASONING_MESSAGE_START, messageId: "x", role: "reasoning" }),
    event({ type: E.TEXT_MESSAGE_START, messageId: "x", subagentRunId: "s" }),
    event({ type: E.TOOL_CALL_START, toolCallId: "x", toolCallName: "load" }),
  ];
  const kinds = (...events: AguiEvent[]) => fold(...open, ...events).open.map((item) => item.kind);
  expect(kinds()).toEqual(["reasoning", "reasoning_message", "message", "tool_call"]);
  expect(kinds(event({ type: E.REASONING_MESSAGE_END, messageId: "x" }))).toEqual([
    "reasoning",
    "message",
    "tool_call",
  ]);
  expect(
    kinds(event({ type: E.REASONING_END, messageId: "x" }), event({ type: E.TOOL_CALL_END, toolCallId: "x" })),
  ).toEqual(["reasoning_message", "message"]);
  expect(kinds(event({ type: E.TEXT_MESSAGE_END, messageId: "x" }))).toEqual([
    "reasoning",
    "reasoning_message",
    "tool_call",
  ]);
  expect(kinds(failed)).toEqual([]);
});

describe("our own events", () => {
  const task = { id: "t1", title: "T", version: 1 };

  test("tasks are as they were last changed, and gone when deleted, whatever their id", () => {
    const changed = (id: string, deleted = false) => custom("task.changed", { task: { ...task, id }, deleted });
    expect(Object.keys(fold(changed("t1"), changed("__proto__")).tasks)).toEqual(["t1", "__proto__"]);
    expect(fold(changed("t1"), changed("t2"), changed("t1", true)).tasks).toEqual({ t2: { ...task, id: "t2" } });
  });

  test("charts and artifacts are replaced by id and keep their place", () => {
    const artifact = (artifactId: string, title: string) =>
      custom("artifact", { artifactId, kind: "report", title, content: { text: title } });
    expect(
      fold(artifact("a", "1"), artifact("b", "2"), artifact("a", "3")).artifacts.map((each) => each.title),
    ).toEqual(["3", "2"]);
    const chart = { chartId: "c", url: "/c", symbol: "AAPL", interval: "1D" };
    expect(fold(custom("chart.created", chart), custom("chart.created", { ...chart, symbol: "MSFT" })).charts).toEqual([
      { ...chart, symbol: "MSFT" },
    ]);
  });

  test("chart commands carry their seq and who drew them", () => {
    const view = fold(custom("chart.command", { command: "LOAD:A", commandType: "chart_command", agent: "Analyst" }));
    expect(view.chart).toEqual([{ seq: 1, command: "LOAD:A", commandType: "chart_command", agent: "Analyst" }]);
  });

  test("names that are not ours, even those of Object, change nothing but the seq", () => {
    for (const name of ["mine", "constructor", "__proto__", "toString"]) {
      expect(fold(custom(name, { a: 1 }))).toEqual({ ...emptyView(THREAD), lastSeq: 1 });
    }
  });
});

test("one event copies only what it touches", () => {
  const before = fold(
    runStarted("r1", { messages: [user("u", "hi")] }),
    event({ type: E.TEXT_MESSAGE_START, messageId: "m" }),
  );
  const after = reduce(before, { seq: 3, event: event({ type: E.TEXT_MESSAGE_CONTENT, messageId: "m", delta: "x" }) });
  expect(after.messages[0]).toBe(before.messages[0]);
  expect(after.messages[1]).not.toBe(before.messages[1]);
  expect(after.runs).toBe(before.runs);
});
