import { type AguiEvent, EventType } from "@throughline/protocol";
import { createMemoryLog, memoryDisk } from "@throughline/log";
import { systemClock, systemRandom } from "@throughline/gateway";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Frame, startServer, type TestServer } from "../support/gateway.ts";
import { manualAgent, type ManualRun } from "../support/manual-agent.ts";
import { RequestClient } from "../support/request-client.ts";

/** Coming late and coming back: what a client of a request gets, and from where. */

const start = { requestId: "r1", userQuery: "go" };
const TRANSPORTS = [["polling"], ["websocket"]] as const;

/** One event, and one message: nothing that a run's end would have to close. */
const stepped = (n: number): AguiEvent => {
  const value = { current: n, total: n, message: `s${n}` };
  return { type: EventType.CUSTOM, name: "progress", value };
};

/** A request under way, so many steps in: their events are 2, 3, 4 and so on. */
async function begin(server: TestServer, manual: ReturnType<typeof manualAgent>, steps: number): Promise<ManualRun> {
  await using client = await RequestClient.open(server.origin);
  await client.ask("start", start);
  const run = await manual.next();
  for (let n = 1; n <= steps; n++) await run.emit(stepped(n));
  if (steps > 0) await client.next("progress", ({ step }) => step === `s${steps}`);
  return run;
}

const seqsOf = ({ frames }: RequestClient): number[] => frames.flatMap(({ seq }) => (seq === undefined ? [] : [seq]));

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("D1: a handshake with a position gives exactly what lies behind it, wherever that is", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], requestAgent: "manual" });
    const run = await begin(server, manual, 6);
    const { epoch } = (await server.get("/api/v1/threads/request:r1")).body;
    const clients: [number, RequestClient][] = [];
    for (let lastSeq = 0; lastSeq <= 7; lastSeq++) {
      for (const said of [
        { query: { requestId: "r1", lastSeq } },
        { auth: { requestId: "r1", lastSeq: `${epoch}.${lastSeq}` } },
      ]) {
        clients.push([lastSeq, await RequestClient.open(server.origin, { transports: [transport], ...said })]);
      }
    }
    await run.emit(stepped(7));
    run.finish();
    for (const [lastSeq, client] of clients) {
      await client.next("request.completed");
      // The start itself, event 1, has no message.
      expect(
        client.frames.map(({ seq }) => seq),
        `after ${lastSeq}`,
      ).toEqual(range(Math.max(2, lastSeq + 1), 9));
      await client[Symbol.asyncDispose]();
    }
  });

  test("D1: a client that loses its transport comes back by itself and goes on without a gap", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], requestAgent: "manual" });
    const run = await begin(server, manual, 1);
    let seen = 0;
    const auth = (give: (data: object) => void): void => give({ requestId: "r1", lastSeq: seen });
    await using client = await RequestClient.open(server.origin, { transports: [transport], auth });
    for (let n = 2; n <= 20; n++) {
      await run.emit(stepped(n));
      seen = (await client.next("progress", ({ step }) => step === `s${n}`))["seq"];
      if (n % 5 !== 0) continue;
      client.loseTransport();
      // Said while nobody listens.
      await run.emit(stepped(++n));
      seen = (await client.next("progress", ({ step }) => step === `s${n}`))["seq"];
    }
    run.finish();
    await client.next("request.completed");
    expect(seqsOf(client)).toEqual(range(2, seen + 1));
  });
});

test("D1: a client that changes from polling to WebSocket on the way gets each event once", async () => {
  const manual = manualAgent();
  await using server = await startServer({ agents: [manual.agent], requestAgent: "manual" });
  const run = await begin(server, manual, 1);
  await using client = new RequestClient(server.origin, { query: { requestId: "r1", lastSeq: 0 } });
  let upgraded = false;
  client.socket.io.on("open", () => client.socket.io.engine.once("upgrade", () => (upgraded = true)));
  let steps = 1;
  while (!upgraded) {
    await run.emit(stepped(++steps));
    if (steps % 10 === 0) await client.next("progress", ({ step }) => step === `s${steps}`);
  }
  for (let n = 0; n < 20; n++) await run.emit(stepped(++steps));
  run.finish();
  await client.next("request.completed");
  expect(client.socket.io.engine.transport.name).toBe("websocket");
  expect(seqsOf(client)).toEqual(range(2, steps + 2));
});

test("D5: one who comes without a position gets the state, then what comes", async () => {
  const manual = manualAgent();
  await using server = await startServer({ agents: [manual.agent], requestAgent: "manual" });
  await using early = await RequestClient.open(server.origin, { query: { requestId: "r1" } });
  const run = await begin(server, manual, 3);
  await using late = await RequestClient.open(server.origin, { query: { requestId: "r1" } });
  expect(await late.next("state")).toMatchObject({ status: "running", lastSeq: 4, epoch: expect.any(String) });
  run.finish();
  await Promise.all([early.next("request.completed"), late.next("request.completed")]);
  expect(seqsOf(late)).toEqual([5]);
  // Who was there before there was anything has all of it.
  expect(early.frames.map(({ seq }) => seq)).toEqual([2, 3, 4, 5]);
});

test("R2: a step that its run left open has failed, for those who watched and for those who come late", async () => {
  const manual = manualAgent();
  await using server = await startServer({ agents: [manual.agent], requestAgent: "manual" });
  await using early = await RequestClient.open(server.origin, { query: { requestId: "r1" } });
  const run = await begin(server, manual, 0);
  const steps = [
    { stepId: "a", status: "completed" },
    { stepId: "b", status: "running" },
    { stepId: "c", status: "pending" },
  ];
  await run.emit({ type: EventType.STATE_SNAPSHOT, snapshot: { plan: { steps } } });
  await run.emit({ type: EventType.STEP_STARTED, stepName: "b", metadata: { stepId: "b", status: "running" } });
  await early.ask("cancel", { requestId: "r1" });
  await early.next("request.cancelled");
  expect(early.frames.flatMap(({ type, status }) => (type === "progress" ? [status] : []))).toEqual([
    "running",
    "failed",
  ]);
  await using late = await RequestClient.open(server.origin, { query: { requestId: "r1" } });
  const { plan } = await late.next("state");
  expect(plan).toMatchObject({ steps: [{ status: "completed" }, { status: "failed" }, { status: "pending" }] });
});

test("a connection that waits for a request nobody has started writes nothing", async () => {
  await using server = await startServer();
  await using client = await RequestClient.open(server.origin, { query: { requestId: "r1" } });
  expect(await client.ask("cancel", { requestId: "r1" })).toMatchObject({ ok: false, code: "not_found" });
  expect(await server.log.info("default/request:r1")).toBeUndefined();
  expect(client.frames).toEqual([]);
});

describe("L2: a position that cannot be honoured", () => {
  test("is answered by a reset and the state, in a handshake and a rejoin alike", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], requestAgent: "manual" });
    const run = await begin(server, manual, 2);
    for (const [lastSeq, reason] of [
      ["99", "ahead"],
      ["other.1", "epoch"],
    ]) {
      await using client = await RequestClient.open(server.origin, { query: { requestId: "r1", lastSeq } });
      const reset = { type: "reset", requestId: "r1", epoch: expect.any(String), last_seq: 3, reason };
      expect(await client.next("reset")).toEqual(reset);
      expect(await client.next("state")).toMatchObject({ lastSeq: 3 });
      expect(await client.ask("rejoin", { requestId: "r1", lastSeq })).toMatchObject({ ok: true, lastSeq: 3 });
      expect(client.frames.map(({ type }) => type)).toEqual(["reset", "state", "reset", "state"]);
    }
    run.finish();
  });

  test("and one that is none by an error, which leaves the connection usable", async () => {
    await using server = await startServer({ requestAgent: "scripted" });
    for (const said of [{ query: { requestId: "r1", lastSeq: "now" } }, { auth: { requestId: "r1", lastSeq: [] } }]) {
      await using client = await RequestClient.open(server.origin, said);
      expect(await client.next("error")).toMatchObject({ requestId: "r1", code: "invalid_cursor" });
    }
    await using client = await RequestClient.open(server.origin, { auth: { requestId: 7 } });
    expect(await client.next("error")).toMatchObject({ code: "invalid_input" });
    expect(await client.ask("start", { requestId: "r2", userQuery: "tokens=1" })).toMatchObject({ ok: true });
    await client.next("request.completed");
  });

  test("a request that was deleted is told to be gone, and the connection goes on", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], requestAgent: "manual" });
    (await begin(server, manual, 2)).finish();
    await using client = await RequestClient.open(server.origin, { query: { requestId: "r1", lastSeq: 0 } });
    await client.next("request.completed");
    await server.log.delete("default/request:r1");
    expect(await client.next("error")).toMatchObject({ requestId: "r1", code: "not_found" });
    expect((await server.get("/api/v1/websocket/status")).body.clients).toEqual([]);
    expect(await client.ask("rejoin", { requestId: "r2" })).toMatchObject({ ok: true, lastSeq: 0 });
  });
});

test("D1: over a restart of the server, by the position alone", async () => {
  const disk = memoryDisk();
  const open = () => createMemoryLog({ clock: systemClock, random: systemRandom, disk });
  const manual = manualAgent();
  let last: Frame | undefined;
  {
    await using server = await startServer({ agents: [manual.agent], requestAgent: "manual", log: open() });
    await using client = await RequestClient.open(server.origin, { query: { requestId: "r1" } });
    await begin(server, manual, 4);
    last = await client.next("progress", ({ step }) => step === "s2");
  }
  await using server = await startServer({ agents: [manual.agent], requestAgent: "manual", log: open() });
  const lastSeq = `${last?.["epoch"]}.${last?.["seq"]}`;
  await using client = await RequestClient.open(server.origin, { query: { requestId: "r1", lastSeq } });
  expect(await client.next("error", ({ code }) => code === "server_restart")).toMatchObject({ requestId: "r1" });
  expect(seqsOf(client)).toEqual([4, 5, 6]);
});

describe("rejoin", () => {
  test("gives what was missed, then one state, then what comes; and nothing twice", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], requestAgent: "manual" });
    const run = await begin(server, manual, 5);
    await using client = await RequestClient.open(server.origin);
    const ack = await client.ask("rejoin", { requestId: "r1", lastSeq: 3 });
    expect(ack).toMatchObject({ ok: true, requestId: "r1", lastSeq: 6, epoch: expect.any(String) });
    expect(client.frames.map(({ type, seq }) => seq ?? type)).toEqual([4, 5, 6, "state"]);
    // A client that joins without a position and then tells what it has, as many do on every connect.
    await client.ask("rejoin", { requestId: "r1", lastSeq: 1 });
    await client.ask("rejoin", { requestId: "r1" });
    expect(client.frames.slice(4).map(({ type, seq }) => seq ?? type)).toEqual([2, 3, "state", "state"]);
    run.finish();
    await client.next("request.completed");
    expect(seqsOf(client)).toEqual([4, 5, 6, 2, 3, 7]);
  });

  test("without a position gives the state alone", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], requestAgent: "manual" });
    const run = await begin(server, manual, 300);
    await using client = await RequestClient.open(server.origin);
    expect(await client.ask("rejoin", { requestId: "r1" })).toMatchObject({ lastSeq: 301 });
    expect(client.frames).toMatchObject([{ type: "state", lastSeq: 301 }]);
    run.finish();
    expect(await client.next("request.completed")).toMatchObject({ seq: 302 });
  });

  test("D1, D2: far behind, it catches up from the log and stands where the state says", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], requestAgent: "manual" });
    const run = await begin(server, manual, 1_000);
    await using client = await RequestClient.open(server.origin);
    const caughtUp = client.ask("rejoin", { requestId: "r1", lastSeq: 0 });
    for (let n = 1_001; n <= 1_100; n++) await run.emit(stepped(n));
    run.finish();
    const { lastSeq } = await caughtUp;
    await client.next("request.completed");
    expect(seqsOf(client)).toEqual(range(2, 1_102));
    const at = client.frames.findIndex(({ type }) => type === "state");
    expect(client.frames[at]).toMatchObject({ lastSeq });
    expect(client.frames[at - 1]).toMatchObject({ seq: lastSeq });
    expect(client.frames[at + 1]).toMatchObject({ seq: lastSeq + 1 });
  });

  test("D1: at random places of a request under way", async () => {
    const rejoins = fc.array(fc.record({ after: fc.nat(12), lastSeq: fc.option(fc.nat(60)) }), { maxLength: 6 });
    const joining = fc.option(fc.nat(10));
    await fc.assert(
      fc.asyncProperty(rejoins, joining, fc.constantFrom("polling", "websocket"), async (asked, from, transport) => {
        const manual = manualAgent();
        await using server = await startServer({ agents: [manual.agent], requestAgent: "manual" });
        const run = await begin(server, manual, 10);
        const query = { requestId: "r1", ...(from === null ? {} : { lastSeq: from }) };
        await using client = await RequestClient.open(server.origin, { transports: [transport], query });
        let steps = 10;
        const acks: Promise<unknown>[] = [];
        for (const { after, lastSeq } of asked) {
          for (let n = 0; n < after; n++) await run.emit(stepped(++steps));
          acks.push(client.ask("rejoin", { requestId: "r1", ...(lastSeq === null ? {} : { lastSeq }) }));
        }
        for (let n = 0; n < 10; n++) await run.emit(stepped(++steps));
        run.finish();
        await client.next("request.completed");
        await Promise.all(acks);
        const wishes = asked.map(({ lastSeq }) => lastSeq);
        judge(client.frames, wishes, from, steps + 2);
      }),
      { numRuns: 40 },
    );
  });
});

/**
 * Holds what one connection was given against what it asked for.
 * @param asked the position of each rejoin, in order; null for none
 * @param from the position of the handshake; null for none, which is answered by a state of its own
 * @param last seq of the last event; the events from 2 on have messages
 */
function judge(frames: readonly Frame[], asked: readonly (number | null)[], from: number | null, last: number): void {
  const wishes = [...(from === null ? [null] : []), ...asked];
  const had = new Set<number>();
  let next = from === null ? Number.NaN : Math.max(2, from + 1);
  let latest = 0;
  let moved = false;
  let reset = false;
  let states = 0;
  for (const frame of frames) {
    if (frame["type"] === "reset") {
      reset = true;
      had.clear();
    } else if (frame["type"] === "state") {
      const wish = wishes[states];
      states += 1;
      const missed = wish === null || wish === undefined || reset ? [] : range(Math.max(2, wish + 1), frame["lastSeq"]);
      expect(missed.filter((seq) => !had.has(seq))).toEqual([]);
      next = frame["lastSeq"] + 1;
      moved = reset = false;
    } else {
      const seq: number = frame["seq"];
      expect(had.has(seq), `${seq} came twice`).toBe(false);
      had.add(seq);
      // From one state on events come one by one, until what the next rejoin has missed, in its order.
      if (!moved && seq === next) next += 1;
      else if (moved) expect(seq).toBeGreaterThan(latest);
      else moved = true;
      latest = seq;
    }
  }
  expect(states).toBe(wishes.length);
  expect(moved).toBe(false);
  expect(next).toBe(last + 1);
}
