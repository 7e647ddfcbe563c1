import { scripted } from "@throughline/agents";
import { createMetrics, systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog, memoryDisk } from "@throughline/log";
import { EventType } from "@throughline/protocol";
import { ChartServerFrame } from "@throughline/protocol/schemas";
import { virtualClock } from "@throughline/testing";
import { describe, expect, test } from "vitest";
import WebSocket from "ws";
import { startServer, type TestServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import type { WsClient } from "../support/ws-client.ts";

/** `WS /ws/chart-commands/{session_id}` and its HTTP fallback in raw frames, row by row of the protocol's table. */

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const ws = (session: string, query = "") => `/ws/chart-commands/${session}${query}`;
const http = (session: string, query = "") => `/api/v1/chart-commands/${session}${query}`;

/** All commands the client has got up to now: a pong follows whatever was on its way. */
async function commandsOf(client: WsClient): Promise<string[]> {
  client.send({ type: "ping" });
  await client.next("pong");
  return client.frames.filter(({ type }) => type === "chart_command").map(({ command }) => String(command));
}

async function draw(server: TestServer, session: string, ...commands: string[]): Promise<number> {
  const { status, body } = await server.post(http(session), { commands });
  expect(status).toBe(200);
  return body.last_seq;
}

describe("a command", () => {
  test("reaches every client of the session as the protocol writes it, and no other session", async () => {
    await using server = await startServer();
    const [one, two] = [await server.connect(ws("s")), await server.connect(ws("s"))];
    const other = await server.connect(ws("other"));
    const seq = await server.gateway.streamChartCommand("s", "LOAD:AAPL");
    const frame = await one.next("chart_command");
    expect(frame).toEqual({
      type: "chart_command",
      session_id: "s",
      command: "LOAD:AAPL",
      command_type: "chart_command",
      timestamp: expect.stringMatching(ISO),
      seq,
      epoch: expect.stringMatching(/^[A-Za-z0-9_-]+$/),
    });
    expect(await two.next("chart_command")).toEqual(frame);
    expect(await commandsOf(other)).toEqual([]);
    for (const sent of one.frames) ChartServerFrame.parse(sent);
  });

  test("that does not parse is delivered verbatim, marked raw; so is one that claims to be raw", async () => {
    await using server = await startServer();
    const client = await server.connect(ws("s"));
    await server.gateway.streamChartCommand("s", "WIGGLE:3:left");
    expect(await client.next("chart_command")).toMatchObject({ command: "WIGGLE:3:left", command_type: "raw" });
    await server.gateway.streamChartCommand("s", "LOAD:AAPL", "raw");
    expect(await client.next("chart_command")).toMatchObject({ command: "LOAD:AAPL", command_type: "raw" });
    await server.gateway.streamChartCommand("s", "SUPPORT:nothing", "chart_command");
    expect(await client.next("chart_command")).toMatchObject({ command_type: "raw" });
  });

  test("that is empty or too long, or for an id that cannot be one, is refused", async () => {
    await using server = await startServer();
    const { streamChartCommand } = server.gateway;
    await expect(streamChartCommand("s", "")).rejects.toMatchObject({ code: "invalid_input" });
    await expect(streamChartCommand("s", "x".repeat(2_001))).rejects.toMatchObject({ code: "invalid_input" });
    await expect(streamChartCommand("a/b", "RESET")).rejects.toMatchObject({ code: "invalid_input" });
  });

  test("of an agent reaches the session it names, and its own thread's charts", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const session = await server.connect(ws("s"));
    const watcher = await server.connect(ws("any", "?thread_id=t"));
    await server.post("/api/v1/threads/t/runs", { agent: "manual", input: "go" });
    const run = await manual.next();
    await run.context.charts.streamChartCommand("s", "LOAD:MSFT");
    expect(await session.next("chart_command")).toMatchObject({ command: "LOAD:MSFT", session_id: "s" });
    const value = { command: "SUPPORT:5", commandType: "chart_command", agent: "Analyst" } as const;
    await run.emit({ type: EventType.CUSTOM, name: "chart.command", value });
    run.finish();
    expect(await watcher.next("chart_command")).toMatchObject({
      command: "SUPPORT:5",
      session_id: "t",
      agent: "Analyst",
    });
  });

  test("drawn by a run in the session's own thread shows to its clients", async () => {
    await using server = await startServer({ agents: [scripted] });
    const client = await server.connect(ws("s"));
    const input = "chart=LOAD:AAPL chart=SUPPORT:1 tokens=2 interval=0";
    await server.post("/api/v1/threads/chart:s/runs", { agent: "scripted", input });
    await client.next("chart_command", ({ command }) => command === "SUPPORT:1");
    expect(await commandsOf(client)).toEqual(["LOAD:AAPL", "SUPPORT:1"]);
  });
});

describe("a client's frames", () => {
  test("ping is answered by pong with a timestamp", async () => {
    await using server = await startServer();
    const client = await server.connect(ws("s"));
    client.send({ type: "ping" });
    expect(await client.next("pong")).toEqual({ type: "pong", timestamp: expect.stringMatching(ISO) });
  });

  test("get_status tells of the session", async () => {
    await using server = await startServer();
    const client = await server.connect(ws("s"));
    const second = await server.connect(ws("s"));
    await commandsOf(second);
    const last = await draw(server, "s", "LOAD:AAPL", "CLEAR", "RESET");
    client.send({ type: "get_status" });
    const { info } = ChartServerFrame.parse(await client.next("status")) as { info: object };
    expect(info).toEqual({
      session_id: "s",
      clients: 2,
      connected_at: expect.stringMatching(ISO),
      last_seq: last,
      commands_sent: 3,
      epoch: expect.any(String),
    });
  });

  test.each(["not json", "[]", "7", '{"type":"nope"}', '{"type":"chart_command","command":"RESET"}', "{}"])(
    "%s is ignored and the connection stays open",
    async (text) => {
      await using server = await startServer();
      const client = await server.connect(ws("s"));
      client.send(text);
      client.send({ type: "ping" });
      await client.next("pong");
      expect(client.frames.map(({ type }) => type)).toEqual(["pong"]);
      expect((await server.get(http("s"))).body.commands).toEqual([]);
    },
  );
});

test("ignored frames are counted", async () => {
  await using server = await startServer({ metrics: createMetrics() });
  const client = await server.connect(ws("s"));
  for (const frame of ["not json", { type: "nope" }, { type: "ping" }]) client.send(frame);
  await client.next("pong");
  const figures = await (await fetch(`${server.origin}/metrics`)).text();
  expect(figures).toContain('throughline_frames_ignored_total{dialect="chart-commands"} 2');
});

describe("a late joiner", () => {
  const HISTORY = [
    "LOAD:OLD",
    "SUPPORT:1",
    "own:thing",
    "TIMEFRAME:1D",
    "INDICATOR:SMA:20",
    "INDICATOR:RSI",
    "LOAD:AAPL",
    "SUPPORT:2",
    "RESISTANCE:9",
    "TRENDLINE:1:2:3:4",
    "INDICATOR:RSI:OFF",
    "ZOOM:90",
    "ANNOTATE:5:a:b",
    "CLEAR:support",
  ];
  const IN_FORCE = [
    "LOAD:AAPL",
    "TIMEFRAME:1D",
    "INDICATOR:SMA:20",
    "RESISTANCE:9",
    "TRENDLINE:1:2:3:4",
    "ZOOM:90",
    "ANNOTATE:5:a:b",
    "own:thing",
  ];

  test("gets the commands in force, in order, then live", async () => {
    await using server = await startServer();
    await draw(server, "s", ...HISTORY);
    const client = await server.connect(ws("s"));
    expect(await commandsOf(client)).toEqual(IN_FORCE);
    await draw(server, "s", "ENTRY:3");
    await client.next("chart_command", ({ command }) => command === "ENTRY:3");
    for (const frame of client.frames) ChartServerFrame.parse(frame);
  });

  test.each([
    ["CLEAR", ["LOAD:AAPL", "TIMEFRAME:1D", "INDICATOR:SMA:20", "own:thing"]],
    ["CLEAR:trendline", IN_FORCE.filter((command) => !command.startsWith("TREND"))],
    ["LOAD:MSFT", ["LOAD:MSFT", "TIMEFRAME:1D", "INDICATOR:SMA:20", "own:thing"]],
    ["RESET", ["LOAD:AAPL"]],
    ["TIMEFRAME:1H", IN_FORCE.map((command) => (command === "TIMEFRAME:1D" ? "TIMEFRAME:1H" : command))],
  ])("after %s gets what is left, over a restart of the server too", async (command, left) => {
    const disk = memoryDisk();
    const onDisk = () => startServer({ log: createMemoryLog({ clock: systemClock, random: systemRandom, disk }) });
    const before = await onDisk();
    await draw(before, "s", ...HISTORY, command);
    const sorted = (commands: readonly string[]) => [...commands].sort();
    const seen = await commandsOf(await before.connect(ws("s")));
    expect(sorted(seen)).toEqual(sorted(left));
    await before[Symbol.asyncDispose]();
    await using after = await onDisk();
    const client = await after.connect(ws("s"));
    expect(await commandsOf(client)).toEqual(seen);
    client.send({ type: "get_status" });
    expect((await client.next("status"))["info"]).toMatchObject({ commands_sent: HISTORY.length + 1 });
  });

  test("D1: with after gets what it missed, each once, over a restart of the server", async () => {
    const disk = memoryDisk();
    const onDisk = () => startServer({ log: createMemoryLog({ clock: systemClock, random: systemRandom, disk }) });
    const before = await onDisk();
    const client = await before.connect(ws("s"));
    await draw(before, "s", "LOAD:AAPL", "SUPPORT:1");
    const { seq, epoch } = await client.next("chart_command", ({ command }) => command === "SUPPORT:1");
    await draw(before, "s", "CLEAR", "SUPPORT:2");
    await before[Symbol.asyncDispose]();
    await using after = await onDisk();
    const back = await after.connect(ws("s", `?after=${epoch}.${seq}`));
    await draw(after, "s", "SUPPORT:3");
    await back.next("chart_command", ({ command }) => command === "SUPPORT:3");
    expect(await commandsOf(back)).toEqual(["CLEAR", "SUPPORT:2", "SUPPORT:3"]);
  });

  test("L2: a position that cannot be honoured gets a reset, then the commands in force", async () => {
    await using server = await startServer();
    const last = await draw(server, "s", "LOAD:AAPL", "CLEAR");
    for (const [after, reason] of [
      ["other.1", "epoch"],
      ["99", "ahead"],
    ]) {
      const client = await server.connect(ws("s", `?after=${after}`));
      expect(await commandsOf(client)).toEqual(["LOAD:AAPL"]);
      expect(client.frames[0]).toMatchObject({ type: "reset", session_id: "s", last_seq: last, reason });
      for (const frame of client.frames) ChartServerFrame.parse(frame);
    }
  });
});

describe("over HTTP", () => {
  test("GET gives the commands in force, with after those behind it", async () => {
    await using server = await startServer();
    const client = await server.connect(ws("s"));
    const last = await draw(server, "s", "LOAD:AAPL", "SUPPORT:1", "CLEAR");
    await client.next("chart_command", ({ command }) => command === "CLEAR");
    const { body } = await server.get(http("s"));
    expect(body).toEqual({ commands: [client.frames[0]], last_seq: last, epoch: client.frames[0]?.["epoch"] });
    const missed = await server.get(http("s", "?after=1"));
    expect(missed.body.commands).toEqual(client.frames.slice(1));
    expect(missed.body.last_seq).toBe(last);
  });

  test("a session nobody has drawn in is empty", async () => {
    await using server = await startServer();
    const { status, body } = await server.get(http("s"));
    expect([status, body]).toEqual([200, { commands: [], last_seq: 0, epoch: expect.any(String) }]);
  });

  test("GET waits for the next command, and no longer than asked", async () => {
    const clock = virtualClock();
    await using server = await startServer({ clock });
    const settled = async <T>(promise: Promise<T>): Promise<T> => {
      let done = false;
      void promise.finally(() => (done = true));
      // Time stands still: whatever answers does so because something happened.
      while (!done) await clock.runUntilIdle();
      return promise;
    };
    await settled(draw(server, "s", "LOAD:AAPL"));
    const waiting = server.get(http("s", "?after=1&wait=30"));
    await settled(draw(server, "s", "RESET"));
    expect((await settled(waiting)).body).toMatchObject({ commands: [{ command: "RESET", seq: 2 }], last_seq: 2 });
  });

  test("L2: a position that cannot be honoured gives the commands in force and says so", async () => {
    await using server = await startServer();
    const last = await draw(server, "s", "LOAD:AAPL", "CLEAR");
    const { body } = await server.get(http("s", "?after=old.7"));
    expect(body).toMatchObject({ commands: [{ command: "LOAD:AAPL" }], last_seq: last, reset: { reason: "epoch" } });
    expect((await server.get(http("s", "?after=x"))).body.error.code).toBe("invalid_cursor");
  });

  test("POST takes one command or several, all or none", async () => {
    await using server = await startServer();
    expect((await server.post(http("s"), { command: "LOAD:AAPL" })).body).toMatchObject({ last_seq: 1 });
    expect((await server.post(http("s"), { commands: ["SUPPORT:1", "CLEAR"] })).body).toMatchObject({ last_seq: 3 });
    for (const wrong of [{}, { command: "" }, { commands: [] }, { commands: ["LOAD:A", ""] }, { command: 7 }]) {
      expect((await server.post(http("s"), wrong)).status).toBe(400);
    }
    expect((await server.get(http("s", "?after=0"))).body.commands).toHaveLength(3);
  });

  test("R4: a repeated POST with an id applies once, over a restart of the server too", async () => {
    const disk = memoryDisk();
    const onDisk = () => startServer({ log: createMemoryLog({ clock: systemClock, random: systemRandom, disk }) });
    const before = await onDisk();
    const once = { command: "SUPPORT:1", id: "a" };
    const answers = await Promise.all([before.post(http("s"), once), before.post(http("s"), once)]);
    expect(answers.map(({ body }) => body.last_seq)).toEqual([1, 1]);
    expect((await before.post(http("s"), { command: "SUPPORT:2", id: "b" })).body.last_seq).toBe(2);
    await before[Symbol.asyncDispose]();
    await using after = await onDisk();
    expect((await after.post(http("s"), once)).body.last_seq).toBe(1);
    expect((await after.get(http("s"))).body.last_seq).toBe(2);
  });
});

test("a session's view is there for its page before the first command", async () => {
  await using server = await startServer();
  const { status, body: view } = await server.get("/api/v1/threads/chart:s");
  expect([status, view]).toMatchObject([200, { id: "chart:s", last_seq: 0, chart: [], chart_commands_sent: 0 }]);
  const waiting = server.get(`/api/v1/threads/chart:s/events?after=${view.epoch}.0&wait=30`);
  await server.gateway.streamChartCommand("s", "LOAD:AAPL");
  const { body } = await waiting;
  expect(body.events[0].event.value).toMatchObject({ command: "LOAD:AAPL" });
  expect(body.reset).toBeUndefined();
});

test("a peer that answers no two pings in a row is dropped, and counted no more", async () => {
  const clock = virtualClock();
  await using server = await startServer({ clock });
  const dead = new WebSocket(`${server.origin.replace("http", "ws")}${ws("s")}`, { autoPong: false });
  const gone = new Promise((resolve) => dead.once("close", resolve));
  await new Promise((resolve) => dead.once("open", resolve));
  for (const half of [1, 2, 3]) {
    const pinged = half < 3 ? new Promise((resolve) => dead.once("ping", resolve)) : gone;
    await clock.advance(30_000);
    await pinged;
  }
  expect(server.gateway.stream.broadcast({ type: "ping" })).toBe(0);
  const alive = await server.connect(ws("s"));
  alive.send({ type: "get_status" });
  const status = alive.next("status");
  await clock.runUntilIdle();
  expect((await status)["info"]).toMatchObject({ clients: 1 });
});
