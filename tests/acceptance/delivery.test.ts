import { EventType } from "@throughline/protocol";
import { EventSource } from "eventsource";
import { describe, expect, test } from "vitest";
import { startServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import { readEvents, untilRun } from "../support/thread.ts";

/** What a subscription receives, on every transport there is. */

describe("server-sent events", () => {
  test("D1: a real EventSource gets every event once, with EPOCH.SEQ as its id", async () => {
    await using server = await startServer();
    const { body } = await server.post("/api/v1/threads/t/runs", { agent: "scripted", input: "tokens=50 interval=0" });
    const got: { id: string; data: unknown }[] = [];
    const source = new EventSource(`${server.origin}/api/v1/threads/t/events?after=0`);
    await new Promise<void>((resolve) => {
      source.addEventListener("message", ({ lastEventId, data }) => {
        got.push({ id: lastEventId, data: JSON.parse(data) });
        if (JSON.parse(data).type === "RUN_FINISHED") resolve();
      });
    });
    source.close();
    const stored = await readEvents(server, "t");
    const { epoch } = (await server.get("/api/v1/threads/t")).body;
    expect(got).toEqual(stored.map(({ seq, event }) => ({ id: `${epoch}.${seq}`, data: event })));
    await untilRun(server, body.run_id, "completed");
  });

  test("D1: Last-Event-ID beats after", async () => {
    await using server = await startServer();
    const { body } = await server.post("/api/v1/threads/t/runs", { agent: "scripted", input: "tokens=5 interval=0" });
    await untilRun(server, body.run_id, "completed");
    const reader = await sse(`${server.origin}/api/v1/threads/t/events?after=1`, { "last-event-id": "4" });
    expect((await reader.next())?.id).toMatch(/\.5$/);
    await reader.close();
  });

  test("L2: a position that cannot be honoured is answered by a reset, then everything", async () => {
    await using server = await startServer();
    const { body } = await server.post("/api/v1/threads/t/runs", { agent: "scripted", input: "tokens=1 interval=0" });
    await untilRun(server, body.run_id, "completed");
    const { epoch, last_seq } = (await server.get("/api/v1/threads/t")).body;
    for (const [after, reason] of [
      ["9999", "ahead"],
      ["other.1", "epoch"],
    ] as const) {
      const reader = await sse(`${server.origin}/api/v1/threads/t/events?after=${after}`);
      expect(await reader.next()).toEqual({ event: "reset", data: { type: "reset", epoch, last_seq, reason } });
      expect((await reader.next())?.id).toBe(`${epoch}.1`);
      await reader.close();
      const page = (await server.get(`/api/v1/threads/t/events?after=${after}`)).body;
      expect(page.reset).toEqual({ epoch, last_seq, reason });
      expect(page.events[0].seq).toBe(1);
    }
  });

  test("D6: a live stream is broken off, never ended cleanly", async () => {
    await using server = await startServer();
    await server.post("/api/v1/threads/t/runs", { agent: "scripted", input: "tokens=1 interval=0 hang=1" });
    const response = await fetch(`${server.origin}/api/v1/threads/t/events`, {
      headers: { accept: "text/event-stream" },
    });
    const reading = response.text();
    await server.gateway.drain(0);
    await expect(reading).rejects.toThrow();
  });
});

describe("long-poll", () => {
  test("an answer comes as soon as there is an event, with where to go on", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    await server.post("/api/v1/threads/t/runs", { agent: "manual", input: "go" });
    const run = await manual.next();
    const waiting = server.get("/api/v1/threads/t/events?after=1&wait=20");
    await run.emit({ type: EventType.STEP_STARTED, stepName: "s" });
    const { body } = await waiting;
    expect(body).toMatchObject({ events: [{ seq: 2, event: { type: "STEP_STARTED" } }], next_after: 2, last_seq: 2 });
    run.finish();
  });

  test("one who waits for a thread that is not there yet gets its first event", async () => {
    await using server = await startServer();
    const waiting = server.get("/api/v1/threads/new/events?wait=20");
    await server.post("/api/v1/threads/new/runs", { agent: "scripted", input: "tokens=1 interval=0" });
    expect((await waiting).body.events[0]).toMatchObject({ seq: 1, event: { type: "RUN_STARTED" } });
  });

  test("a page may be cut; the next begins where it ended", async () => {
    await using server = await startServer();
    const { body } = await server.post("/api/v1/threads/t/runs", { agent: "scripted", input: "tokens=10 interval=0" });
    await untilRun(server, body.run_id, "completed");
    const all = (await server.get("/api/v1/threads/t/events")).body;
    const seqs: number[] = [];
    for (let after = 0; after < all.last_seq;) {
      const page = (await server.get(`/api/v1/threads/t/events?after=${after}&limit=3`)).body;
      seqs.push(...page.events.map(({ seq }: { seq: number }) => seq));
      after = page.next_after;
    }
    expect(seqs).toEqual(all.events.map(({ seq }: { seq: number }) => seq));
  });
});

describe("slow and many clients", () => {
  test("D2: a client that does not read neither slows another nor loses anything", async () => {
    await using server = await startServer();
    const slow = await server.connect("/ws/stream?agent=scripted&client_id=slow&thread_id=t");
    const quick = await server.connect("/ws/stream?agent=scripted&client_id=quick&thread_id=t");
    await slow.next("connected");
    await quick.next("connected");
    slow.pause();
    quick.send({ type: "chat", payload: { message: "tokens=8000 interval=0 size=1000" } });
    await quick.next("result");
    slow.resume();
    await slow.next("result");
    const numbered = (frames: readonly { seq?: number }[]): unknown[] =>
      frames.filter((frame) => frame.seq !== undefined);
    expect(numbered(slow.frames)).toEqual(numbered(quick.frames));
    expect(numbered(quick.frames).length).toBeGreaterThan(8_000);
  });

  test("D1: clients that join at any moment of a stream all end with the same frames", async () => {
    await using server = await startServer();
    const first = await server.connect("/ws/stream?agent=scripted&client_id=c0&thread_id=t");
    await first.next("connected");
    first.send({ type: "chat", payload: { message: "tokens=3000 interval=0 tools=20" } });
    const late = [];
    for (let i = 1; i <= 10; i++) late.push(await server.connect(`/ws/stream?client_id=c${i}&thread_id=t&after=0`));
    await first.next("result");
    await Promise.all(late.map((client) => client.next("result")));
    const expected = first.frames.slice(1);
    for (const client of late) expect(client.frames.slice(1)).toEqual(expected);
  });

  test("D4: an idle thread's event is not held back, a busy thread's arrive merged", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/stream?agent=scripted");
    client.send({ type: "chat", payload: { message: "tokens=500 interval=0" } });
    await client.next("result");
    expect(client.frames.filter(({ type }) => type === "token")).toHaveLength(500);
  });
});

test("D5: a thread of 5,000 events is joined by its view, and followed from there", async () => {
  await using server = await startServer();
  const { body } = await server.post("/api/v1/threads/t/runs", { agent: "scripted", input: "tokens=5000 interval=0" });
  await untilRun(server, body.run_id, "completed");
  const view = (await server.get("/api/v1/threads/t")).body;
  expect(view.messages.at(-1).content.split(" ")).toHaveLength(5_001);
  const follower = await sse(`${server.origin}/api/v1/threads/t/events?after=${view.epoch}.${view.last_seq}`);
  const next = await server.post("/api/v1/threads/t/runs", { agent: "scripted", input: "tokens=1 interval=0" });
  expect(await follower.next()).toMatchObject({ data: { type: "RUN_STARTED", runId: next.body.run_id } });
  await follower.close();
});

interface SseEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data: any;
}

/** Reads server-sent events one at a time; comments are passed over. */
async function sse(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ next(): Promise<SseEvent | undefined>; close(): Promise<void> }> {
  const response = await fetch(url, { headers: { accept: "text/event-stream", ...headers } });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = "";
  return {
    next: async () => {
      for (;;) {
        const end = buffered.indexOf("\n\n");
        if (end < 0) {
          const { done, value } = await reader.read();
          if (done) return undefined;
          buffered += value;
          continue;
        }
        const lines = buffered.slice(0, end).split("\n");
        buffered = buffered.slice(end + 2);
        const fields = Object.fromEntries(
          lines
            .filter((line) => !line.startsWith(":") && !line.startsWith("retry"))
            .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
        );
        if (fields["data"] !== undefined) return { ...fields, data: JSON.parse(fields["data"]) };
      }
    },
    close: () => reader.cancel(),
  };
}
