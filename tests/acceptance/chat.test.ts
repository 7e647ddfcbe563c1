import { projectManager, scripted } from "@throughline/agents";
import { createGateway, systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog, memoryDisk } from "@throughline/log";
import { EventType } from "@throughline/protocol";
import { ChatServerFrame } from "@throughline/protocol/schemas";
import { MemorySocket, seededRandom, virtualClock } from "@throughline/testing";
import { describe, expect, test } from "vitest";
import { startServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import { readEvents } from "../support/thread.ts";
import type { Frame, WsClient } from "../support/ws-client.ts";

/** `WS /ws/chat` in raw frames, row by row of the protocol's table. */

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const ws = (session: string, agent: string, more = "") => `/ws/chat?session_id=${session}&agent=${agent}${more}`;
const say = (content: string, more: object = {}) => ({ type: "message", data: { content, ...more } });
const ofType = (client: WsClient, type: string): Frame[] => client.frames.filter((frame) => frame["type"] === type);

describe("greeting", () => {
  test("a status comes first, with the session and the epoch", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/chat?session_id=s");
    const greeting = await client.next("status");
    expect(greeting).toMatchObject({
      type: "status",
      data: { status: "connected", session_id: "s" },
      timestamp: expect.stringMatching(ISO),
      epoch: expect.stringMatching(/^[A-Za-z0-9_-]+$/),
      last_seq: 0,
      thread_id: "chat:s",
    });
    ChatServerFrame.parse(greeting);
  });

  test("without a session the client gets one of its own", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/chat?client_id=me");
    expect((await client.next("status"))["data"]).toMatchObject({ session_id: "me", client_id: "me" });
  });
});

describe("a message", () => {
  test("streams tokens and tools and ends with exactly one message", async () => {
    await using server = await startServer();
    const client = await server.connect(ws("s", "scripted"));
    client.send(say("tokens=3 tools=1 interval=0", { session_id: "s" }));
    const reply = await client.next("message");
    expect(reply).toEqual({
      type: "message",
      data: {
        content: "t0 t1 t2 ",
        artifacts: [],
        message_id: ofType(client, "token")[0]?.["data"].message_id,
        run_id: expect.any(String),
      },
      timestamp: expect.stringMatching(ISO),
      seq: expect.any(Number),
    });
    expect(ofType(client, "token").map(({ data }) => data.delta)).toEqual(["t0 ", "t1 ", "t2 "]);
    const tools = ofType(client, "tool_execution").map(({ data }) => [data.tool, data.status, data.details.result]);
    expect(tools).toEqual([
      ["tool_0", "running", undefined],
      ["tool_0", "completed", { ok: true, i: 0 }],
    ]);
    client.send({ type: "ping" });
    await client.next("pong");
    expect(ofType(client, "message")).toHaveLength(1);
    for (const frame of client.frames) ChatServerFrame.parse(frame);
  });

  test("is told stage by stage by the project manager, with what it has made", async () => {
    await using server = await startServer({ agents: [projectManager({ pace: 0 })] });
    const client = await server.connect("/ws/chat?session_id=s");
    client.send(say("Build a login page with: sign in, sign out, password reset"));
    const { data } = await client.next("message");
    const stages = ofType(client, "status").flatMap((frame) => (frame["data"].stage ? [frame["data"]] : []));
    expect([...new Set(stages.map(({ stage }) => stage))]).toEqual(["clarification", "planning", "story", "progress"]);
    expect(stages).toContainEqual(expect.objectContaining({ stage: "clarification", status: "analyzing request" }));
    expect(stages).toContainEqual(expect.objectContaining({ stage: "planning", tasks_identified: expect.any(Number) }));
    expect(stages).toContainEqual(expect.objectContaining({ stage: "story", status: "creating story" }));
    expect(data.artifacts.length).toBeGreaterThan(0);
    expect(data.artifacts[0]).toMatchObject({ artifact_id: expect.any(String), kind: "story" });
    for (const frame of client.frames) ChatServerFrame.parse(frame);
  });

  test("that comes to nothing still ends with one message, its content empty", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const client = await server.connect(ws("s", "manual"));
    client.send(say("go"));
    (await manual.next()).finish();
    expect((await client.next("message"))["data"]).toMatchObject({ content: "", artifacts: [] });
  });

  test("a tool that fails is told so; the same artifact again replaces it", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const client = await server.connect(ws("s", "manual"));
    client.send(say("go"));
    const run = await manual.next();
    const toolCallId = "c1";
    await run.emit({ type: EventType.TOOL_CALL_START, toolCallId, toolCallName: "fetch" });
    await run.emit({ type: EventType.TOOL_CALL_END, toolCallId });
    const content = JSON.stringify({ error: "no network" });
    await run.emit({ type: EventType.TOOL_CALL_RESULT, toolCallId, messageId: "m1", content });
    for (const title of ["draft", "final"]) {
      const value = { artifactId: "a", kind: "story", title, content: { n: 1 } };
      await run.emit({ type: EventType.CUSTOM, name: "artifact", value });
    }
    run.finish();
    expect((await client.next("message"))["data"].artifacts).toEqual([
      { artifact_id: "a", kind: "story", title: "final", content: { n: 1 } },
    ]);
    expect(ofType(client, "tool_execution").at(-1)?.["data"]).toMatchObject({
      tool: "fetch",
      status: "failed",
      details: { tool_call_id: "c1", result: { error: "no network" } },
    });
  });

  test("a run that fails gives one error with its code, and the socket stays usable", async () => {
    await using server = await startServer();
    const client = await server.connect(ws("s", "scripted"));
    client.send(say("tokens=1 interval=0 fail=1"));
    const failure = await client.next("error");
    expect(failure["data"]).toMatchObject({ error: expect.any(String), code: "agent_error" });
    client.send(say("tokens=1 interval=0"));
    await client.next("message");
    expect(ofType(client, "error")).toHaveLength(1);
  });

  test("R4: with an id applies once", async () => {
    await using server = await startServer();
    const client = await server.connect(ws("s", "scripted", "&client_id=me"));
    for (let i = 0; i < 2; i++) client.send({ ...say("tokens=1 interval=0"), id: "m1" });
    await client.next("message");
    client.send(say("tokens=2 interval=0"));
    await client.next("message", ({ data }) => data.content === "t0 t1 ");
    expect(ofType(client, "message")).toHaveLength(2);
  });
});

describe("message_history", () => {
  const history = [
    { role: "user", content: "My name is Ada." },
    { role: "assistant", content: "Hello, Ada." },
  ];

  test("is what the agent knows of a session the server has nothing of, and nothing later", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const client = await server.connect(ws("s", "manual"));
    client.send(say("Who am I?", { message_history: history }));
    const first = await manual.next();
    expect(first.input.messages.map(({ role, content }) => [role, content])).toEqual([
      ["user", "My name is Ada."],
      ["assistant", "Hello, Ada."],
      ["user", "Who am I?"],
    ]);
    first.finish();
    await client.next("message");
    client.send(say("And now?", { message_history: [{ role: "user", content: "Forget it all." }] }));
    const second = await manual.next();
    expect(second.input.messages.map(({ content }) => content)).toEqual([
      "My name is Ada.",
      "Hello, Ada.",
      "Who am I?",
      "And now?",
    ]);
    second.finish();
    await client.next("message");
  });
});

describe("steering", () => {
  test("cancel ends the run with one cancelled frame; a cancel of nothing is an error", async () => {
    await using server = await startServer();
    const client = await server.connect(ws("s", "scripted"));
    client.send(say("tokens=1 interval=0 hang=1"));
    await client.next("token");
    client.send({ type: "cancel" });
    expect((await client.next("cancelled"))["data"]).toEqual({ run_id: expect.any(String) });
    client.send({ type: "cancel" });
    expect((await client.next("error"))["data"]).toMatchObject({ code: "run_not_active" });
    expect(ofType(client, "cancelled")).toHaveLength(1);
  });

  test("a question is asked of every client; the first answer wins and the run goes on", async () => {
    await using server = await startServer();
    const [one, two] = [await server.connect(ws("s", "scripted")), await server.connect(ws("s", "scripted"))];
    one.send(say("tokens=1 interval=0 ask=Which"));
    const { data } = await two.next("question");
    expect(data).toMatchObject({ question_id: expect.any(String), question: "Which" });
    two.send({ type: "answer", data: { question_id: data.question_id, answer: "this" } });
    expect((await one.next("message"))["data"].content).toContain("answer: this");
    one.send({ type: "answer", data: { question_id: data.question_id, answer: "that" } });
    expect((await one.next("error"))["data"]).toMatchObject({ code: "already_answered" });
  });

  test("ping is answered by pong, and a pong by nothing", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/chat?session_id=s");
    client.send({ type: "pong" });
    client.send({ type: "ping" });
    expect(await client.next("pong")).toEqual({ type: "pong" });
    expect(client.frames.map(({ type }) => type)).toEqual(["status", "pong"]);
  });

  test.each([
    ["not json", "invalid_frame"],
    ["[]", "invalid_frame"],
    ['{"type":"nope"}', "invalid_frame"],
    ['{"type":"message"}', "invalid_input"],
    ['{"type":"message","data":{"content":7}}', "invalid_input"],
    ['{"type":"message","data":{"content":" \\n"}}', "empty_message"],
    ['{"type":"message","data":{"content":"a","session_id":"other"}}', "invalid_input"],
    ['{"type":"message","data":{"content":"a","message_history":[{"role":"tool","content":"x"}]}}', "invalid_input"],
    ['{"type":"message","data":{"content":"a","message_history":"x"}}', "invalid_input"],
    ['{"type":"message","data":{"content":"a","context":[]}}', "invalid_input"],
    ['{"type":"answer","data":{}}', "invalid_input"],
    ['{"type":"answer","data":{"question_id":"nope","answer":1}}', "not_found"],
  ])("%s is answered by an error, and the socket stays open", async (text, code) => {
    await using server = await startServer();
    const client = await server.connect(ws("s", "scripted"));
    client.send(text);
    const failure = await client.next("error");
    expect(failure["data"]).toEqual({ error: expect.any(String), code });
    ChatServerFrame.parse(failure);
    client.send({ type: "ping" });
    await client.next("pong");
  });
});

describe("coming back", () => {
  test("D1: after gives what was missed, each once, over a restart of the server", async () => {
    const disk = memoryDisk();
    const onDisk = () => startServer({ log: createMemoryLog({ clock: systemClock, random: systemRandom, disk }) });
    const before = await onDisk();
    const client = await before.connect(ws("s", "scripted"));
    client.send(say("tokens=5 interval=0"));
    await client.next("message");
    const { epoch } = client.frames[0] as Frame;
    const whole = client.frames.filter(({ seq }) => seq !== undefined);
    await before[Symbol.asyncDispose]();
    await using after = await onDisk();
    for (const at of [0, 2, whole.length]) {
      const seq = at === 0 ? 0 : whole[at - 1]?.["seq"];
      const back = await after.connect(ws("s", "scripted", `&after=${epoch}.${seq}`));
      back.send({ type: "ping" });
      await back.next("pong");
      expect(back.frames.filter((frame) => frame["seq"] !== undefined)).toEqual(whole.slice(at));
    }
  });

  test("L2: a position that cannot be honoured gets a reset", async () => {
    await using server = await startServer();
    const client = await server.connect(ws("s", "scripted", "&after=old.3"));
    const reset = await client.next("reset");
    expect(reset["data"]).toMatchObject({ reason: "epoch", last_seq: 0, epoch: expect.any(String) });
    ChatServerFrame.parse(reset);
  });

  test("a second client that joins mid-run sees the run from its start; leaving cancels nothing", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], streamGraceMs: 0 });
    const one = await server.connect(ws("s", "manual"));
    one.send(say("go"));
    const run = await manual.next();
    await run.emit({ type: EventType.TEXT_MESSAGE_START, messageId: "m", role: "assistant" });
    await run.emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m", delta: "Hel" });
    await one.next("token");
    one.close();
    await one.closed;
    const two = await server.connect(ws("s", "manual"));
    await run.emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m", delta: "lo" });
    run.finish();
    expect((await two.next("message"))["data"].content).toBe("Hello");
    expect(ofType(two, "token").map(({ data }) => data.delta)).toEqual(["Hel", "lo"]);
    expect((await readEvents(server, "chat:s")).at(-1)?.event.type).toBe(EventType.RUN_FINISHED);
  });

  test("agents are picked by address, and scripted answers on any", async () => {
    await using server = await startServer({ agents: [scripted] });
    const client = await server.connect("/ws/chat?session_id=s");
    client.send(say("hello"));
    expect((await client.next("error"))["data"]).toMatchObject({ code: "unknown_agent" });
  });
});

test("a client that says nothing is pinged every minute", async () => {
  const clock = virtualClock();
  const world = { clock, random: seededRandom(1) };
  const starting = createGateway({ ...world, log: createMemoryLog(world), agents: [scripted] });
  await clock.runUntilIdle();
  const quiet = new MemorySocket(await starting, { clock, path: "/ws/chat?session_id=s&agent=scripted" });
  const pings = (): number => quiet.frames.filter(({ type }) => type === "ping").length;
  await clock.advance(59_000);
  expect(pings()).toBe(0);
  await clock.advance(2 * 60_000 + 2_000);
  expect(pings()).toBe(3);
});
