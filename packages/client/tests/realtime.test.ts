import { expect, test } from "vitest";
import { seededRandom, virtualClock } from "@throughline/testing";
import type { WebSocketClass, WebSocketLike } from "../src/index.ts";
import {
  type DialectFrame,
  getWebSocketTransport,
  RealtimeClient,
  type RealtimeOptions,
} from "../src/realtime/index.ts";
import { talker } from "./support/agents.ts";
import { openWorld, type World } from "./support/world.ts";

function open(world: World, path: string, options: Partial<RealtimeOptions> = {}) {
  const { server, clock } = world;
  const system = {
    clock,
    random: seededRandom(7),
    signals: { subscribe: () => () => {} },
    WebSocket: server.WebSocket as unknown as WebSocketClass,
  };
  const url = `${server.url.replace("http", "ws")}${path}`;
  const client = new RealtimeClient({ url, ...options, system });
  const frames: DialectFrame[] = [];
  client.on("message", (frame) => frames.push(frame));
  client.connect();
  return {
    client,
    frames,
    of: (type: string) => frames.filter((frame) => (frame["type"] ?? frame["event_type"]) === type),
  };
}

test("D1: the agent stream goes on where it was, and the message is applied once", async () => {
  await using world = await openWorld({ agents: [talker(20)] });
  using stream = use(open(world, "/ws/stream?agent=talker"));
  await world.until(() => stream.of("connected").length === 1, "the greeting");
  // The frame leaves; whether the server has got it nobody can tell.
  stream.client.send({ type: "chat", payload: { message: "go" } });
  world.server.drop();
  await world.until(() => stream.of("token").length > 5, "tokens");
  world.server.drop();
  await world.until(() => stream.of("result").length > 0, "the result");
  expect(stream.of("token").map((frame) => frame["delta"])).toEqual(
    Array.from({ length: 20 }, (_, word) => `${word} `),
  );
  expect(new Set(stream.of("connected").map((frame) => frame["thread_id"])).size).toBe(1);
  expect(stream.client.metrics.get()).toMatchObject({ reconnections: 2, queued: 0, dropped: 0 });
});

test("frames sent while offline go out in their order once there is a connection, each once", async () => {
  await using world = await openWorld({ agents: [talker(1)] });
  world.server.offline = true;
  using chat = use(open(world, "/ws/chat?session_id=s1&agent=talker"));
  for (const content of ["a", "b", "c"]) {
    chat.client.send({ type: "message", data: { content, session_id: "s1" } });
  }
  await world.clock.advance(5000);
  expect(chat.client.state).toBe("reconnecting");
  world.server.offline = false;
  await world.until(() => chat.of("message").length === 3, "three answers");
  const view = await (await world.server.fetch(`${world.server.url}/api/v1/threads/chat:s1`)).json();
  const said = (view as any).messages.filter((message: any) => message.role === "user");
  expect(said.map((message: any) => message.content)).toEqual(["a", "b", "c"]);
});

test("what is too much, too old or too often lost is dropped, and told", async () => {
  await using world = await openWorld();
  world.server.offline = true;
  using chat = use(open(world, "/ws/chat?session_id=s1&agent=talker"));
  const dropped: string[] = [];
  chat.client.on("dropped", ({ error }) => dropped.push(error.code));
  for (let n = 0; n < 101; n += 1) chat.client.send({ type: "message", data: { content: `${n}` } });
  expect(dropped).toEqual(["outbox_full"]);
  await world.clock.advance(60_000);
  expect(dropped).toHaveLength(101);
  expect(new Set(dropped.slice(1))).toEqual(new Set(["not_delivered"]));
});

test("a silent connection is found dead, and its latency is measured while it lives", async () => {
  await using world = await openWorld();
  using chart = use(open(world, "/ws/chart-commands/c1"));
  const latencies: number[] = [];
  chart.client.on("latency", (ms) => latencies.push(ms));
  await world.until(() => latencies.length > 0, "a latency");
  world.server.halfOpen();
  await world.clock.advance(60_000);
  await world.until(() => chart.client.metrics.get().reconnections === 1, "another connection");
});

test("what is no frame ends the connection, and nothing else", async () => {
  const clock = virtualClock();
  const sockets: WebSocketLike[] = [];
  class Garbled implements WebSocketLike {
    onopen: WebSocketLike["onopen"] = null;
    onmessage: WebSocketLike["onmessage"] = null;
    onclose: WebSocketLike["onclose"] = null;
    onerror: WebSocketLike["onerror"] = null;
    constructor() {
      sockets.push(this);
    }
    send(): void {}
    close(): void {}
  }
  for (const text of ["<p>Please sign in</p>", "null"]) {
    const client = new RealtimeClient({ url: "ws://x/ws/chat", system: { clock, WebSocket: Garbled } });
    client.connect();
    await clock.runUntilIdle();
    sockets.at(-1)?.onopen?.();
    expect(client.state).toBe("connected");
    sockets.at(-1)?.onmessage?.({ data: text });
    expect(client.state).toBe("reconnecting");
    client.close();
  }
});

test("an id is sent once, nothing after the end, and no address is guessed at", () => {
  const clock = virtualClock();
  const client = new RealtimeClient({ url: "ws://x/ws/chat", system: { clock } });
  const dropped: string[] = [];
  client.on("dropped", ({ frame, error }) => dropped.push(`${String(frame["id"])} ${error.code}`));
  client.send({ type: "message", id: "m1" });
  client.send({ type: "message", id: "m1" });
  client.close();
  client.send({ type: "message", id: "m2" });
  expect(dropped).toEqual(["m1 client_closed", "m2 client_closed"]);
  expect(clock.pending).toBe(0);
  expect(() => new RealtimeClient({ url: "/ws/chat" })).toThrow(expect.objectContaining({ code: "invalid_input" }));
});

test("a transport that was closed twice takes its successor from nobody", () => {
  const first = getWebSocketTransport({ url: "ws://x/ws/twice" });
  first.close();
  const second = getWebSocketTransport({ url: "ws://x/ws/twice" });
  first.close();
  expect(getWebSocketTransport({ url: "ws://x/ws/twice" })).toBe(second);
  second.close();
});

test("one transport for each address, until it is closed", () => {
  const options = { url: "ws://127.0.0.1:1/ws/chat" };
  const first = getWebSocketTransport(options);
  expect(getWebSocketTransport(options)).toBe(first);
  first.close();
  const second = getWebSocketTransport(options);
  expect(second).not.toBe(first);
  second.close();
});

function use<T extends { client: RealtimeClient }>(opened: T): T & Disposable {
  return { ...opened, [Symbol.dispose]: () => opened.client.close() };
}
