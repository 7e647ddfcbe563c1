import { EventType } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { startServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";

/** `WS /ws/stream` over time: coming late, coming back, waiting for a turn, leaving. */

const chat = (message: string) => ({ type: "chat", payload: { message } });

describe("resuming", () => {
  test("D1: ?after=SEQ gives exactly what is missing, bare or with the epoch", async () => {
    await using server = await startServer();
    const whole = await server.connect("/ws/stream?agent=scripted&client_id=c");
    whole.send(chat("tokens=20 tools=2 interval=0"));
    await whole.next("result");
    const { epoch } = whole.frames[0] as { epoch: string };
    const numbered = whole.frames.filter((frame) => "seq" in frame);
    for (const { seq } of numbered.slice(0, -1)) {
      for (const after of [`${seq}`, `${epoch}.${seq}`]) {
        const late = await server.connect(`/ws/stream?agent=scripted&client_id=d&thread_id=stream:c&after=${after}`);
        await late.next("result");
        expect(late.frames.slice(1)).toEqual(numbered.filter((frame) => frame["seq"] > seq));
      }
    }
  });

  test("a late joiner without a position gets the run that goes on, then live", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const first = await server.connect("/ws/stream?agent=manual&client_id=c");
    first.send(chat("go"));
    const run = await manual.next();
    await run.emit({ type: EventType.TEXT_MESSAGE_START, messageId: "m", role: "assistant" });
    await run.emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m", delta: "one " });
    await first.next("token");
    const late = await server.connect("/ws/stream?agent=manual&client_id=d&thread_id=stream:c");
    expect(await late.next("token")).toMatchObject({ delta: "one " });
    await run.emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m", delta: "two" });
    expect(await late.next("token")).toMatchObject({ delta: "two" });
    run.finish();
    expect(await late.next("result")).toMatchObject({ content: "one two" });
  });

  test.each([
    ["beyond the end", (epoch: string) => `${epoch}.999`, "ahead"],
    ["of another epoch", () => "other.1", "epoch"],
  ])("L2: a position %s is answered by a reset, then what a late joiner gets", async (_name, after, reason) => {
    await using server = await startServer();
    const client = await server.connect("/ws/stream?agent=scripted&client_id=c");
    client.send(chat("tokens=1 interval=0"));
    const { seq } = await client.next("result");
    const { epoch } = client.frames[0] as { epoch: string };
    const late = await server.connect(`/ws/stream?agent=scripted&client_id=c&after=${after(epoch)}`);
    expect(await late.next("reset")).toEqual({ type: "reset", epoch, last_seq: seq, reason });
    late.send(chat("tokens=1 interval=0"));
    await late.next("result");
  });

  test("a position that is none is refused before the socket opens", async () => {
    await using server = await startServer();
    await expect(server.connect("/ws/stream?after=x.y.z")).rejects.toMatchObject({ status: 400 });
  });
});

describe("the thread's policy", () => {
  test("R6: enqueue runs the second chat after the first", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const client = await server.connect("/ws/stream?agent=manual");
    client.send(chat("one"));
    const one = await manual.next();
    client.send(chat("two"));
    client.send({ type: "ping" });
    await client.next("pong");
    one.finish();
    await client.next("result");
    const two = await manual.next();
    expect(two.input.messages.map((message) => message.content)).toEqual(["one", "two"]);
    two.finish();
    await client.next("result");
  });

  test("R6: reject answers the second chat with thread_busy", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], busyPolicy: "reject" });
    const client = await server.connect("/ws/stream?agent=manual");
    client.send(chat("one"));
    const one = await manual.next();
    client.send(chat("two"));
    expect(await client.next("error")).toMatchObject({ details: "thread_busy" });
    one.finish();
    await client.next("result");
  });

  test("R6: interrupt cancels the first and runs the second", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], busyPolicy: "interrupt" });
    const client = await server.connect("/ws/stream?agent=manual");
    client.send(chat("one"));
    const one = await manual.next();
    client.send(chat("two"));
    await client.next("cancelled");
    expect(one.context.signal.aborted).toBe(true);
    one.finish();
    const two = await manual.next();
    two.finish();
    await client.next("result");
  });
});

describe("leaving", () => {
  test("cancels the client's run when the grace is over", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], streamGraceMs: 0 });
    const client = await server.connect("/ws/stream?agent=manual&client_id=c");
    const watcher = await server.connect("/ws/stream?agent=manual&client_id=w&thread_id=stream:c");
    client.send(chat("go"));
    const run = await manual.next();
    client.close();
    await watcher.next("cancelled");
    expect(run.context.signal.aborted).toBe(true);
    run.finish();
  });

  test("R5: one who only watches cancels nothing by leaving", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], streamGraceMs: 0 });
    const client = await server.connect("/ws/stream?agent=manual&client_id=c");
    const watcher = await server.connect("/ws/stream?agent=manual&client_id=w&thread_id=stream:c");
    await watcher.next("connected");
    client.send(chat("go"));
    const run = await manual.next();
    watcher.close();
    await watcher.closed;
    client.send({ type: "ping" });
    await client.next("pong");
    expect(run.context.signal.aborted).toBe(false);
    run.finish();
    await client.next("result");
  });

  test("coming back within the grace keeps the run", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], streamGraceMs: 20_000 });
    const client = await server.connect("/ws/stream?agent=manual&client_id=c");
    client.send(chat("go"));
    const run = await manual.next();
    client.drop();
    const back = await server.connect("/ws/stream?agent=manual&client_id=c");
    await back.next("connected");
    run.finish();
    await back.next("result");
    expect(run.context.signal.aborted).toBe(true);
    expect((await server.get("/api/v1/threads/stream:c")).body.runs).toMatchObject([{ status: "completed" }]);
  });
});

describe("the server's own word", () => {
  test("reaches one client, or all but some", async () => {
    await using server = await startServer();
    const one = await server.connect("/ws/stream?agent=scripted&client_id=one");
    const two = await server.connect("/ws/stream?agent=scripted&client_id=two");
    await one.next("connected");
    await two.next("connected");
    expect(server.gateway.stream.send("one", { type: "note", text: "a" })).toBe(1);
    expect(server.gateway.stream.send("nobody", { type: "note" })).toBe(0);
    expect(server.gateway.stream.broadcast({ type: "note", text: "b" }, new Set(["one"]))).toBe(1);
    expect(server.gateway.stream.broadcast({ type: "note", text: "c" })).toBe(2);
    expect(await two.next("note")).toMatchObject({ text: "b" });
    expect(await two.next("note")).toMatchObject({ text: "c" });
    expect(await one.next("note")).toMatchObject({ text: "a" });
    expect(await one.next("note")).toMatchObject({ text: "c" });
  });

  test("cancels a client's run", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/stream?agent=scripted&client_id=c");
    client.send(chat("tokens=1 interval=0 hang=1"));
    await client.next("token");
    expect(await server.gateway.stream.cancel("c")).toBe(1);
    await client.next("cancelled");
    expect(await server.gateway.stream.cancel("c")).toBe(0);
  });
});
