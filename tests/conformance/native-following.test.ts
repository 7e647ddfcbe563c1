import { createMemoryLog } from "@throughline/log";
import type { NativeServerFrame } from "@throughline/protocol";
import { systemClock, systemRandom } from "@throughline/gateway";
import { describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { readEvents, untilRun } from "../support/thread.ts";
import { CARRIERS, collect, connectNative, type Follow, openStream, poll, position } from "./carriers.ts";

/** PROTOCOL.md, "Carriers" and "Following a thread": the same over every carrier. */

/** A run of the scripted agent that has ended. */
async function written(server: TestServer, thread: string, input = "tokens=10 interval=0 tools=1"): Promise<number> {
  const { body } = await server.post(`/api/v1/threads/${thread}/runs`, { agent: "scripted", input });
  await untilRun(server, body.run_id, "completed");
  return (await server.get(`/api/v1/threads/${thread}`)).body.last_seq;
}

async function nextOf<Type extends NativeServerFrame["type"]>(
  follow: Follow,
  type: Type,
): Promise<Extract<NativeServerFrame, { type: Type }>> {
  for (;;) {
    const frame = await follow.next();
    if (frame.type === type) return frame as Extract<NativeServerFrame, { type: Type }>;
  }
}

describe.each(CARRIERS)("$name", (carrier) => {
  test("N9, N10: begins where `from` says, and tells where that is", async () => {
    await using server = await startServer();
    const head = await written(server, "t");
    const { epoch } = (await server.get("/api/v1/threads/t")).body;
    for (const [from, after] of [
      ["start", 0],
      ["now", head],
      ["view", head],
      [{ after: `${epoch}.3` }, 3],
      [{ after: "3" }, 3],
    ] as const) {
      await using follow = await carrier.follow(server, "t", from);
      const subscribed = await nextOf(follow, "subscribed");
      expect(subscribed).toMatchObject({ thread: "t", epoch, after, head });
      expect(subscribed.view?.last_seq).toBe(from === "view" ? head : undefined);
    }
  });

  test("N11, N12: gives a contiguous slice from every position, the stored events themselves", async () => {
    await using server = await startServer();
    const head = await written(server, "t");
    const stored = await readEvents(server, "t");
    const { epoch } = (await server.get("/api/v1/threads/t")).body;
    for (let after = 0; after < head; after += 1) {
      await using follow = await carrier.follow(server, "t", { after: `${epoch}.${after}` });
      const events = await collect(follow, after, head);
      expect([...events.values()]).toEqual(stored.slice(after).map(({ event }) => event));
    }
  });

  test("N11: what comes live follows what was there, without a gap", async () => {
    await using server = await startServer();
    await written(server, "t");
    await using follow = await carrier.follow(server, "t", "start");
    const early = server.post("/api/v1/threads/t/runs", { agent: "scripted", input: "tokens=60 interval=2" });
    const { body } = await early;
    await untilRun(server, body.run_id, "completed");
    const stored = await readEvents(server, "t");
    const events = await collect(follow, 0, stored.length);
    expect([...events.values()]).toEqual(stored.map(({ event }) => event));
  });

  test("N13, L2: a position that cannot be honoured is answered by a reset and the view", async () => {
    await using server = await startServer();
    const head = await written(server, "t");
    const { epoch } = (await server.get("/api/v1/threads/t")).body;
    for (const [after, reason] of [
      ["other.1", "epoch"],
      [`${epoch}.${head + 1}`, "ahead"],
    ] as const) {
      await using follow = await carrier.follow(server, "t", { after });
      expect(await follow.next()).toEqual({ type: "reset", thread: "t", epoch, last_seq: head, reason });
      expect(await follow.next()).toMatchObject({ type: "subscribed", after: head, head, view: { last_seq: head } });
    }
  });

  test("N13: so is one behind which something is no longer kept", async () => {
    const log = createMemoryLog({ clock: systemClock, random: systemRandom });
    await using server = await startServer({ log });
    const head = await written(server, "t");
    await log.trim("default/t", 5);
    {
      await using follow = await carrier.follow(server, "t", { after: "2" });
      const reset = await nextOf(follow, "reset");
      expect(reset).toMatchObject({ reason: "trimmed", last_seq: head });
      expect(await nextOf(follow, "subscribed")).toMatchObject({ after: head, view: { last_seq: head } });
    }
    await using kept = await carrier.follow(server, "t", { after: "5" });
    expect(await nextOf(kept, "events")).toMatchObject({ seq: 6 });
  });

  test("N14: a thread that does not exist is followed and not made", async () => {
    await using server = await startServer();
    await using follow = await carrier.follow(server, "later", "view");
    const view = { id: "later", epoch: "", last_seq: 0 };
    expect(await nextOf(follow, "subscribed")).toMatchObject({ epoch: "", after: 0, head: 0, view });
    expect((await server.get("/api/v1/threads/later")).status).toBe(404);
    expect(await server.log.info("default/later")).toBeUndefined();
    const head = await written(server, "later");
    const { epoch } = (await server.get("/api/v1/threads/later")).body;
    const events = await nextOf(follow, "events");
    expect(events).toMatchObject({ seq: 1, epoch });
    expect(head).toBeGreaterThan(0);
  });

  test("N15: what cannot be followed is told, by its code", async () => {
    await using server = await startServer();
    for (const [thread, from, code] of [
      ["a b", "view", "invalid_input"],
      ["t", { after: "x" }, "invalid_cursor"],
    ] as const) {
      await using follow = await carrier.follow(server, thread, from);
      expect(await nextOf(follow, "unsubscribed")).toMatchObject({ thread, code });
    }
  });
});

describe("carriers together", () => {
  test("N1: a client that changes its carrier at any position gets each event once", async () => {
    await using server = await startServer();
    const head = await written(server, "t", "tokens=30 interval=0");
    const { epoch } = (await server.get("/api/v1/threads/t")).body;
    const stored = await readEvents(server, "t");
    const events = new Map<number, object>();
    for (let at = 0, turn = 0; at < head; turn += 1) {
      const carrier = CARRIERS[turn % CARRIERS.length] ?? CARRIERS[0];
      if (carrier === undefined) throw new Error("there is no carrier");
      await using follow = await carrier.follow(server, "t", { after: position(epoch, at) });
      const upTo = Math.min(head, at + 3);
      // It has more by then; it counts up to where it leaves.
      for (const [seq, event] of await collect(follow, at, upTo)) if (seq <= upTo) events.set(seq, event);
      at = upTo;
    }
    expect([...events.values()]).toEqual(stored.map(({ event }) => event));
  });

  test("N3: a stream begins with welcome, has frames in `data:` lines only, and LF line ends", async () => {
    await using server = await startServer();
    await written(server, "t");
    await using stream = await openStream(server, { client_id: "c", subscriptions: [{ thread: "t", from: "start" }] });
    expect(await stream.next()).toMatchObject({ type: "welcome", protocol: "throughline.v1", client_id: "c" });
    await nextOf(stream, "events");
    const lines = stream.text().split("\n");
    expect(lines.filter((line) => !/^(?:data: \{.*\}|:.*|retry: \d+|)$/.test(line))).toEqual([]);
    expect(stream.text()).not.toContain("\r");
  });

  test("N4: a long-poll waits for news, and the place it was given is none", async () => {
    await using server = await startServer();
    const head = await written(server, "t");
    const from = { after: String(head) };
    const idle = await poll(server, { subscriptions: [{ thread: "t", from }], wait: 0 });
    expect(idle).toMatchObject([{ type: "subscribed", after: head }]);
    const there = await poll(server, { subscriptions: [{ thread: "t", from: { after: "2" } }], wait: 0 });
    expect(there[1]).toMatchObject({ type: "events", seq: 3 });
    const waiting = poll(server, { subscriptions: [{ thread: "t", from }], wait: 60 });
    await server.post("/api/v1/threads/t/runs", { agent: "scripted", input: "tokens=1" });
    const frames = await waiting;
    expect(frames.map(({ type }) => type)).toEqual(["subscribed", "events"]);
    expect(frames[1]).toMatchObject({ seq: head + 1 });
  });

  test("N12, D3: events that are told at once share a frame, and a large one stands alone", async () => {
    await using server = await startServer();
    await written(server, "t", "tokens=40 interval=0 size=20000");
    const client = await connectNative(server);
    client.send({ type: "subscribe", thread: "t", from: "start" });
    const { head } = await client.next("subscribed");
    const frames: { seq: number; events: object[] }[] = [];
    while ((frames.at(-1)?.seq ?? 0) + (frames.at(-1)?.events.length ?? 0) <= head)
      frames.push((await client.next("events")) as never);
    expect(frames.length).toBeGreaterThan(5);
    expect(Math.max(...frames.map(({ events }) => events.length))).toBeGreaterThan(1);
    for (const { events } of frames) {
      const bytes = events.reduce((sum, event) => sum + Buffer.byteLength(JSON.stringify(event)), 0);
      expect(events.length === 1 || bytes <= 128 * 1024).toBe(true);
    }
  });
});
