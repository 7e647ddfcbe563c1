import { createMemoryLog, memoryDisk } from "@throughline/log";
import { systemClock, systemRandom } from "@throughline/gateway";
import { describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import { type Frame, Refused, type WsClient } from "../support/ws-client.ts";
import { readEvents, untilRun } from "../support/thread.ts";
import { connectNative, openStream, post } from "./carriers.ts";

/** PROTOCOL.md, "Life cycle of a WebSocket" and "Commands". */

const PROTOCOLS = { protocols: ["throughline.v1"] };

function start(id: string, thread: string, text = "tokens=2 interval=0", more: object = {}): object {
  return { type: "command", id, thread, command: { type: "start", agent: "scripted", input: { text }, ...more } };
}

async function ackOf(client: WsClient, frame: object): Promise<any> {
  client.send(frame);
  return client.next("ack");
}

/** The first events of a thread, whether they came before or after what was looked at. */
async function firstEvents(client: WsClient, thread: string): Promise<object> {
  const matches = (frame: Frame): boolean => frame["type"] === "events" && frame["thread"] === thread;
  return client.frames.find(matches) ?? client.nextWhere(matches, "events");
}

describe("life cycle", () => {
  test("N2: an upgrade without the subprotocol is refused", async () => {
    await using server = await startServer();
    await expect(server.connect("/ws")).rejects.toThrow(new Refused(400));
    await expect(server.connect("/ws", { protocols: ["throughline.v9"] })).rejects.toThrow(new Refused(400));
    const client = await server
      .connect("/ws", { protocols: ["other", "throughline.v1"] })
      .catch((error: Error) => error);
    expect(client).not.toBeInstanceOf(Refused);
  });

  test("N2: binary messages close with 1003", async () => {
    await using server = await startServer();
    const client = await connectNative(server);
    client.send(Buffer.from("{}"));
    expect((await client.closed).code).toBe(1003);
  });

  test.each([
    ["N6: another frame before hello", [{ type: "ping", id: 1 }]],
    ["N8: no JSON", ["nope"]],
    ["N8: no object", ["[]"]],
    ["N8: an unknown type", [{ type: "hello" }, { type: "dance" }]],
    ["N8: a field that is missing", [{ type: "hello" }, { type: "subscribe", thread: "t" }]],
    ["N8: keys that poison", [{ type: "hello" }, '{"type":"ping","id":1,"__proto__":{}}']],
    [
      "N7: another client on the same connection",
      [
        { type: "hello", client_id: "a" },
        { type: "hello", client_id: "b" },
      ],
    ],
  ])("%s closes with 4400", async (_name, frames) => {
    await using server = await startServer();
    const client = await server.connect("/ws", PROTOCOLS);
    for (const frame of frames) client.send(frame);
    expect(await client.next("error")).toMatchObject({ code: "invalid_frame" });
    expect((await client.closed).code).toBe(4400);
  });

  test("N7: hello is answered by welcome, and a later one interrupts nothing", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws", PROTOCOLS);
    client.send({ type: "hello" });
    const welcome = await client.next("welcome");
    expect(welcome).toMatchObject({ protocol: "throughline.v1", heartbeat_ms: 30_000, max_frame_bytes: 65_536 });
    client.send({ type: "subscribe", thread: "t", from: "start" });
    await client.next("subscribed");
    client.send({ type: "hello", token: "another" });
    expect(await client.next("welcome")).toEqual(welcome);
    await ackOf(client, start("1", "t"));
    expect(client.frames.filter(({ type }) => type === "subscribed")).toHaveLength(1);
    expect(await firstEvents(client, "t")).toMatchObject({ seq: 1 });
  });

  test("N25: ping is answered by pong with its id", async () => {
    await using server = await startServer();
    const client = await connectNative(server);
    client.send({ type: "ping", id: 7 });
    expect(await client.next("pong")).toEqual({ type: "pong", id: 7 });
  });

  test("N26: a server that goes down says when to come back, and closes with 4503", async () => {
    await using server = await startServer();
    const client = await connectNative(server);
    client.send({ type: "subscribe", thread: "a", from: "now" });
    client.send({ type: "subscribe", thread: "b", from: "now" });
    await client.next("subscribed", ({ thread }) => thread === "b");
    await using stream = await openStream(server, { subscriptions: [{ thread: "a", from: "now" }] });
    await stream.next();
    await server.gateway.drain(0);
    const late = await post(server, "/api/v1/follow", { subscriptions: [{ thread: "a", from: "now" }] });
    expect([late.status, late.headers.get("retry-after")]).toEqual([503, "1"]);
    expect((await client.closed).code).toBe(4503);
    expect(client.frames.filter(({ type }) => type === "draining")).toEqual([
      { type: "draining", retry_after_ms: 1_000 },
    ]);
    for (let frame = await stream.next(); frame.type !== "draining";) frame = await stream.next();
  });

  test("N28, A3: beyond the rate the connection closes with 4429, beyond the frame's size with 1009", async () => {
    await using server = await startServer({ limits: { framesPerSecond: 1, frameBurst: 5, maxFrameBytes: 1_000 } });
    const fast = await connectNative(server);
    for (let id = 0; id < 10; id += 1) fast.send({ type: "ping", id });
    expect((await fast.closed).code).toBe(4429);
    const large = await connectNative(server);
    large.send({ type: "ping", id: "x".repeat(2_000) });
    expect((await large.closed).code).toBe(1009);
  });

  test("N28: a connection follows a thousand threads and no more", async () => {
    await using server = await startServer({ limits: { frameBurst: 2_000 } });
    const client = await connectNative(server);
    for (let n = 0; n <= 1_000; n += 1)
      client.send({ type: "subscribe", thread: `t${n}`, from: "now", presence: false });
    expect(await client.next("unsubscribed")).toMatchObject({ thread: "t1000", code: "too_many_subscriptions" });
    client.send({ type: "unsubscribe", thread: "t0" });
    client.send({ type: "subscribe", thread: "t1000", from: "now", presence: false });
    expect(await client.next("subscribed", ({ thread }) => thread === "t1000")).toMatchObject({ after: 0 });
  });
});

describe("subscriptions of one connection", () => {
  test("N9: another subscribe takes the place of the first, and unsubscribe ends it", async () => {
    await using server = await startServer();
    const client = await connectNative(server);
    client.send({ type: "subscribe", thread: "t", from: "start" });
    client.send({ type: "subscribe", thread: "t", from: "start" });
    await ackOf(client, start("1", "t"));
    // What the run says later would stand behind the head, and reach the client before it unsubscribes.
    await untilIdle(server, "t");
    const head = (await server.get("/api/v1/threads/t")).body.last_seq;
    client.send({ type: "subscribe", thread: "u", from: "now" });
    await client.next("subscribed", ({ thread }) => thread === "u");
    const again = client.frames.findLastIndex(({ type, thread }) => type === "subscribed" && thread === "t");
    const seqs = client.frames.slice(again).flatMap((frame) => (frame["type"] === "events" ? [frame["seq"]] : []));
    expect(new Set(seqs).size).toBe(seqs.length);
    client.send({ type: "unsubscribe", thread: "t" });
    await ackOf(client, start("2", "t"));
    client.send({ type: "ping", id: "end" });
    await client.next("pong");
    const later = client.frames.filter(({ type, seq }) => type === "events" && seq > head);
    expect(later).toEqual([]);
  });

  test("N15: a thread that is deleted ends its subscription and nothing else", async () => {
    await using server = await startServer();
    await server.post("/api/v1/tasks", { id: "x", title: "Gone soon" });
    const client = await connectNative(server);
    client.send({ type: "subscribe", thread: "task:x", from: "view" });
    await client.next("subscribed");
    await fetch(`${server.origin}/api/v1/tasks/x`, { method: "DELETE" });
    expect(await client.next("unsubscribed")).toMatchObject({ thread: "task:x", code: "not_found" });
    client.send({ type: "ping", id: 1 });
    await client.next("pong");
  });

  test("N14: a thread that is followed before it is made by a fork gets the fork's events", async () => {
    await using server = await startServer();
    const client = await connectNative(server);
    await ackOf(client, start("1", "source"));
    await untilIdle(server, "source");
    client.send({ type: "subscribe", thread: "copy", from: "start" });
    await client.next("subscribed");
    const ack = await ackOf(client, {
      type: "command",
      id: "2",
      thread: "source",
      command: { type: "fork", thread: "copy" },
    });
    expect(ack).toMatchObject({ ok: true, thread: "copy" });
    const { epoch } = (await server.get("/api/v1/threads/copy")).body;
    expect(await firstEvents(client, "copy")).toMatchObject({ epoch, seq: 1 });
  });
});

async function untilIdle(server: TestServer, thread: string): Promise<void> {
  const { body } = await server.get(`/api/v1/threads/${thread}`);
  for (const { run_id: runId } of body.runs) await untilRun(server, runId, "completed");
}

describe("commands", () => {
  test("N17: each is answered by one ack, those of a thread in their order", async () => {
    await using server = await startServer();
    const client = await connectNative(server);
    for (const id of ["a", "b", "c"]) client.send(start(id, "t"));
    for (const id of ["a", "b", "c"]) expect(await client.next("ack")).toMatchObject({ id, ok: true });
    expect(await ackOf(client, start("d", "a b"))).toMatchObject({ id: "d", ok: false, code: "invalid_input" });
    const nobody = start("e", "t", "hi", { agent: "nobody" });
    expect(await ackOf(client, nobody)).toMatchObject({ ok: false, code: "unknown_agent" });
  });

  test("N18, R4: a repeat applies once, over another carrier and after a restart", async () => {
    const disk = memoryDisk();
    const open = () => createMemoryLog({ clock: systemClock, random: systemRandom, disk });
    const give = start("same", "t");
    let runId: string;
    {
      await using server = await startServer({ log: open() });
      const client = await connectNative(server, { client_id: "me" });
      const first = await ackOf(client, give);
      runId = first.run_id;
      expect(await ackOf(client, give)).toEqual({ ...first, duplicate: true });
      const other = await connectNative(server, { client_id: "other" });
      expect((await ackOf(other, give)).run_id).not.toBe(runId);
    }
    await using server = await startServer({ log: open() });
    const answer = await post(server, "/api/v1/commands", { client_id: "me", frames: [give] });
    expect(await answer.json()).toEqual({
      frames: [{ type: "ack", id: "same", ok: true, run_id: runId, duplicate: true }],
    });
    const starts = (await readEvents(server, "t")).filter(({ event }) => event.type === "RUN_STARTED");
    expect(starts).toHaveLength(2);
  });

  test("N18, N19: a fork that is repeated makes one thread; another command may not take its name", async () => {
    await using server = await startServer();
    const client = await connectNative(server);
    await ackOf(client, start("1", "t"));
    const fork = (id: string) => ({ type: "command", id, thread: "t", command: { type: "fork", thread: "u", at: 1 } });
    expect(await ackOf(client, fork("2"))).toEqual({ type: "ack", id: "2", ok: true, thread: "u" });
    expect(await ackOf(client, fork("2"))).toEqual({ type: "ack", id: "2", ok: true, thread: "u", duplicate: true });
    expect(await ackOf(client, fork("3"))).toMatchObject({ ok: false, code: "stream_exists" });
  });

  test("N19: start, pause, resume, cancel and answer steer a run; an absent agent is the latest or the first", async () => {
    const { agent, next } = manualAgent("first");
    await using server = await startServer({ agents: [agent] });
    const client = await connectNative(server);
    const command = (id: string, what: object) => ({ type: "command", id, thread: "t", command: what });
    const started = await ackOf(client, command("1", { type: "start", input: { text: "go" } }));
    await next();
    for (const type of ["pause", "resume", "cancel"])
      expect(await ackOf(client, command(type, { type, runId: started.run_id }))).toMatchObject({ ok: true });
    const run = await server.get(`/api/v1/runs/${started.run_id}`);
    expect(run.body).toMatchObject({ agent: "first", status: "cancelled" });
    const unasked = command("9", { type: "answer", interruptId: "q", answer: 1 });
    expect(await ackOf(client, unasked)).toMatchObject({ ok: false, code: "not_found" });
  });

  test("N29: a start that waits and is cancelled is told to whoever follows, in the midst of a run, and stands in the view", async () => {
    const { agent, next } = manualAgent("first");
    await using server = await startServer({ agents: [agent] });
    const client = await connectNative(server);
    const command = (id: string, what: object) => ({ type: "command", id, thread: "t", command: what });
    const input = { text: "go" };
    await ackOf(client, command("1", { type: "start", input }));
    await next();
    await ackOf(client, command("2", { type: "start", runId: "waits", input }));
    const other = await connectNative(server, { client_id: "other" });
    other.send({ type: "subscribe", thread: "t", from: "now" });
    await other.next("subscribed");
    expect(await ackOf(client, command("3", { type: "cancel", runId: "waits" }))).toMatchObject({ ok: true });
    expect(await other.next("events")).toMatchObject({
      events: [{ name: "run.withdrawn", value: { runId: "waits" } }],
    });
    // The command that is repeated withdraws nothing twice.
    expect(await ackOf(client, command("3", { type: "cancel", runId: "waits" }))).toMatchObject({ duplicate: true });
    other.send({ type: "subscribe", thread: "t", from: "view" });
    expect((await other.next("subscribed"))["view"]).toMatchObject({
      status: "running",
      withdrawn_runs: [{ run_id: "waits", code: null }],
    });
  });

  test("N20, R5: leaving cancels nothing", async () => {
    const { agent, next } = manualAgent("first");
    await using server = await startServer({ agents: [agent] });
    const client = await connectNative(server);
    const go = { type: "command", id: "1", thread: "t", command: { type: "start", input: { text: "go" } } };
    const { run_id: runId } = await ackOf(client, go);
    const run = await next();
    client.drop();
    await client.closed;
    run.finish();
    await untilRun(server, runId, "completed");
  });

  test("N5: commands over HTTP are carried out in order and answered together", async () => {
    await using server = await startServer();
    const frames = [start("1", "t"), { type: "presence", thread: "t", typing: true }, start("2", "u v")];
    const response = await post(server, "/api/v1/commands", { client_id: "c", frames });
    expect(await response.json()).toMatchObject({
      frames: [
        { type: "ack", id: "1", ok: true },
        { type: "ack", id: "2", ok: false, code: "invalid_input" },
      ],
    });
    expect((await post(server, "/api/v1/commands", { client_id: "c", frames: [{ type: "ping", id: 1 }] })).status).toBe(
      400,
    );
  });
});
