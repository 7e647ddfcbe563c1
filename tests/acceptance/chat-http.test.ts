import { EventType } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import type { Frame } from "../support/ws-client.ts";

/** The HTTP fallback of the chat, and how clients are told to connect. */

const body = (content: string, more: object = {}) => ({ content, session_id: "s", agent: "scripted", ...more });

/** A chat over server-sent events, event by event. */
async function stream(
  server: TestServer,
  request: object,
  headers: Record<string, string> = {},
): Promise<{ next(): Promise<{ id: string; data: Frame } | undefined>; leave(): void }> {
  const control = new AbortController();
  const response = await fetch(`${server.origin}/api/v1/chat`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream", ...headers },
    body: JSON.stringify(request),
    signal: control.signal,
  });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  const next = async (): Promise<{ id: string; data: Frame } | undefined> => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end >= 0) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        const [, id, data] = /^id: (.*)\ndata: (.*)$/.exec(block) ?? [];
        if (id !== undefined && data !== undefined) return { id, data: JSON.parse(data) as Frame };
        continue;
      }
      const { value, done } = await reader.read();
      if (done) return undefined;
      text += decoder.decode(value, { stream: true });
    }
  };
  return { next, leave: () => control.abort() };
}

async function whole(server: TestServer, request: object, headers?: Record<string, string>) {
  const events = await stream(server, request, headers);
  const all: { id: string; data: Frame }[] = [];
  for (let event = await events.next(); event !== undefined; event = await events.next()) all.push(event);
  return all;
}

describe("POST /api/v1/chat", () => {
  test("answers with the message and the very frames of the socket", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/chat?session_id=s");
    const { status, body: reply } = await server.post("/api/v1/chat", body("tokens=3 tools=1 interval=0"));
    await client.next("message");
    expect(status).toBe(200);
    expect(reply).toMatchObject({ message: { content: "t0 t1 t2 ", artifacts: [] }, status: "completed" });
    expect(reply.events).toEqual(client.frames.slice(1));
    expect(reply.last_seq).toBe(client.frames.at(-1)?.["seq"]);
  });

  test("shares its history with the socket", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const client = await server.connect("/ws/chat?session_id=s&agent=manual");
    client.send({ type: "message", data: { content: "one" } });
    (await manual.next()).finish();
    await client.next("message");
    const history = [{ role: "user", content: "made up" }];
    const waiting = server.post("/api/v1/chat", body("two", { agent: "manual", message_history: history }));
    const run = await manual.next();
    expect(run.input.messages.map(({ content }) => content)).toEqual(["one", "two"]);
    run.finish();
    expect((await waiting).status).toBe(200);
  });

  test("uses message_history for a session the server has nothing of", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const history = [{ role: "assistant", content: "Hello." }];
    const waiting = server.post("/api/v1/chat", { content: "Hi", agent: "manual", message_history: history });
    const run = await manual.next();
    expect(run.input.messages.map(({ content }) => content)).toEqual(["Hello.", "Hi"]);
    run.finish();
    expect((await waiting).body.session_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("a question is answered over the runs' address", async () => {
    await using server = await startServer();
    const { status, body: reply } = await server.post("/api/v1/chat", body("tokens=1 interval=0 ask=Which"));
    expect([status, reply.status]).toEqual([200, "waiting"]);
    const asked = reply.events.at(-1);
    expect(asked).toMatchObject({ type: "question", data: { question: "Which" } });
    const answer = { interrupt_id: asked.data.question_id, answer: "this" };
    expect((await server.post(`/api/v1/runs/${reply.run_id}/answers`, answer)).status).toBe(202);
  });

  test("a run that fails is answered by its code, with the frames up to then", async () => {
    await using server = await startServer();
    const { status, body: reply } = await server.post("/api/v1/chat", body("tokens=2 interval=0 fail=1"));
    expect([status, reply.error.code]).toEqual([500, "agent_error"]);
    expect(reply.events.map(({ type }: Frame) => type)).toEqual(["token", "error"]);
  });

  test("waits no longer than asked; the same run id attaches, and after leaves out what is known", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const request = body("go", { agent: "manual", run_id: "r1" });
    const { status, body: early } = await server.post("/api/v1/chat?wait=0", request);
    expect([status, early.status]).toEqual([202, "running"]);
    const run = await manual.next();
    await run.emit({ type: EventType.TEXT_MESSAGE_START, messageId: "m", role: "assistant" });
    await run.emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m", delta: "Hi" });
    const waiting = server.post(`/api/v1/chat?after=${early.epoch}.${early.last_seq}`, request);
    run.finish();
    const { body: late } = await waiting;
    expect(late).toMatchObject({ run_id: "r1", status: "completed", message: { content: "Hi" } });
    expect(late.events.map(({ type }: Frame) => type)).toEqual(["token", "message"]);
    const conflict = await server.post("/api/v1/chat", { ...request, content: "other" });
    expect(conflict.body.error.code).toBe("run_id_conflict");
  });

  test.each([
    [{ content: " " }, 400, "empty_message"],
    [{}, 400, "invalid_input"],
    [{ content: "a", agent: "nobody" }, 404, "unknown_agent"],
    [{ content: "a", session_id: "a/b" }, 400, "invalid_input"],
    [{ content: "a", message_history: [{ role: "tool", content: "b" }] }, 400, "invalid_input"],
  ])("%j is refused", async (request, status, code) => {
    await using server = await startServer();
    const refused = await server.post("/api/v1/chat", request);
    expect([refused.status, refused.body.error.code]).toEqual([status, code]);
  });
});

describe("Accept: text/event-stream", () => {
  test("streams the same frames with id EPOCH.SEQ, and ends with the run", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/chat?session_id=s");
    const events = await whole(server, body("tokens=3 tools=1 interval=0"));
    await client.next("message");
    const { epoch } = client.frames[0] as Frame;
    expect(events.map(({ data }) => data)).toEqual(client.frames.slice(1));
    expect(events.map(({ id }) => id)).toEqual(events.map(({ data }) => `${epoch}.${data["seq"]}`));
  });

  test("R5: a dropped request only detaches; the same run id goes on where it was cut", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], streamGraceMs: 0 });
    const request = body("go", { agent: "manual", run_id: "r1" });
    const first = await stream(server, request);
    const run = await manual.next();
    await run.emit({ type: EventType.TEXT_MESSAGE_START, messageId: "m", role: "assistant" });
    await run.emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m", delta: "Hel" });
    const seen = await first.next();
    first.leave();
    await run.emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m", delta: "lo" });
    const rest = whole(server, request, { "last-event-id": String(seen?.id) });
    run.finish();
    expect((await rest).map(({ data }) => data["data"].delta ?? data["data"].content)).toEqual(["lo", "Hello"]);
    expect(run.context.signal.aborted).toBe(true);
    expect((await server.get("/api/v1/runs/r1")).body.status).toBe("completed");
  });
});

describe("the feature flag", () => {
  test("WebSocket switched off refuses every upgrade; HTTP works", async () => {
    await using server = await startServer({ realtime: { websocket: false } });
    for (const path of ["/ws/chat?session_id=s", "/ws/stream", "/ws/chart-commands/s", "/ws/nowhere"]) {
      await expect(server.connect(path)).rejects.toMatchObject({ status: 403 });
    }
    const refused = await fetch(`${server.origin}/api/v1/realtime-config?session_id=s`);
    expect(await refused.json()).toMatchObject({ transport: "http" });
    expect((await server.post("/api/v1/chat", body("tokens=1 interval=0"))).status).toBe(200);
    expect((await server.post("/api/v1/chart-commands/s", { command: "LOAD:A" })).status).toBe(200);
  });

  test("realtime-config gives what is set", async () => {
    await using plain = await startServer();
    expect((await plain.get("/api/v1/realtime-config?session_id=s")).body).toEqual({
      transport: "websocket",
      heartbeat_interval: 30_000,
      max_reconnect_attempts: 10,
      reconnect_interval: 1_000,
    });
    const realtime = { heartbeatIntervalMs: 5_000, maxReconnectAttempts: 3, reconnectIntervalMs: 50 };
    await using set = await startServer({ realtime });
    expect((await set.get("/api/v1/realtime-config?session_id=s")).body).toEqual({
      transport: "websocket",
      heartbeat_interval: 5_000,
      max_reconnect_attempts: 3,
      reconnect_interval: 50,
    });
    expect((await set.get("/api/v1/realtime-config")).status).toBe(400);
  });

  test("the rollout is stable, has its share, and grows without taking anybody back", async () => {
    const chosen = async (rolloutPercent: number): Promise<Set<number>> => {
      await using server = await startServer({ realtime: { rolloutPercent } });
      const asked = Array.from({ length: 2_000 }, async (_, index) => {
        const url = `http://127.0.0.1/api/v1/realtime-config?session_id=session-${index}`;
        const response = await server.gateway.fetch(new Request(url, { headers: { host: "127.0.0.1" } }));
        const { transport } = (await response.json()) as { transport: string };
        return transport === "websocket" ? [index] : [];
      });
      return new Set((await Promise.all(asked)).flat());
    };
    const [none, some, again, more, all] = await Promise.all([0, 20, 20, 50, 100].map(chosen));
    expect([none?.size, all?.size]).toEqual([0, 2_000]);
    expect(again).toEqual(some);
    // Three standard deviations of a fair draw.
    expect(Math.abs((some?.size ?? 0) - 400)).toBeLessThan(54);
    expect(Math.abs((more?.size ?? 0) - 1_000)).toBeLessThan(68);
    expect([...(some ?? [])].every((index) => more?.has(index))).toBe(true);
  });
});
