import { type Client, createClient, type Readable, type Transport } from "@throughline/client";
import { RealtimeClient } from "@throughline/client/realtime";
import { EventType } from "@throughline/protocol";
import { expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";

/** The client as a Node program uses it: on the platform's own clock, `fetch` and `WebSocket`. */
const TRANSPORTS: readonly Transport[] = ["websocket", "sse", "long-poll"];

test.each(TRANSPORTS)("R5: a run is started, watched from two clients and stopped over %s", async (transport) => {
  const { agent, next } = manualAgent();
  await using server = await startServer({ agents: [agent] });
  using starter = open(server, transport);
  using watcher = open(server, transport);
  const thread = starter.thread("shared");
  const watched = watcher.thread("shared");
  using _held = held(thread.view, watched.view);
  const sent = thread.send("hello");
  const run = await next();
  await run.emit({ type: EventType.TEXT_MESSAGE_START, messageId: "m1", role: "assistant" });
  await run.emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m1", delta: "Hi" });
  const { runId } = await sent;
  await until(watched.view, ({ view }) => view.messages.some(({ content }) => content === "Hi"));
  expect(watched.view.get().status).toBe("streaming");
  expect(watcher.connection.get()).toMatchObject({ state: "connected", transport });
  await watched.stop(runId);
  expect(run.context.signal.aborted).toBe(true);
  await until(thread.view, ({ view }) => view.runs[0]?.status === "cancelled");
  expect(thread.view.get()).toMatchObject({ status: "ready", outgoing: [] });
  const refusal = await watched.answer("no-such-question", 1).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: "not_found" });
});

test("R4: of frames in a dialect, one that is too long or no JSON is dropped for itself, and takes no other along", async () => {
  await using server = await startServer();
  const url = `${server.origin.replace("http", "ws")}/ws/stream?agent=scripted`;
  using client = new RealtimeClient({ url });
  const fates = new Map<unknown, string>();
  const settled = Promise.withResolvers<void>();
  const note = (id: unknown, fate: string): void => {
    if (fates.set(id, fate).size === 4) settled.resolve();
  };
  client.on("dropped", ({ frame, error }) => note(frame["id"], error.code));
  client.on("confirmed", (id) => note(id, "confirmed"));
  const greeted = new Promise<string>((resolve) => {
    client.on("message", ({ type, thread_id: id }) => type === "connected" && resolve(String(id)));
  });
  client.connect();
  const threadId = await greeted;
  const say = (id: string, message: unknown): unknown => client.send({ id, type: "chat", payload: { message } });
  say("before", "tokens=1");
  say("long", "x".repeat(300_000));
  say("never", 1n);
  say("after", "tokens=2");
  await settled.promise;
  expect(Object.fromEntries(fates)).toEqual({
    before: "confirmed",
    long: "payload_too_large",
    never: "invalid_input",
    after: "confirmed",
  });
  const { messages } = (await server.get(`/api/v1/threads/${threadId}`)).body;
  const asked = messages.filter(({ role }: { role: string }) => role === "user");
  expect(asked.map(({ content }: { content: string }) => content)).toEqual(["tokens=1", "tokens=2"]);
});

function open(server: TestServer, transport: Transport): Client {
  return createClient({ url: server.origin, transports: [transport] });
}

function held(...stores: readonly Readable<unknown>[]): Disposable {
  const ends = stores.map((store) => store.subscribe(() => {}));
  return { [Symbol.dispose]: () => ends.forEach((end) => end()) };
}

function until<T>(store: Readable<T>, holds: (value: T) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!holds(store.get())) return;
      end();
      resolve();
    };
    const end = store.subscribe(look);
    look();
  });
}
