import { plannerExecutor, systemHttpGet, systemMarketData } from "@throughline/agents";
import { systemClock, systemRandom } from "@throughline/gateway";
import { type AguiEvent, EventType } from "@throughline/protocol";
import { RequestClientEvent, RequestServerEvent } from "@throughline/protocol/schemas";
import { describe, expect, test } from "vitest";
import { startServer } from "../support/gateway.ts";
import type { ManualRun } from "../support/manual-agent.ts";
import { RequestClient } from "../support/request-client.ts";
import { stage, start, watching } from "../support/request-stage.ts";

/** Every row of the requests protocol, with the library's own client over both of its transports. */

const FACTS = { stepId: "s1", order: 1, tool: "calculator", title: "Add up" };
const MEMBER = { subagentRunId: "m1" };
const joined: AguiEvent = { type: EventType.SUBAGENT_STARTED, ...MEMBER, name: "executor-agent" };

function begun(facts = FACTS): AguiEvent {
  const metadata = { ...facts, status: "running" };
  return { type: EventType.STEP_STARTED, stepName: facts.stepId, ...MEMBER, metadata };
}

describe.each([["polling"], ["websocket"]])("over %s", (transport) => {
  test("a request runs from its start to its end, told step by step", async () => {
    await using at = await stage(transport);
    const client = await at.client(watching());
    const given = { type: "start", ...start(), context: { tone: "dry" } };
    RequestClientEvent.parse(given);
    expect(await client.ask("start", given)).toEqual({ ok: true, requestId: "r1", runId: "run:r1" });
    const run = await at.next();
    expect(run.input.messages).toMatchObject([{ role: "user", content: "compare" }]);
    expect(run.input.forwardedProps).toMatchObject({ context: { tone: "dry" } });
    await run.emit(joined);
    await run.emit(begun());
    const value = { current: 1, total: 2, message: "halfway" };
    await run.emit({ type: EventType.CUSTOM, name: "progress", value, ...MEMBER });
    const metadata = { ...FACTS, status: "completed", result: 42 };
    await run.emit({ type: EventType.STEP_FINISHED, stepName: "s1", ...MEMBER, metadata });
    await run.emit({ type: EventType.SUBAGENT_FINISHED, ...MEMBER, result: { n: 1 }, outcome: { type: "success" } });
    run.finish();
    await client.next("request.completed");
    const data = { stepId: "s1", stepOrder: 1, tool: "calculator", title: "Add up" };
    const step = { type: "progress", requestId: "r1", agent: "executor-agent", step: "s1" };
    expect(client.frames).toMatchObject([
      { ...step, status: "running", data, seq: 3, epoch: expect.any(String) },
      { ...step, status: "running", data: { ...data, ...value }, seq: 4 },
      { ...step, status: "completed", data: { ...data, result: 42 }, seq: 5 },
      { type: "agent.completed", requestId: "r1", agent: "executor-agent", data: { n: 1 }, seq: 6 },
      { type: "request.completed", requestId: "r1", result: "", seq: 7 },
    ]);
    for (const frame of client.frames) RequestServerEvent.parse(frame);
  });

  test("a question is asked, and the first answer takes the request on", async () => {
    await using at = await stage(transport);
    const client = await at.client(watching());
    await client.ask("start", start());
    const run = await at.next();
    const interrupts = [{ id: "q1", reason: "input_required", message: "Which?", metadata: { options: ["a", "b"] } }];
    const outcome = { type: "interrupt" as const, interrupts };
    void run.emit({ type: EventType.RUN_FINISHED, threadId: "request:r1", runId: "run:r1", outcome });
    const question = { questionId: "q1", question: "Which?", options: ["a", "b"] };
    expect(await client.next("feedback.requested")).toMatchObject({ requestId: "r1", ...question });
    expect(await client.ask("rejoin", { requestId: "r1" })).toMatchObject({ ok: true });
    expect(await client.next("state")).toMatchObject({ status: "waiting", pendingQuestions: [question] });

    const answer = { requestId: "r1", questionId: "q1", answer: { pick: "a" } };
    expect(await client.ask("feedback", answer)).toMatchObject({ ok: true, runId: expect.any(String) });
    const more = await at.next();
    expect(more.input.resume).toMatchObject([{ interruptId: "q1", payload: { pick: "a" } }]);
    await more.emit({ type: EventType.TEXT_MESSAGE_START, messageId: "t" });
    await more.emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: "t", delta: "It is a." });
    await more.emit({ type: EventType.TEXT_MESSAGE_END, messageId: "t" });
    more.finish();
    expect(await client.next("request.completed")).toMatchObject({ result: "It is a." });
    expect(await client.ask("feedback", answer)).toMatchObject({ ok: false, code: "already_answered" });
    await client.ask("rejoin", { requestId: "r1" });
    const state = await client.next("state");
    expect(state).toMatchObject({ status: "completed", pendingQuestions: [], result: "It is a." });
    for (const frame of client.frames) RequestServerEvent.parse(frame);
  });

  test("R5: a cancel is acknowledged and told to all who watch", async () => {
    await using at = await stage(transport);
    const [client, other] = [await at.client(watching()), await at.client(watching())];
    await client.ask("start", start());
    const run = await at.next();
    await run.emit(joined);
    await run.emit(begun());
    expect(await client.ask("cancel", { requestId: "r1" })).toMatchObject({ ok: true });
    expect(run.context.signal.aborted).toBe(true);
    for (const one of [client, other]) {
      // A step that was cut short has not been completed.
      expect(await one.next("progress", ({ status }) => status !== "running")).toMatchObject({ status: "failed" });
      expect(await one.next("request.cancelled")).toMatchObject({ requestId: "r1" });
    }
    expect(await client.ask("cancel", { requestId: "r1" })).toMatchObject({ ok: true, duplicate: true });
    await client.ask("rejoin", { requestId: "r1" });
    expect(await client.next("state")).toMatchObject({ status: "cancelled" });
  });
});

test("R5: a cancel right behind the start it is about cancels it", async () => {
  await using at = await stage();
  const client = await at.client(watching());
  const [started, cancelled] = await Promise.all([
    client.ask("start", start()),
    client.ask("cancel", { requestId: "r1" }),
  ]);
  expect([started, cancelled]).toMatchObject([{ ok: true }, { ok: true }]);
  expect((await at.next()).context.signal.aborted).toBe(true);
  await client.next("request.cancelled");
});

test("a cancelled question is withdrawn", async () => {
  await using at = await stage();
  const client = await at.client(watching());
  await client.ask("start", start());
  const interrupts = [1, 2].map((n) => ({ id: `q${n}`, reason: "input_required", message: `Question ${n}?` }));
  const outcome = { type: "interrupt" as const, interrupts };
  const run = await at.next();
  void run.emit({ type: EventType.RUN_FINISHED, threadId: "request:r1", runId: "run:r1", outcome });
  const asked = await client.next("feedback.requested");
  expect(asked).toMatchObject({ questionId: "q1", questions: [{ questionId: "q1" }, { questionId: "q2" }] });
  expect(await client.ask("cancel", { requestId: "r1" })).toMatchObject({ ok: true });
  await client.next("request.cancelled");
  const answer = { requestId: "r1", questionId: "q1", answer: 1 };
  expect(await client.ask("feedback", answer)).toMatchObject({ ok: false, code: "already_answered" });
});

test("failures say whose they are, and at which step", async () => {
  await using at = await stage();
  const client = await at.client(watching());
  await client.ask("start", start());
  const run = await at.next();
  await run.emit(joined);
  await run.emit(begun());
  const metadata = { ...FACTS, status: "failed", message: "No such file." };
  await run.emit({ type: EventType.STEP_FINISHED, stepName: "s1", ...MEMBER, metadata });
  expect(await client.next("progress", ({ status }) => status === "failed")).toMatchObject({
    data: { stepId: "s1", tool: "calculator", message: "No such file." },
  });
  await run.emit(begun({ ...FACTS, stepId: "s2", order: 2 }));
  await run.emit({ type: EventType.SUBAGENT_ERROR, ...MEMBER, message: "It broke.", code: "agent_error" });
  const failure = { type: "error", requestId: "r1", code: "agent_error" };
  expect(await client.next("error")).toMatchObject({ ...failure, agent: "executor-agent", message: "It broke." });
  run.finish(new Error("All is lost."));
  expect(await client.next("error")).toMatchObject({ ...failure, agent: "manual", message: "All is lost." });
  await client.ask("rejoin", { requestId: "r1" });
  const error = { code: "agent_error", message: "All is lost." };
  const agents = [{ name: "executor-agent", status: "failed", message: "It broke." }];
  expect(await client.next("state")).toMatchObject({ status: "failed", error, agents });
  for (const frame of client.frames) RequestServerEvent.parse(frame);
});

test("progress between steps is the whole request's", async () => {
  await using at = await stage();
  const client = await at.client(watching());
  await client.ask("start", start());
  const run = await at.next();
  for (const value of [
    { current: 1, total: 2, message: "halfway" },
    { current: 2, total: 2 },
  ]) {
    await run.emit({ type: EventType.CUSTOM, name: "progress", value });
  }
  run.finish();
  await client.next("request.completed");
  expect(client.frames).toMatchObject([
    { step: "halfway", status: "running", agent: "manual", data: { stepId: "", current: 1, total: 2 } },
    { step: "progress", status: "completed", data: { stepId: "", current: 2, total: 2 } },
    { type: "request.completed" },
  ]);
});

test("a member that waits for an answer has not completed", async () => {
  await using at = await stage();
  const client = await at.client(watching());
  await client.ask("start", start());
  const run = await at.next();
  await run.emit(joined);
  const outcome = { type: "suspended" as const, interruptIds: ["q1"] };
  await run.emit({ type: EventType.SUBAGENT_FINISHED, ...MEMBER, outcome });
  run.finish();
  await client.next("request.completed");
  expect(client.frames.map(({ type }) => type)).toEqual(["request.completed"]);
});

describe("state", () => {
  test("shows the plan as the agents keep it", async () => {
    await using at = await stage();
    const client = await at.client();
    expect(await client.ask("rejoin", { requestId: "r1" })).toMatchObject({ ok: true, lastSeq: 0 });
    expect(await client.next("state")).toMatchObject({ status: "pending", plan: { steps: [] }, lastSeq: 0 });
    await client.ask("start", start());
    const run = await at.next();
    const steps = [{ ...FACTS, status: "pending", why: "to know" }, { order: "?" }, 7];
    await run.emit({ type: EventType.STATE_SNAPSHOT, snapshot: { plan: { steps } } });
    const done = { op: "replace" as const, path: "/plan/steps/0/status", value: "completed" };
    await run.emit({ type: EventType.STATE_DELTA, delta: [done] });
    await run.emit({ type: EventType.STEP_STARTED, stepName: "s1" });
    await client.next("progress");
    await client.ask("rejoin", { requestId: "r1" });
    const state = await client.next("state");
    const unsaid = { stepId: "step-2", order: 2, tool: "", status: "pending" };
    expect(state["plan"]).toEqual({ steps: [{ ...FACTS, status: "completed" }, unsaid] });
    expect(state).toMatchObject({ status: "running", lastSeq: 4 });
    expect(state).not.toHaveProperty("result");
    RequestServerEvent.parse(state);
  });

  test("shows the steps seen where there is no plan, and the result as it was told", async () => {
    await using at = await stage();
    const client = await at.client(watching());
    await client.ask("start", start());
    const run = await at.next();
    await run.emit({ type: EventType.STEP_STARTED, stepName: "look" });
    await run.emit({ type: EventType.STEP_FINISHED, stepName: "look" });
    const result = { summary: "done", n: [1, 2] };
    void run.emit({ type: EventType.RUN_FINISHED, threadId: "request:r1", runId: "run:r1", result });
    expect(await client.next("request.completed")).toMatchObject({ result });
    expect(client.frames[1]).toMatchObject({ status: "completed", step: "look", data: { stepOrder: 1, tool: "" } });
    await client.ask("rejoin", { requestId: "r1" });
    const steps = [{ stepId: "look", order: 1, tool: "", status: "completed" }];
    expect(await client.next("state")).toMatchObject({ status: "completed", plan: { steps }, result });
  });

  test("tells what was said where the run tells no result: the agent's own words before its team's", async () => {
    await using at = await stage();
    const client = await at.client(watching());
    const say = async (run: ManualRun, messageId: string, delta: string, by = {}): Promise<void> => {
      await run.emit({ type: EventType.TEXT_MESSAGE_START, messageId, ...by });
      await run.emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta, ...by });
      await run.emit({ type: EventType.TEXT_MESSAGE_END, messageId, ...by });
    };
    for (const [requestId, own, expected] of [
      ["own", ["One.", "Two."], "One.\n\nTwo."],
      ["team", [], "Last."],
    ] as const) {
      await client.ask("start", start(requestId));
      const run = await at.next();
      await run.emit(joined);
      await say(run, "t1", "First.", MEMBER);
      await say(run, "t2", "Last.", MEMBER);
      for (const [n, text] of own.entries()) await say(run, `o${n}`, text);
      run.finish();
      expect(await client.next("request.completed")).toMatchObject({ requestId, result: expected });
      await client.ask("rejoin", { requestId });
      expect(await client.next("state")).toMatchObject({ requestId, result: expected });
    }
  });
});

test("of two answers at once the first wins, and the other is told so", async () => {
  await using at = await stage();
  const clients = [await at.client(watching()), await at.client(watching())];
  await clients[0]?.ask("start", start());
  const run = await at.next();
  const interrupts = [{ id: "q1", reason: "input_required", message: "Which?" }];
  const outcome = { type: "interrupt" as const, interrupts };
  void run.emit({ type: EventType.RUN_FINISHED, threadId: "request:r1", runId: "run:r1", outcome });
  await Promise.all(clients.map((client) => client.next("feedback.requested")));
  const acks = await Promise.all(
    clients.map((client, n) => client.ask("feedback", { requestId: "r1", questionId: "q1", answer: n })),
  );
  expect(acks.filter(({ ok }) => ok)).toHaveLength(1);
  expect(acks.find(({ ok }) => !ok)).toMatchObject({ code: "already_answered" });
  const more = await at.next();
  expect(more.input.resume).toMatchObject([{ payload: acks.findIndex(({ ok }) => ok) }]);
  more.finish();
});

test("the planner-executor answers requests by default, with its plan in the state", async () => {
  const http = systemHttpGet({ clock: systemClock, allow: [] });
  const planner = plannerExecutor({ data: systemMarketData(), http, random: systemRandom, pace: 0 });
  await using server = await startServer({ agents: [planner] });
  await using client = await RequestClient.open(server.origin, { query: { requestId: "r1" } });
  const ack = await client.ask("start", { requestId: "r1", userQuery: "what is 12% of 3450" });
  expect(ack).toMatchObject({ ok: true });
  const { result } = await client.next("request.completed");
  expect(result).toMatchObject({ summary: expect.any(String), steps: [{ result: { value: 414 } }] });
  const steps = client.frames.filter(({ type, data }) => type === "progress" && data.stepId !== "");
  expect(steps.map(({ agent, status }) => [agent, status])).toContainEqual(["executor-agent", "completed"]);
  const done = client.frames.filter(({ type }) => type === "agent.completed").map(({ agent }) => agent);
  expect(done).toEqual(["thought-agent", "executor-agent"]);
  await client.ask("rejoin", { requestId: "r1" });
  const state = await client.next("state");
  expect(state["plan"].steps).toMatchObject([{ tool: "calculate", status: "completed", order: 1 }]);
  expect(state["result"]).toEqual(result);
  for (const frame of client.frames) RequestServerEvent.parse(frame);
});
