import { describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { RequestClient } from "../support/request-client.ts";
import type { WsClient } from "../support/ws-client.ts";

/** A request in the other protocols: watched and steered by clients that know nothing of Socket.IO. */

const THREAD = "request:r1";
const served = { requestAgent: "scripted" };

interface Others {
  readonly stream: WsClient;
  readonly chat: WsClient;
  readonly tasks: WsClient;
  readonly chart: WsClient;
}

async function others(server: TestServer): Promise<Others> {
  const [stream, chat, tasks, chart] = await Promise.all([
    server.connect(`/ws/stream?thread_id=${THREAD}&after=0`),
    server.connect(`/ws/chat?thread_id=${THREAD}&after=0`),
    server.connect(`/ws/tasks/any?thread_id=${THREAD}&after=0`),
    server.connect(`/ws/chart-commands/any?thread_id=${THREAD}&after=0`),
  ]);
  return { stream, chat, tasks, chart };
}

const cancelled = (client: WsClient) => client.nextWhere(({ event_type }) => event_type === "task_cancelled");

test("all five protocols tell of one request, each in its own words", async () => {
  await using server = await startServer(served);
  await using client = await RequestClient.open(server.origin, { query: { requestId: "r1" } });
  const userQuery = "steps=1 tokens=2 interval=0 chart=LOAD:AAPL";
  await client.ask("start", { requestId: "r1", userQuery });
  const { stream, chat, tasks, chart } = await others(server);
  const done = await client.next("request.completed");
  const told = [await stream.next("result"), await chat.next("message")];
  expect(told[0]).toMatchObject({ content: done["result"], seq: done["seq"] });
  expect(told[1]).toMatchObject({ data: { content: done["result"] }, seq: done["seq"] });
  const completed = await tasks.nextWhere(({ event_type }) => event_type === "task_completed");
  expect(completed).toMatchObject({ task_id: THREAD, seq: done["seq"] });
  expect(await chart.next("chart_command")).toMatchObject({ command: "LOAD:AAPL", session_id: THREAD });
  expect(client.frames.map(({ type }) => type)).toEqual(["progress", "progress", "request.completed"]);
});

describe("R5: a request is cancelled from", () => {
  test.each([
    ["/ws/chat", async ({ chat }: Others) => chat.send({ type: "cancel" })],
    ["/ws/stream", async ({ stream }: Others) => stream.send({ type: "cancel", payload: {} })],
    ["/ws/tasks", async ({ tasks }: Others) => tasks.send({ type: "cancel" })],
  ])("%s", async (_name, cancel) => {
    await using server = await startServer(served);
    await using client = await RequestClient.open(server.origin, { query: { requestId: "r1" } });
    await client.ask("start", { requestId: "r1", userQuery: "tokens=1 hang=1" });
    const all = await others(server);
    await all.chat.next("token");
    await cancel(all);
    await Promise.all([client.next("request.cancelled"), all.chat.next("cancelled"), cancelled(all.tasks)]);
  });

  test("Socket.IO, whoever has started it", async () => {
    await using server = await startServer(served);
    await using client = await RequestClient.open(server.origin, { query: { requestId: "r1" } });
    const chat = await server.connect(`/ws/chat?thread_id=${THREAD}&agent=scripted`);
    chat.send({ type: "message", data: { content: "steps=1 tokens=1 hang=1" } });
    await client.next("progress");
    expect(await client.ask("cancel", { requestId: "r1" })).toMatchObject({ ok: true });
    await Promise.all([client.next("request.cancelled"), chat.next("cancelled")]);
  });
});

test("a question is answered in one protocol and closed in the others", async () => {
  await using server = await startServer(served);
  await using client = await RequestClient.open(server.origin, { query: { requestId: "r1" } });
  await client.ask("start", { requestId: "r1", userQuery: "tokens=1 interval=0 ask=Sure?" });
  const { questionId } = await client.next("feedback.requested");
  const chat = await server.connect(`/ws/chat?thread_id=${THREAD}`);
  chat.send({ type: "answer", data: { question_id: questionId, answer: "yes" } });
  await client.next("request.completed");
  const late = await client.ask("feedback", { requestId: "r1", questionId, answer: "no" });
  expect(late).toMatchObject({ ok: false, code: "already_answered" });
});

test("a task's socket is refused a request that nobody has started", async () => {
  await using server = await startServer(served);
  const tasks = await server.connect(`/ws/tasks/any?thread_id=${THREAD}`);
  expect(await tasks.nextWhere(({ event_type }) => event_type === "error")).toMatchObject({
    data: { code: "not_found" },
  });
  expect(await tasks.closed).toMatchObject({ code: 4404 });
});
