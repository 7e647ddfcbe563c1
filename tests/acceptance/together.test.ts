import { EventSource } from "eventsource";
import { expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";
import type { Frame, WsClient } from "../support/ws-client.ts";

/** One thread, watched and steered in every protocol there is at once. */

const TASK = "t1";
const THREAD = `task:${TASK}`;

interface Watchers {
  readonly stream: WsClient;
  readonly chat: WsClient;
  readonly tasks: WsClient;
  readonly chart: WsClient;
  readonly sse: { readonly events: Frame[]; close(): void };
}

async function watchAll(server: TestServer): Promise<Watchers> {
  const [stream, chat, tasks, chart] = await Promise.all([
    server.connect(`/ws/stream?agent=scripted&client_id=stream&thread_id=${THREAD}&after=0`),
    server.connect(`/ws/chat?agent=scripted&client_id=chat&thread_id=${THREAD}&after=0`),
    server.connect(`/ws/tasks/${TASK}?client_id=tasks&after=0`),
    server.connect(`/ws/chart-commands/x?client_id=chart&thread_id=${THREAD}&after=0`),
  ]);
  const events: Frame[] = [];
  const source = new EventSource(`${server.origin}/api/v1/threads/${THREAD}/events?after=0`);
  source.addEventListener("message", ({ data }) => events.push(JSON.parse(data) as Frame));
  return { stream, chat, tasks, chart, sse: { events, close: () => source.close() } };
}

/** The text each watcher was given token by token. */
function texts({ stream, chat, tasks, sse }: Watchers): Record<string, string> {
  const join = (frames: readonly Frame[], delta: (frame: Frame) => unknown): string => frames.map(delta).join("");
  return {
    stream: join(
      stream.frames.filter((frame) => frame["type"] === "token"),
      (frame) => frame["delta"],
    ),
    chat: join(
      chat.frames.filter((frame) => frame["type"] === "token"),
      (frame) => frame["data"].delta,
    ),
    tasks: join(
      tasks.frames.filter((frame) => frame["event_type"] === "message.delta"),
      (frame) => frame["data"].delta,
    ),
    sse: join(
      sse.events.filter((event) => event["type"] === "TEXT_MESSAGE_CONTENT"),
      (event) => event["delta"],
    ),
  };
}

/** The next frame of the task's socket with this event type. */
async function taskEvent(client: WsClient, type: string): Promise<Frame> {
  return client.nextWhere((frame) => frame["event_type"] === type);
}

test("R5, D1: chart, stream, chat, task and SSE clients watch one run, and each in turn steers it", async () => {
  await using server = await startServer();
  const created = await server.post("/api/v1/tasks", { id: TASK, title: "Watch me" });
  expect(created.status).toBe(201);
  const all = await watchAll(server);

  // The task's socket cancels what the stream has started.
  all.stream.send({ type: "chat", payload: { message: "tokens=3 interval=0 chart=LOAD:AAPL hang=1" } });
  await all.chart.next("chart_command", (frame) => frame["command"] === "LOAD:AAPL");
  await all.chat.next("token", (frame) => frame["data"].delta.startsWith("t2"));
  all.tasks.send({ type: "cancel" });
  await Promise.all([all.stream.next("cancelled"), all.chat.next("cancelled"), taskEvent(all.tasks, "task_cancelled")]);

  // The stream cancels what HTTP has started, held and let go on.
  const started = await server.post(`/api/v1/tasks/${TASK}/run`, {
    agent: "scripted",
    input: "tokens=2 interval=0 hang=1",
  });
  expect(started.status).toBe(202);
  await all.chat.next("token", (frame) => frame["data"].delta.startsWith("t1"));
  all.tasks.send({ type: "pause" });
  await taskEvent(all.tasks, "task_paused");
  expect((await server.get(`/api/v1/tasks/${TASK}`)).body.status).toBe("paused");
  await server.post(`/api/v1/tasks/${TASK}/resume`, {});
  all.stream.send({ type: "cancel", payload: {} });
  await Promise.all([all.chat.next("cancelled"), taskEvent(all.tasks, "task_cancelled")]);

  // The chat asks for a run that asks back; the stream and the chat both answer, one of them wins.
  all.chat.send({ type: "message", data: { content: "tokens=1 interval=0 ask=Sure?" } });
  const { question_id } = await all.stream.next("question");
  const asked = await all.chat.next("question");
  expect(asked["data"].question_id).toBe(question_id);
  all.stream.send({ type: "answer", payload: { question_id, answer: "yes" } });
  all.chat.send({ type: "answer", data: { question_id, answer: "yes" } });
  await Promise.all([all.stream.next("result"), all.chat.next("message")]);
  const losers = (): Frame[] => [...all.stream.frames, ...all.chat.frames].filter(isLoser);
  await expect.poll(() => losers().length).toBe(1);

  // Whoever reads events steers over HTTP.
  const last = await server.post(`/api/v1/threads/${THREAD}/runs`, {
    agent: "scripted",
    input: "tokens=1 interval=0 hang=1",
  });
  await all.stream.next("token");
  expect((await server.post(`/api/v1/runs/${last.body.run_id}/cancel`, {})).body.status).toBe("cancelled");
  await untilRun(server, last.body.run_id, "cancelled");
  await Promise.all([all.stream.next("cancelled"), all.chat.next("cancelled"), taskEvent(all.tasks, "task_cancelled")]);

  const stored = (await readEvents(server, THREAD)).map(({ event }) => event);
  await verifyRuns(stored);
  await expect.poll(() => all.sse.events.length).toBe(stored.length);
  all.sse.close();
  expect(all.sse.events).toEqual(stored);
  const text = stored.map((event) => (event.type === "TEXT_MESSAGE_CONTENT" ? event.delta : "")).join("");
  expect(texts(all)).toEqual({ stream: text, chat: text, tasks: text, sse: text });
  for (const client of [all.stream, all.chat, all.tasks, all.chart]) {
    const seqs = client.frames.flatMap((frame) => (typeof frame["seq"] === "number" ? [frame["seq"]] : []));
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
  }
});

function isLoser(frame: Frame): boolean {
  return frame["details"] === "already_answered" || frame["data"]?.code === "already_answered";
}
