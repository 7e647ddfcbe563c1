import { scripted } from "@throughline/agents";
import type { NativeClientFrame, NativeServerFrame } from "@throughline/protocol";
import { createTestServer, type MemoryWebSocket, type TestServer } from "@throughline/testing";
import { describe, expect, test } from "vitest";

/** PROTOCOL.md, the rules about time and presence, on a clock that the test moves. */

interface Tab {
  readonly socket: MemoryWebSocket;
  readonly frames: NativeServerFrame[];
  readonly closed: number[];
  send(frame: NativeClientFrame): void;
  /** Who watches `t`, as it was told last. */
  watchers(): string[] | undefined;
}

function open(server: TestServer): Tab {
  const socket = new server.WebSocket("ws://127.0.0.1/ws", ["throughline.v1"]);
  const frames: NativeServerFrame[] = [];
  const closed: number[] = [];
  socket.onmessage = ({ data }) => frames.push(JSON.parse(data) as NativeServerFrame);
  socket.onclose = ({ code }) => closed.push(code);
  const watchers = (): string[] | undefined => {
    const told = frames.findLast((frame) => frame.type === "watchers");
    return told?.watchers.map(({ client_id: id, typing }) => (typing ? `${id} types` : id));
  };
  return { socket, frames, closed, send: (frame) => socket.send(JSON.stringify(frame)), watchers };
}

/** A tab that watches the thread `t`. */
async function watch(server: TestServer, clientId: string, presence = true): Promise<Tab> {
  const tab = open(server);
  await server.clock.runUntilIdle();
  tab.send({ type: "hello", client_id: clientId });
  tab.send({ type: "subscribe", thread: "t", from: "now", presence });
  await server.clock.advance(300);
  return tab;
}

describe("silence", () => {
  test("N6: a connection without hello closes with 4408 after 5 s", async () => {
    await using server = await createTestServer();
    const tab = open(server);
    await server.clock.advance(4_900);
    expect(tab.closed).toEqual([]);
    await server.clock.advance(200);
    expect(tab.closed).toEqual([4408]);
  });

  test("N25: one that says nothing for two heartbeats closes with 4408; pings keep it", async () => {
    await using server = await createTestServer();
    const quiet = await watch(server, "quiet");
    const alive = await watch(server, "alive");
    for (let beats = 0; beats < 3; beats += 1) {
      alive.send({ type: "ping", id: beats });
      await server.clock.advance(30_000);
    }
    expect([quiet.closed, alive.closed]).toEqual([[4408], []]);
  });
});

describe("presence", () => {
  test("N21: all who watch are told, each once, oldest first, and again when it changes", async () => {
    await using server = await createTestServer();
    const one = await watch(server, "one");
    expect(one.watchers()).toEqual(["one"]);
    const two = await watch(server, "two");
    await watch(server, "two");
    await watch(server, "unseen", false);
    expect([one.watchers(), two.watchers()]).toEqual([
      ["one", "two"],
      ["one", "two"],
    ]);
    two.send({ type: "hello", client_id: "two", name: "Bea" });
    await server.clock.advance(300);
    expect(one.frames.at(-1)).toMatchObject({
      watchers: [{ name: null }, { client_id: "two", name: "Bea" }],
      total: 2,
    });
  });

  test("N21: changes that come together are told as one, and a hundred are shown", async () => {
    await using server = await createTestServer();
    const first = await watch(server, "first");
    const tabs = Array.from({ length: 120 }, () => open(server));
    await server.clock.runUntilIdle();
    const before = first.frames.length;
    for (const [n, tab] of tabs.entries()) {
      tab.send({ type: "hello", client_id: `tab-${n}` });
      tab.send({ type: "subscribe", thread: "t", from: "now" });
    }
    await server.clock.advance(1_000);
    expect(first.frames.length - before).toBeLessThan(5);
    const told = first.frames.at(-1);
    expect(told?.type === "watchers" && [told.watchers.length, told.total]).toEqual([100, 121]);
  });

  test("N22: typing is shown, and ends by itself unless it is repeated", async () => {
    await using server = await createTestServer();
    const one = await watch(server, "one");
    const two = await watch(server, "two");
    two.send({ type: "presence", thread: "t", typing: true });
    await server.clock.advance(4_000);
    expect(one.watchers()).toEqual(["one", "two types"]);
    two.send({ type: "presence", thread: "t", typing: true });
    await server.clock.advance(4_000);
    expect(one.watchers()).toEqual(["one", "two types"]);
    await server.clock.advance(2_500);
    expect(one.watchers()).toEqual(["one", "two"]);
    two.send({ type: "presence", thread: "t", typing: true });
    two.send({ type: "presence", thread: "t", typing: false });
    two.send({ type: "presence", thread: "elsewhere", typing: true });
    await server.clock.advance(300);
    expect(one.watchers()).toEqual(["one", "two"]);
  });

  test("N23: a lost connection that is back in time does not flicker; one that stays away is gone", async () => {
    await using server = await createTestServer();
    const one = await watch(server, "one");
    const two = await watch(server, "two");
    const before = one.frames.length;
    two.socket.cut();
    await server.clock.advance(3_000);
    const back = await watch(server, "two");
    await server.clock.advance(10_000);
    expect(one.frames.slice(before)).toEqual([]);
    back.socket.cut();
    await server.clock.advance(4_000);
    expect(one.watchers()).toEqual(["one", "two"]);
    await server.clock.advance(1_500);
    expect(one.watchers()).toEqual(["one"]);
  });

  test("N23: unsubscribing is at once, and a half-open client is gone within two heartbeats", async () => {
    await using server = await createTestServer();
    const one = await watch(server, "one");
    const two = await watch(server, "two");
    two.send({ type: "unsubscribe", thread: "t" });
    await server.clock.advance(300);
    expect(one.watchers()).toEqual(["one"]);
    const three = await watch(server, "three");
    three.socket.halfOpen();
    for (let beats = 0; beats < 2; beats += 1) {
      one.send({ type: "ping", id: beats });
      await server.clock.advance(30_000);
    }
    expect(one.watchers()).toEqual(["one"]);
  });

  test("N24: who follows over SSE is counted, who polls is not", async () => {
    await using server = await createTestServer();
    const one = await watch(server, "one");
    const body = (more: object) => ({
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ subscriptions: [{ thread: "t", from: { after: "0" } }], ...more }),
    });
    const stream = await server.settled(server.fetch(`${server.url}/api/v1/follow`, body({ client_id: "sse" })));
    const polling = server.fetch(`${server.url}/api/v1/follow`, body({ client_id: "poll", wait: 10 }));
    await server.clock.advance(300);
    expect(one.watchers()).toEqual(["one", "sse"]);
    const frames = [{ type: "presence", thread: "t", typing: true }];
    const typing = { ...body({}), body: JSON.stringify({ client_id: "sse", frames }) };
    await server.settled(server.fetch(`${server.url}/api/v1/commands`, typing));
    await server.clock.advance(300);
    expect(one.watchers()).toEqual(["one", "sse types"]);
    await stream.body?.cancel();
    await server.within(polling);
    expect(one.watchers()).toEqual(["one"]);
  });
});

describe("a slow client", () => {
  test("N27, D2: is closed with 4409 after 30 s without progress, and harms nobody", async () => {
    await using server = await createTestServer({ agents: [scripted] });
    const socket = open(server);
    await server.clock.runUntilIdle();
    socket.send({ type: "hello" });
    socket.send({ type: "subscribe", thread: "t", from: "now" });
    const quick = await watch(server, "quick");
    socket.socket.halfOpen();
    const command = { type: "start" as const, input: { text: "tokens=400 interval=0 size=8000" } };
    quick.send({ type: "command", id: "1", thread: "t", command });
    await server.clock.advance(5_000);
    const events = quick.frames.flatMap((frame) => (frame.type === "events" ? frame.events : []));
    expect(events.at(-1)?.type).toBe("RUN_FINISHED");
    expect(socket.closed).toEqual([]);
    await server.clock.advance(31_000);
    expect(socket.closed).toEqual([4409]);
  });
});
