import type { Said } from "@throughline/gateway";
import { describe, expect, test } from "vitest";
import { interpret } from "../src/messages/interpret.ts";
import { nameOf } from "../src/messages/name.ts";
import { readAgentMessage } from "../src/messages/read.ts";
import { TestRun } from "./open-run.ts";

/** Reads what an agent of another language might send, and applies it to the run. */
function say(run: TestRun, type: string, data: unknown, more: object = {}): Said {
  const read = readAgentMessage(Buffer.from(JSON.stringify({ type, requestId: "r", data, ...more })));
  if (!read.ok) throw new Error(read.problem);
  const said = interpret(read.message, run);
  for (const event of said.events) run.take(event);
  return said;
}

const step = (stepId: string, status: string, more: object = {}): object => ({ stepId, stepOrder: 1, status, ...more });
const types = (said: Said): string[] => said.events.map(({ type }) => type);

describe("what an agent's message means", () => {
  test("R2: a step that runs begins its agent first, and the plan gets the step it lacks", () => {
    const run = new TestRun();
    const said = say(run, "executor.step.progress", step("s1", "running", { tool: "market" }), {
      agent: "executor-agent",
    });
    expect(types(said)).toEqual(["SUBAGENT_STARTED", "STEP_STARTED", "STATE_DELTA"]);
    expect(run.view.subagents).toMatchObject([
      { name: "executor-agent", emoji: "⚙️", subagentRunId: "run-1:executor-agent" },
    ]);
    expect(run.view.steps).toMatchObject([{ name: "s1", status: "running" }]);
    expect(run.view.state).toEqual({
      plan: { steps: [{ stepId: "s1", order: 1, tool: "market", status: "running" }] },
    });
  });

  test("R2: an end without a beginning has one made for it", () => {
    const run = new TestRun();
    const said = say(run, "executor.step.progress", step("s1", "completed", { result: { n: 1 } }));
    expect(types(said)).toEqual(["SUBAGENT_STARTED", "STEP_STARTED", "STATE_DELTA", "STEP_FINISHED"]);
    expect(said.events.at(-1)).toMatchObject({
      metadata: { stepId: "s1", order: 1, status: "completed", result: { n: 1 } },
    });
  });

  test("a step that is done changes the plan's, and keeps what the planner said of it", () => {
    const run = new TestRun();
    say(run, "thought.completed", { plan: { steps: [{ stepId: "s1", order: 1, tool: "calc", title: "Add" }] } });
    say(run, "executor.step.progress", step("s1", "running"));
    say(run, "executor.step.progress", step("s1", "failed", { message: "no" }));
    expect(run.view.state).toEqual({
      plan: { steps: [{ stepId: "s1", order: 1, tool: "calc", title: "Add", status: "failed" }] },
    });
    expect(run.events.at(-1)).toMatchObject({ type: "STEP_FINISHED", metadata: { status: "failed", message: "no" } });
  });

  test("a plan leaves the rest of the state alone", () => {
    const run = new TestRun();
    say(run, "agent.event", { event: { type: "STATE_SNAPSHOT", snapshot: { mine: true } } });
    say(run, "thought.completed", { plan: { steps: [{ stepId: "a" }, { stepId: "b" }] } });
    say(run, "executor.step.progress", step("c", "running"));
    expect(run.view.state).toMatchObject({
      mine: true,
      plan: { steps: [{ stepId: "a" }, { stepId: "b" }, { stepId: "c" }] },
    });
  });

  test("R2: an agent that is done and speaks again works a second time", () => {
    const run = new TestRun();
    say(run, "executor.completed", { ok: true });
    say(run, "executor.step.progress", step("s2", "running"));
    say(run, "executor.completed", {});
    say(run, "executor.completed", {});
    const ids = run.view.subagents.map(({ subagentRunId }) => subagentRunId);
    expect(ids).toEqual(["run-1:executor-agent", "run-1:executor-agent:2", "run-1:executor-agent:3"]);
  });

  test("names that cannot stand in an id are made to fit, and shown as they are", () => {
    const run = new TestRun();
    say(run, "executor.completed", {}, { agent: "Bäcker & Söhne" });
    expect(run.view.subagents).toMatchObject([
      { name: "Bäcker & Söhne", subagentRunId: expect.stringMatching(/^run-1:B_cker___S_hne~[0-9a-f]{12}$/) },
    ]);
  });

  test("R2: agents whose names are alike only in an id are two", () => {
    const names = ["分析师", "执行者", "a b", "a_b", "a~b"];
    const run = new TestRun();
    for (const agent of names) say(run, "executor.step.progress", step("s", "running"), { agent });
    expect(run.view.subagents.map(({ name }) => name)).toEqual(names);
    expect(new Set(run.view.subagents.map(({ subagentRunId }) => subagentRunId)).size).toBe(names.length);
  });

  test.each([
    [{ message: "m", step: "s1" }, true],
    [{ message: "m", recoverable: true }, true],
    [{ message: "m", fatal: false }, true],
    [{ message: "m" }, false],
    [{ message: "m", recoverable: false }, false],
    [{ message: "m", fatal: true, step: "s1" }, false],
  ])("agent.error %o goes on: %s", (data, goesOn) => {
    const run = new TestRun();
    say(run, "executor.step.progress", step("s1", "running"));
    const said = say(run, "agent.error", data);
    expect(said.ending).toEqual(goesOn ? undefined : { type: "error", code: "agent_error", message: "m" });
    expect(said.events.at(-1)?.type).toBe(goesOn ? "SUBAGENT_ERROR" : undefined);
  });

  test("an error at a step ends the step as failed, in the plan too", () => {
    const run = new TestRun();
    say(run, "executor.step.progress", step("s1", "running"));
    expect(types(say(run, "agent.error", { message: "m", step: "s1" }))).toEqual([
      "STATE_DELTA",
      "STEP_FINISHED",
      "SUBAGENT_ERROR",
    ]);
    expect(run.view.state).toMatchObject({ plan: { steps: [{ stepId: "s1", status: "failed" }] } });
  });

  test("a question and a result end the run", () => {
    const run = new TestRun();
    expect(say(run, "feedback.requested", { questionId: "q", question: "Which?", options: ["a"] }).ending).toEqual({
      type: "interrupt",
      interrupts: [{ id: "q", reason: "question", message: "Which?", metadata: { options: ["a"] } }],
    });
    expect(say(run, "request.completed", { result: [1] }).ending).toEqual({ type: "success", result: [1] });
    expect(say(run, "request.completed", null).ending).toEqual({ type: "success" });
    expect(say(run, "agent.heartbeat", undefined)).toEqual({ events: [] });
  });

  test("null is the same as nothing", () => {
    const run = new TestRun();
    const data = { stepId: "s", status: "running", stepOrder: null, tool: null, result: null };
    expect(types(say(run, "executor.step.progress", data, { agent: null, runId: null }))).toContain("STEP_STARTED");
  });
});

test.each(["-a", ".a", ":a", "@a", "~a", "_a", "a".repeat(192)])("a request may be called %s", (requestId) => {
  const read = readAgentMessage(Buffer.from(JSON.stringify({ type: "agent.heartbeat", requestId })));
  expect(read).toMatchObject({ ok: true, message: { requestId } });
});

describe("what a message is named by", () => {
  const named = (type: string, data: unknown, id?: string): string | undefined => {
    const read = readAgentMessage(Buffer.from(JSON.stringify({ type, requestId: "r", data })));
    return read.ok ? nameOf(read.message, id) : undefined;
  };

  test("its message_id, or what it is about", () => {
    expect(named("executor.step.progress", step("s", "running"), "m1")).toBe("id:m1");
    const names = [
      named("executor.step.progress", step("s", "running")),
      named("executor.step.progress", step("s", "completed")),
      named("executor.step.progress", step("t", "running")),
      named("request.completed", {}),
    ];
    expect(new Set(names).size).toBe(4);
    expect(named("executor.step.progress", step("s", "running", { result: 2 }))).toBe(names[0]);
  });

  test("nothing, where nothing tells it from another", () => {
    expect(named("agent.heartbeat", {}, "m1")).toBeUndefined();
    expect(named("agent.event", { event: { type: "STEP_STARTED" } })).toBeUndefined();
  });
});

describe("A3: what is no message", () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
  test.each([
    ["not JSON", "{"],
    ["a list", "[]"],
    ["an unknown type", JSON.stringify({ type: "x", requestId: "r" })],
    ["no request", JSON.stringify({ type: "agent.heartbeat" })],
    ["an id that is none", JSON.stringify({ type: "agent.heartbeat", requestId: "a/b" })],
    ["an id that is too long", JSON.stringify({ type: "agent.heartbeat", requestId: "a".repeat(193) })],
    ["an unknown status", JSON.stringify({ type: "executor.step.progress", requestId: "r", data: step("s", "odd") })],
    ["too deep", JSON.stringify({ type: "request.completed", requestId: "r", data: { result: deep(60) } })],
    ["a forged prototype", '{"type":"agent.heartbeat","requestId":"r","data":{"__proto__":{}}}'],
    ["bytes that are no UTF-8", Buffer.from([0x22, 0xff, 0x22])],
    ["too long", `"${"x".repeat(5_000_000)}"`],
  ])("%s", (_, body) => {
    expect(readAgentMessage(Buffer.from(body as string))).toMatchObject({ ok: false, problem: expect.any(String) });
  });
});
