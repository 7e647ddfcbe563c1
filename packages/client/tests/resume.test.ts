import { EventType, reduceAll, emptyView, type ThreadEvent } from "@throughline/protocol";
import { createTestServer } from "@throughline/testing";
import { expect, test } from "vitest";
import type { Transport, WebSocketClass } from "../src/index.ts";
import { talker } from "./support/agents.ts";
import { doorsOf } from "./support/doors.ts";
import { openWorld, storedEvents } from "./support/world.ts";

const TRANSPORTS: readonly Transport[] = ["websocket", "sse", "long-poll"];
const pairs = TRANSPORTS.flatMap((first) => TRANSPORTS.map((second) => ({ first, second })));
/** RUN_STARTED, the message with its six words, RUN_FINISHED. */
const EVENTS = 10;

test.each(pairs)(
  "D1, N1: cut at every event over $first, a thread goes on over $second with each once",
  async ({ first, second }) => {
    await using world = await openWorld({ agents: [talker(6)] });
    for (let cut = 1; cut <= EVENTS; cut += 1) {
      const threadId = `cut-${cut}`;
      const doors = doorsOf(world.server, [first]);
      const client = world.client({ system: doors.system });
      const thread = client.thread(threadId);
      const seen: ThreadEvent[] = [];
      const resets: (string | null)[] = [];
      thread.on("view", ({ reason }) => resets.push(reason));
      thread.events((at) => {
        seen.push(at);
        if (at.seq !== cut) return;
        doors.open.clear();
        doors.open.add(second);
        world.server.drop();
      });
      await world.until(() => thread.view.get().isLoaded, "the empty thread");
      void thread.send("go");
      await world.until(() => seen.at(-1)?.event.type === EventType.RUN_FINISHED, `the end of ${threadId}`);
      await world.until(() => client.connection.get().transport === second, "the other transport");
      const stored = await storedEvents(world, threadId);
      expect(stored).toHaveLength(EVENTS);
      expect(seen).toEqual(stored);
      expect(resets).toEqual([null]);
      await world.clock.advance(100);
      expect(thread.view.get().view).toEqual(reduceAll(emptyView(threadId), stored));
      expect(thread.view.get()).toMatchObject({ status: "ready", behind: 0, outgoing: [] });
      client.close();
    }
  },
);

test("where no WebSocket gets through it takes SSE, remembers that, and climbs back up later", async () => {
  await using world = await openWorld({ agents: [talker(3)] });
  const doors = doorsOf(world.server, ["sse", "long-poll"]);
  const client = world.client({ system: doors.system });
  const thread = client.thread("t1");
  const seqs: number[] = [];
  const disconnections: unknown[] = [];
  client.on("disconnected", (event) => disconnections.push(event));
  thread.events(({ seq }) => seqs.push(seq));
  await world.until(() => client.connection.get().transport === "sse", "SSE");
  void thread.send("one");
  await world.until(() => thread.view.get().view.runs[0]?.status === "completed", "an answer over SSE");
  doors.open.add("websocket");
  await world.until(() => client.connection.get().transport === "websocket", "the WebSocket");
  void thread.send("two");
  await world.until(() => thread.view.get().view.runs[1]?.status === "completed", "an answer over the WebSocket");
  expect(seqs).toEqual(Array.from({ length: 14 }, (_, index) => index + 1));
  expect(disconnections).toEqual([]);
});

test.each(TRANSPORTS)("N3: a client that follows nothing yet is connected all the same, over %s", async (transport) => {
  await using world = await openWorld();
  const client = world.client({ system: doorsOf(world.server, [transport]).system });
  client.connect();
  await world.until(() => client.connection.get().state === "connected", "the connection");
  await world.clock.advance(70_000);
  expect(client.connection.get()).toMatchObject({ state: "connected", transport });
  expect(client.metrics.get().connections).toBe(1);
});

test("where streams are held back it polls", async () => {
  await using world = await openWorld({ agents: [talker(3)] });
  const client = world.client({ system: doorsOf(world.server, ["long-poll"]).system });
  const thread = client.thread("t1");
  thread.view.subscribe(() => {});
  void thread.send("go");
  await world.until(() => thread.view.get().view.runs[0]?.status === "completed", "the end");
  expect(client.connection.get()).toMatchObject({ state: "connected", transport: "long-poll" });
});

test("L2: a thread that is another one by now is told as a reset, and begins from its view", async () => {
  await using world = await openWorld({ agents: [talker(3)] });
  await using other = await createTestServer({ agents: [talker(3)], clock: world.clock, seed: 99 });
  let server = world.server;
  const system = {
    fetch: (url: string, init?: RequestInit) => server.fetch(url, init),
    WebSocket: function (url: string, protocols?: string) {
      return new server.WebSocket(url, protocols);
    } as unknown as WebSocketClass,
  };
  const client = world.client({ system });
  const thread = client.thread("t1");
  const views: (string | null)[] = [];
  thread.on("view", ({ reason }) => views.push(reason));
  void thread.send("old");
  await world.until(() => thread.view.get().view.runs[0]?.status === "completed", "the first life");
  client.disconnect();
  // As after a backup was put back and life went on: the same thread, with another history.
  server = other;
  const writer = world.client({ system });
  const sent = writer.thread("t1").send("new");
  await other.within(sent);
  await world.clock.advance(1000);
  client.connect();
  await world.until(() => views.length === 2, "the reset");
  expect(views).toEqual([null, "epoch"]);
  await world.clock.advance(100);
  expect(thread.view.get().view.messages[0]?.content).toBe("new");
});
