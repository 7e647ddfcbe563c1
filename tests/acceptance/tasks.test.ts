import { scripted } from "@throughline/agents";
import { createGateway } from "@throughline/gateway";
import { createMemoryLog, memoryDisk } from "@throughline/log";
import { EventType } from "@throughline/protocol";
import { TaskServerFrame } from "@throughline/protocol/schemas";
import { MemoryHttp, MemorySocket, seededRandom, virtualClock } from "@throughline/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Frame, startServer, type TestServer } from "../support/gateway.ts";
import { manualAgent, type ManualRun } from "../support/manual-agent.ts";
import { call, makeTask, nextEvent, serverOn, untilTask } from "../support/tasks.ts";
import type { WsClient } from "../support/ws-client.ts";

/** `WS /ws/tasks/{task_id}`, row by row, in raw frames. */

const manual = manualAgent();
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ agents: [scripted, manual.agent] });
});
afterAll(() => server[Symbol.asyncDispose]());

/** A client of a new task, and a run on it that the test drives. */
async function watched(): Promise<{ id: string; client: WsClient; run: ManualRun; runId: string }> {
  const { id } = await makeTask(server);
  const client = await server.connect(`/ws/tasks/${id}`);
  await nextEvent(client, "connection_established");
  const { body } = await call(server, "POST", `/${id}/run`, { body: { agent: "manual" } });
  return { id, client, run: await manual.next(), runId: body.run_id };
}

function types(frames: readonly Frame[]): string[] {
  return frames.map((frame) => frame["event_type"]);
}

describe("a connection", () => {
  test("is established first, with the client's id, the task, its position and epoch", async () => {
    const task = await makeTask(server, { priority: "P1" });
    const client = await server.connect(`/ws/tasks/${task.id}?client_id=ada`);
    const first = await nextEvent(client, "connection_established");
    expect(client.frames[0]).toBe(first);
    expect(first).toEqual({
      event_type: "connection_established",
      task_id: task.id,
      client_id: "ada",
      data: { client_id: "ada", task, last_seq: 1, epoch: expect.any(String) },
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  test("gets a UUID for a client that brings no id", async () => {
    const { id } = await makeTask(server);
    const client = await server.connect(`/ws/tasks/${id}`);
    const { data } = await nextEvent(client, "connection_established");
    expect(data.client_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  });

  test("to a task that is not there is told so and closed with 4404, and makes none", async () => {
    const client = await server.connect("/ws/tasks/nowhere");
    expect(await nextEvent(client, "error")).toMatchObject({ task_id: "nowhere", data: { code: "not_found" } });
    expect((await client.closed).code).toBe(4404);
    expect((await call(server, "GET", "/nowhere")).status).toBe(404);
    expect(await server.log.info("default/task:nowhere")).toBeUndefined();
  });

  test("that comes or goes is told to the task's other clients, and to no other task's", async () => {
    const [one, two] = [await makeTask(server), await makeTask(server)];
    const watcher = await server.connect(`/ws/tasks/${one.id}?client_id=watcher`);
    const elsewhere = await server.connect(`/ws/tasks/${two.id}?client_id=elsewhere`);
    await nextEvent(watcher, "connection_established");
    await nextEvent(elsewhere, "connection_established");
    const other = await server.connect(`/ws/tasks/${one.id}?client_id=other`);
    expect(await nextEvent(watcher, "connection_established")).toMatchObject({
      client_id: "other",
      data: { client_id: "other" },
    });
    other.close();
    expect(await nextEvent(watcher, "connection_closed")).toMatchObject({
      task_id: one.id,
      client_id: "other",
      data: { client_id: "other" },
    });
    elsewhere.send({ type: "ping" });
    await nextEvent(elsewhere, "heartbeat");
    expect(types(elsewhere.frames)).toEqual(["connection_established", "heartbeat"]);
  });
});

describe("what a client sends", () => {
  test("a heartbeat is answered by one, a ping by a pong that is a heartbeat event too", async () => {
    const { id } = await makeTask(server);
    const client = await server.connect(`/ws/tasks/${id}`);
    client.send({ type: "heartbeat", timestamp: "2026-01-01T00:00:00.000Z" });
    expect(await nextEvent(client, "heartbeat")).toMatchObject({
      task_id: id,
      data: { timestamp: "2026-01-01T00:00:00.000Z" },
    });
    client.send({ type: "ping" });
    expect(await client.next("pong")).toMatchObject({ type: "pong", event_type: "heartbeat", task_id: id });
  });

  test.each(["{", "[]", '"text"', "{}", '{"type":"fly"}', '{"type":"answer"}', '{"__proto__":{}}'])(
    "%s is answered by an error frame, and the socket stays open",
    async (text) => {
      const { id } = await makeTask(server);
      const client = await server.connect(`/ws/tasks/${id}`);
      client.send(text);
      const { data } = await nextEvent(client, "error");
      expect(data).toEqual({ code: expect.stringMatching(/^invalid_/), message: expect.any(String) });
      client.send({ type: "ping" });
      await client.next("pong");
    },
  );

  test("pause, resume and cancel steer the task's run, and all who watch see it", async () => {
    const { id, client, runId } = await watched();
    const other = await server.connect(`/ws/tasks/${id}`);
    await nextEvent(other, "connection_established");
    client.send({ type: "pause" });
    expect(await nextEvent(other, "task_paused")).toMatchObject({ data: { run_id: runId, reason: "held" } });
    expect((await untilTask(server, id, "paused")).status).toBe("paused");
    other.send({ type: "resume" });
    expect(await nextEvent(client, "task_updated", ({ data }) => data.resumed)).toMatchObject({
      data: { run_id: runId },
    });
    expect((await untilTask(server, id, "running")).status).toBe("running");
    other.send({ type: "cancel", id: "c-1" });
    expect(await nextEvent(client, "task_cancelled")).toMatchObject({ data: { run_id: runId } });
    expect((await untilTask(server, id, "cancelled")).status).toBe("cancelled");
    client.send({ type: "cancel", run_id: runId });
    expect((await nextEvent(client, "task_cancelled")).data).toEqual({ run_id: runId, repeated: true });
    client.send({ type: "pause" });
    expect((await nextEvent(client, "error")).data.code).toBe("run_not_active");
  });

  test("an answer goes on with a run that asked", async () => {
    const { id } = await makeTask(server);
    const client = await server.connect(`/ws/tasks/${id}`);
    await nextEvent(client, "connection_established");
    await call(server, "POST", `/${id}/run`, { body: { agent: "scripted", input: "tokens=1 interval=0 ask=Sure?" } });
    const { data } = await nextEvent(client, "task_paused");
    expect(data).toMatchObject({ reason: "question", question: "Sure?", question_id: expect.any(String) });
    expect((await call(server, "GET", `/${id}`)).body.status).toBe("paused");
    client.send({ type: "answer", question_id: data.question_id, answer: "yes" });
    await nextEvent(client, "task_completed");
    expect((await call(server, "GET", `/${id}`)).body.status).toBe("completed");
  });
});

describe("the events of a run", () => {
  test("come each as its frame, in order, with its seq, as the schema says", async () => {
    const { id, client, run, runId } = await watched();
    await run.emit({ type: EventType.SUBAGENT_STARTED, subagentRunId: "s", name: "Ada" });
    await run.emit({ type: EventType.SUBAGENT_FINISHED, subagentRunId: "s" });
    await run.emit({ type: EventType.TOOL_CALL_START, toolCallId: "c", toolCallName: "search" });
    await run.emit({ type: EventType.TOOL_CALL_ARGS, toolCallId: "c", delta: '{"q":' });
    await run.emit({ type: EventType.TOOL_CALL_ARGS, toolCallId: "c", delta: "1}" });
    await run.emit({ type: EventType.TOOL_CALL_END, toolCallId: "c" });
    await run.emit({ type: EventType.TOOL_CALL_RESULT, messageId: "r", toolCallId: "c", content: '{"hits":2}' });
    await run.emit({ type: EventType.STATE_SNAPSHOT, snapshot: { a: 1 } });
    await run.emit({ type: EventType.STATE_DELTA, delta: [{ op: "replace", path: "/a", value: 2 }] });
    await run.emit({ type: EventType.CUSTOM, name: "progress", value: { current: 1, total: 4, message: "one" } });
    await run.emit({ type: EventType.CUSTOM, name: "confidence", value: { confidence: 0.75 } });
    await run.emit({ type: EventType.TEXT_MESSAGE_START, messageId: "m", role: "assistant" });
    await run.emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m", delta: "done" });
    run.finish();
    await nextEvent(client, "task_completed");
    const events = client.frames.slice(1);
    for (const frame of client.frames) TaskServerFrame.parse(frame);
    for (const frame of events) expect(frame).toMatchObject({ task_id: id, timestamp: expect.any(String) });
    const seqs = events.map(({ seq }) => seq);
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
    const task = (status: string, more = {}) => [
      "task_updated",
      { task: expect.objectContaining({ status, ...more }) },
    ];
    expect(events.map(({ event_type, data }) => [event_type, data])).toEqual([
      ["task_started", { run_id: runId, agent: "manual" }],
      task("running", { agent: "manual", version: 2 }),
      ["agent_status_change", { agent: "Ada", status: "working" }],
      ["agent_status_change", { agent: "Ada", status: "completed" }],
      ["tool_call.start", { tool_call_id: "c", tool_name: "search" }],
      ["tool_call.end", { tool_call_id: "c", tool_name: "search", args: { q: 1 }, result: { hits: 2 } }],
      ["state.patch", { patch: [{ op: "replace", path: "", value: { a: 1 } }] }],
      ["state.patch", { patch: [{ op: "replace", path: "/a", value: 2 }] }],
      ["progress_update", { progress: 0.25, message: "one", current: 1, total: 4 }],
      task("running", { progress: 0.25 }),
      ["confidence_update", { confidence: 0.75 }],
      task("running", { confidence: 0.75 }),
      ["message.delta", { message_id: "m", delta: "done", agent: "manual" }],
      task("completed", { progress: 1, confidence: 0.75, result: "done", version: 5 }),
      ["task_completed", { run_id: runId, result: "done" }],
    ]);
  });

  test("task_failed tells the code and the message; the task keeps them", async () => {
    const { id, client, run, runId } = await watched();
    run.finish(new Error("no luck"));
    const failure = { code: "agent_error", message: "no luck" };
    expect((await nextEvent(client, "task_failed")).data).toEqual({ run_id: runId, ...failure });
    expect((await call(server, "GET", `/${id}`)).body).toMatchObject({ status: "failed", result: { error: failure } });
  });

  test("task_updated tells of every change over HTTP", async () => {
    const { id } = await makeTask(server);
    const client = await server.connect(`/ws/tasks/${id}`);
    await nextEvent(client, "connection_established");
    const { body } = await call(server, "PATCH", `/${id}`, { body: { title: "New title" } });
    expect(await nextEvent(client, "task_updated")).toMatchObject({ seq: 2, data: { task: body } });
  });
});

describe("coming back", () => {
  test("a new client gets what comes; ?after=0 gets all of it", async () => {
    const { id } = await makeTask(server);
    await call(server, "PATCH", `/${id}`, { body: { title: "Two" } });
    const fresh = await server.connect(`/ws/tasks/${id}`);
    const whole = await server.connect(`/ws/tasks/${id}?after=0`);
    await nextEvent(fresh, "connection_established");
    await call(server, "PATCH", `/${id}`, { body: { title: "Three" } });
    const titles = async (client: WsClient): Promise<string[]> => {
      await nextEvent(client, "task_updated", ({ data }) => data.task.title === "Three");
      return client.frames.filter(({ seq }) => seq !== undefined).map(({ data }) => data.task.title);
    };
    expect(await titles(fresh)).toEqual(["Three"]);
    expect(await titles(whole)).toEqual(["Ship it", "Two", "Three"]);
  });

  test("a position that cannot be honoured is answered by a reset in the dialect's envelope", async () => {
    const { id } = await makeTask(server);
    const client = await server.connect(`/ws/tasks/${id}?after=other.1`);
    const { data } = await nextEvent(client, "reset");
    expect(data).toEqual({ epoch: expect.any(String), last_seq: 1, reason: "epoch" });
  });

  test("D1: a client that returns under its id gets what it missed, in order, also over a restart", async () => {
    const disk = memoryDisk();
    const before = await serverOn(disk);
    const { id } = await makeTask(before);
    const away = await before.connect(`/ws/tasks/${id}?client_id=ada`);
    await nextEvent(away, "connection_established");
    away.send({ type: "ping" });
    await away.next("pong");
    const other = await before.connect(`/ws/tasks/${id}?client_id=bob`);
    away.close();
    await nextEvent(other, "connection_closed");
    for (const title of ["a", "b"]) await call(before, "PATCH", `/${id}`, { body: { title } });
    await before[Symbol.asyncDispose]();
    await using after = await serverOn(disk);
    await call(after, "PATCH", `/${id}`, { body: { title: "c" } });
    const back = await after.connect(`/ws/tasks/${id}?client_id=ada`);
    await nextEvent(back, "task_updated", ({ data }) => data.task.title === "c");
    const updates = back.frames.filter((frame) => frame["event_type"] === "task_updated");
    expect(updates.map(({ data }) => data.task.title)).toEqual(["a", "b", "c"]);
  });
});

test("a client that says nothing for five minutes is closed as stale; a heartbeat keeps it", async () => {
  const clock = virtualClock();
  const world = { clock, random: seededRandom(1) };
  const starting = createGateway({ ...world, log: createMemoryLog(world), agents: [scripted] });
  await clock.runUntilIdle();
  const gateway = await starting;
  const made = new MemoryHttp(gateway).post("/api/v1/tasks", { id: "t", title: "Quiet" });
  await clock.runUntilIdle();
  await made;
  const [quiet, lively] = [1, 2].map(() => new MemorySocket(gateway, { clock, path: "/ws/tasks/t" }));
  await clock.advance(4 * 60_000);
  lively?.send({ type: "heartbeat" });
  await clock.advance(2 * 60_000);
  expect([quiet?.ended, lively?.ended]).toEqual(["stale", undefined]);
});
