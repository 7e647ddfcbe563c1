import { EventType } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { startServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";

/** `WS /ws/stream` in raw frames, row by row of the protocol's table. */

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const chat = (message: string, more: object = {}) => ({ type: "chat", payload: { message }, ...more });

describe("greeting", () => {
  test("connected comes once and first, with a client id, its own thread and the epoch", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/stream?agent=scripted");
    client.send({ type: "ping" });
    await client.next("pong");
    const [greeting] = client.frames;
    expect(greeting).toMatchObject({ type: "connected", client_id: expect.any(String), last_seq: 0 });
    expect(greeting?.["thread_id"]).toBe(`stream:${greeting?.["client_id"]}`);
    expect(greeting?.["epoch"]).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(client.frames.filter((frame) => frame["type"] === "connected")).toHaveLength(1);
  });

  test("client_id and thread_id are taken from the address", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/stream?agent=scripted&client_id=me&thread_id=ours");
    expect(await client.next("connected")).toMatchObject({ client_id: "me", thread_id: "ours" });
  });

  test("an id with a slash is refused before the socket opens", async () => {
    await using server = await startServer();
    await expect(server.connect("/ws/stream?client_id=a%2Fb")).rejects.toMatchObject({ status: 400 });
  });
});

describe("a chat", () => {
  test("streams tokens, tools and progress, and ends with one result", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/stream?agent=scripted&client_id=c");
    client.send(chat("tokens=3 tools=1 interval=0"));
    const result = await client.next("result");
    const call = client.frames.find((frame) => frame["type"] === "tool_call");
    expect(call).toEqual({
      type: "tool_call",
      agent: "scripted",
      tool_name: "tool_0",
      tool_call_id: expect.any(String),
      args: { i: 0 },
      timestamp: expect.stringMatching(ISO),
      seq: expect.any(Number),
    });
    expect(client.frames.find((frame) => frame["type"] === "tool_result")).toMatchObject({
      agent: "scripted",
      tool_name: "tool_0",
      tool_call_id: call?.["tool_call_id"],
      result: { ok: true, i: 0 },
    });
    const tokens = client.frames.filter((frame) => frame["type"] === "token");
    expect(tokens.map((frame) => frame["delta"])).toEqual(["t0 ", "t1 ", "t2 "]);
    expect(new Set(tokens.map((frame) => frame["message_id"])).size).toBe(1);
    expect(result).toMatchObject({ content: "t0 t1 t2 ", agents_used: [], timestamp: expect.stringMatching(ISO) });
  });

  test("a team's steps carry name, emoji and status; its words carry its name", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const client = await server.connect("/ws/stream?agent=manual");
    client.send(chat("go"));
    const run = await manual.next();
    const sub = { subagentRunId: "s1" };
    const started = { type: EventType.SUBAGENT_STARTED, ...sub, name: "Analyst", metadata: { emoji: "📊" } } as const;
    await run.emit(started);
    await run.emit({ type: EventType.TEXT_MESSAGE_START, messageId: "m", role: "assistant", ...sub });
    await run.emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m", delta: "Up.", ...sub });
    await run.emit({ type: EventType.TEXT_MESSAGE_END, messageId: "m", ...sub });
    await run.emit({ type: EventType.SUBAGENT_FINISHED, ...sub });
    await run.emit({ ...started, subagentRunId: "s2", name: "Risk", metadata: { emoji: "📰" } });
    await run.emit({ type: EventType.SUBAGENT_ERROR, subagentRunId: "s2", message: "no data" });
    run.finish();
    expect(await client.next("result")).toMatchObject({ content: "Up.", agents_used: ["Analyst", "Risk"] });
    const steps = client.frames.filter((frame) => frame["type"] === "agent_step");
    expect(steps.map(({ agent, emoji, status }) => [agent, emoji, status])).toEqual([
      ["Analyst", "📊", "working"],
      ["Analyst", "📊", "completed"],
      ["Risk", "📰", "working"],
      ["Risk", "📰", "failed"],
    ]);
    expect(client.frames.find((frame) => frame["type"] === "token")).toMatchObject({ agent: "Analyst", delta: "Up." });
  });

  test("progress and charts travel as their own frames; a chart's url can be opened", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], origin: "http://charts.test:1" });
    const client = await server.connect("/ws/stream?agent=manual");
    client.send(chat("go"));
    const run = await manual.next();
    await run.emit({ type: EventType.CUSTOM, name: "progress", value: { current: 2, total: 5 } });
    const value = { chartId: "c1", url: "/chart/t", symbol: "AAPL", interval: "1D" };
    await run.emit({ type: EventType.CUSTOM, name: "chart.created", value });
    run.finish();
    await client.next("result");
    expect(client.frames.find((frame) => frame["type"] === "progress")).toMatchObject({
      current_turn: 2,
      max_turns: 5,
    });
    expect(client.frames.find((frame) => frame["type"] === "chart")).toMatchObject({
      chart_id: "c1",
      url: "http://charts.test:1/chart/t",
      symbol: "AAPL",
      interval: "1D",
    });
  });

  test("context reaches the agent", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const client = await server.connect("/ws/stream?agent=manual");
    client.send({ type: "chat", payload: { message: "go", context: { session_id: "s-1" } } });
    const run = await manual.next();
    expect(run.input.forwardedProps).toEqual({ agent: "manual", context: { session_id: "s-1" } });
    expect(run.input.messages.at(-1)).toMatchObject({ role: "user", content: "go" });
    run.finish();
    await client.next("result");
  });

  test("a blank message is answered by an error and starts nothing", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/stream?agent=scripted&client_id=c");
    client.send(chat("  \n "));
    expect(await client.next("error")).toEqual({
      type: "error",
      message: "Empty message",
      details: "empty_message",
      timestamp: expect.stringMatching(ISO),
    });
    expect((await server.get("/api/v1/threads/stream:c")).status).toBe(404);
  });

  test("an agent that throws yields one error frame and the socket stays usable", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/stream?agent=scripted");
    client.send(chat("tokens=3 interval=0 fail=1"));
    expect(await client.next("error")).toMatchObject({ details: "agent_error", message: expect.any(String) });
    client.send(chat("tokens=1 interval=0"));
    await client.next("result");
    expect(client.frames.filter((frame) => frame["type"] === "error")).toHaveLength(1);
  });

  test("an unknown agent is answered with its code", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/stream?agent=nobody");
    client.send(chat("hello"));
    expect(await client.next("error")).toMatchObject({ details: "unknown_agent" });
  });
});

describe("cancel", () => {
  test("works while a run streams: an answer with success, and the run's own ending", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/stream?agent=scripted");
    client.send(chat("tokens=1 interval=0 hang=1"));
    await client.next("token");
    client.send({ type: "cancel", payload: {} });
    await client.next("cancelled");
    await client.next("cancelled");
    const both = client.frames.filter((frame) => frame["type"] === "cancelled");
    expect(both.find((frame) => "success" in frame)).toEqual({
      type: "cancelled",
      success: true,
      timestamp: expect.stringMatching(ISO),
    });
    expect(both.find((frame) => "message" in frame)).toMatchObject({ seq: expect.any(Number) });
  });

  test("without a run it is answered with success false", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/stream?agent=scripted");
    client.send({ type: "cancel", payload: {} });
    expect(await client.next("cancelled")).toMatchObject({ success: false });
  });
});

describe("questions", () => {
  test("a question is asked, answered, and the run goes on from it", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/stream?agent=scripted");
    client.send(chat("tokens=1 interval=0 ask=Sure?"));
    const question = await client.next("question");
    expect(question).toMatchObject({ question: "Sure?", question_id: expect.any(String) });
    client.send({ type: "answer", payload: { question_id: question["question_id"], answer: "yes" } });
    expect(await client.next("result")).toMatchObject({ content: "answer: yes" });
  });

  test("only the first answer wins; the second is told so", async () => {
    await using server = await startServer();
    const [first, second] = await Promise.all(
      [1, 2].map((n) => server.connect(`/ws/stream?agent=scripted&client_id=c${n}&thread_id=t`)),
    );
    if (first === undefined || second === undefined) throw new Error("two clients");
    first.send(chat("tokens=1 interval=0 ask=Sure?"));
    const { question_id } = await second.next("question");
    second.send({ type: "answer", payload: { question_id, answer: "no" } });
    await second.next("result");
    first.send({ type: "answer", payload: { question_id, answer: "yes" } });
    expect(await first.next("error")).toMatchObject({ details: "already_answered" });
    expect(first.frames.filter((frame) => frame["type"] === "result")).toMatchObject([{ content: "answer: no" }]);
  });

  test("an answer to no question is answered with its code", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/stream?agent=scripted");
    client.send({ type: "answer", payload: { question_id: "nope", answer: 1 } });
    expect(await client.next("error")).toMatchObject({ details: "not_found" });
  });
});

describe("frames that make no sense", () => {
  test.each([
    ["not JSON", "nope", "invalid_frame"],
    ["a list", "[]", "invalid_frame"],
    ["an unknown type", '{"type":"dance"}', "invalid_frame"],
    ["a chat without a message", '{"type":"chat","payload":{}}', "invalid_input"],
    [
      "a chat with a context that is no object",
      '{"type":"chat","payload":{"message":"a","context":3}}',
      "invalid_input",
    ],
    ["an answer without a question", '{"type":"answer","payload":{"answer":1}}', "invalid_input"],
    ["a forbidden key", '{"type":"chat","payload":{"message":"a","context":{"__proto__":{}}}}', "invalid_frame"],
  ])("%s: an error frame, and the socket stays open", async (_name, text, code) => {
    await using server = await startServer();
    const client = await server.connect("/ws/stream?agent=scripted");
    client.send(text);
    expect(await client.next("error")).toMatchObject({ details: code });
    client.send({ type: "ping" });
    await client.next("pong");
  });
});

describe("repeats", () => {
  test("R4: a frame with the same id applies once", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/stream?agent=scripted&client_id=c");
    client.send(chat("tokens=1 interval=0", { id: "a" }));
    await client.next("result");
    client.send(chat("tokens=1 interval=0", { id: "a" }));
    client.send(chat("tokens=2 interval=0", { id: "b" }));
    expect(await client.next("result")).toMatchObject({ content: "t0 t1 " });
    expect((await server.get("/api/v1/threads/stream:c")).body.runs).toHaveLength(2);
  });
});
