import { scripted } from "@throughline/agents";
import { systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog, memoryDisk, type MemoryDisk, type StreamLog } from "@throughline/log";
import { EventType, ThroughlineError } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { startServer, type TestServer, type TestServerOptions } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";

/** What one thread or one write cannot do must not hold up the others, nor what comes later. */

function logOn(disk: MemoryDisk): StreamLog {
  return createMemoryLog({ clock: systemClock, random: systemRandom, disk });
}

function serverOn(disk: MemoryDisk, options: TestServerOptions = {}): Promise<TestServer> {
  return startServer({ ...options, log: logOn(disk) });
}

const hang = { agent: "scripted", input: "tokens=1 interval=0 hang=1" };
const quick = { agent: "scripted", input: "tokens=1 interval=0" };

describe("the start after a crash", () => {
  test("R3: a thread that cannot be read keeps no other from being mended", async () => {
    const disk = memoryDisk();
    const before = await serverOn(disk);
    await before.post("/api/v1/threads/bad/runs", { ...hang, run_id: "r1" });
    await before.post("/api/v1/threads/good/runs", { ...hang, run_id: "r2" });
    disk.crash();
    const log = logOn(disk);
    const read = log.read.bind(log);
    log.read = (stream, options) =>
      stream === "default/bad" ? Promise.reject(new ThroughlineError("corrupt", "damaged")) : read(stream, options);
    await using after = await startServer({ log });
    expect((await after.get("/api/v1/runs/r2")).body.error.code).toBe("worker_lost");
    const { body: next } = await after.post("/api/v1/threads/good/runs", quick);
    await untilRun(after, next.run_id, "completed");
    const refused = await after.post("/api/v1/threads/bad/runs", quick);
    expect([refused.status, refused.body.error.code]).toEqual([500, "corrupt"]);
    void before[Symbol.asyncDispose]();
  });

  test("R3: a thread whose run is not on record takes no other", async () => {
    const disk = memoryDisk();
    const log = logOn(disk);
    const lease = JSON.stringify({ runId: "gone", incarnation: 0 });
    await log.append({ appends: [], controls: [{ key: "active/default/t", value: lease }] });
    await using server = await startServer({ log });
    const refused = await server.post("/api/v1/threads/t/runs", quick);
    expect([refused.status, refused.body.error.code]).toEqual([500, "corrupt"]);
    expect((await server.post("/api/v1/threads/u/runs", quick)).status).toBe(202);
  });

  test("A3: a state that an agent makes deeper and deeper ends its run, and is folded again", async () => {
    const disk = memoryDisk();
    const manual = manualAgent();
    const before = await serverOn(disk, { agents: [manual.agent] });
    await before.post("/api/v1/threads/t/runs", { agent: "manual", input: "go", run_id: "r1" });
    const run = await manual.next();
    const nested = (levels: number): unknown => (levels === 0 ? {} : { a: nested(levels - 1) });
    await run.emit({ type: EventType.STATE_SNAPSHOT, snapshot: { a: {} } });
    const deepen = (at: number): Promise<void> =>
      run.emit({
        type: EventType.STATE_DELTA,
        delta: [{ op: "add", path: "/a".repeat(at + 1), value: nested(49) }],
      });
    await deepen(1);
    await run.emit({ type: EventType.STATE_DELTA, delta: [{ op: "copy", from: "/a", path: "/b" }] });
    expect((await before.get("/api/v1/threads/t")).status).toBe(200);
    // Nobody asks for more after this one.
    void deepen(51);
    await untilRun(before, "r1", "failed");
    expect((await before.get("/api/v1/runs/r1")).body.error.code).toBe("agent_invalid_event");
    disk.crash();
    await using after = await serverOn(disk);
    await verifyRuns((await readEvents(after, "t")).map(({ event }) => event));
    expect((await after.get("/api/v1/threads/t")).body.status).toBe("failed");
    void before[Symbol.asyncDispose]();
  });

  test("R6: starts that wait are all there when fewer may wait than before", async () => {
    const disk = memoryDisk();
    const before = await serverOn(disk);
    await before.post("/api/v1/threads/t/runs", hang);
    for (let n = 1; n <= 4; n++) await before.post("/api/v1/threads/t/runs", { ...quick, run_id: `r${n}` });
    disk.crash();
    await using after = await serverOn(disk, { limits: { maxQueuedRuns: 2 } });
    await untilRun(after, "r4", "completed");
    void before[Symbol.asyncDispose]();
  });
});

describe("a queue", () => {
  test("goes on when the disk was full as the next start was to be taken out of it", async () => {
    let full = false;
    const disk = memoryDisk({ fate: () => (full ? "full" : "ok") });
    const manual = manualAgent();
    const before = await serverOn(disk, { agents: [manual.agent, manualAgent("gone").agent, scripted] });
    await before.post("/api/v1/threads/t/runs", hang);
    await before.post("/api/v1/threads/t/runs", { agent: "manual", input: "go", run_id: "r1" });
    await before.post("/api/v1/threads/t/runs", { agent: "gone", input: "go", run_id: "r2" });
    await before.post("/api/v1/threads/t/runs", { ...quick, run_id: "r3" });
    disk.crash();
    const log = logOn(disk);
    const append = log.append.bind(log);
    const refused = new Promise<void>((resolve) => {
      log.append = async (batch) => {
        const ends = batch.controls?.some(({ key, value }) => key === "active/default/t" && value === null);
        const result = await append(batch).catch((error: unknown) => {
          full = false;
          resolve();
          throw error;
        });
        if (ends === true && !full) full = true;
        return result;
      };
    });
    // Recovery ends the first run before the disk can be full.
    full = false;
    await using after = await startServer({ log, agents: [manual.agent, scripted] });
    const run = await manual.next();
    run.finish();
    await refused;
    await untilRun(after, "r3", "completed");
    expect((await after.get("/api/v1/runs/r2")).body.error.code).toBe("unknown_agent");
    void before[Symbol.asyncDispose]();
  });

  test("R5: a run is cancelled even as it gets its turn", async () => {
    let held = Promise.resolve();
    const disk = memoryDisk({ fate: async () => (await held, "ok" as const) });
    await using server = await serverOn(disk);
    await server.post("/api/v1/threads/t/runs", { ...hang, run_id: "r1" });
    await server.post("/api/v1/threads/t/runs", { ...hang, run_id: "r2" });
    let starting!: () => void;
    const isStarting = new Promise<void>((resolve) => (starting = resolve));
    let release!: () => void;
    const append = server.log.append.bind(server.log);
    server.log.append = (batch) => {
      if (batch.controls?.some(({ key, value }) => key === "active/default/t" && value !== null) === true) {
        held = new Promise((resolve) => (release = resolve));
        starting();
      }
      return append(batch);
    };
    await server.post("/api/v1/runs/r1/cancel", {});
    await isStarting;
    const cancelled = server.post("/api/v1/runs/r2/cancel", {});
    // Answered behind the cancel, which waits for the start by now.
    await server.get("/api/v1/runs/r2");
    release();
    expect((await cancelled).body.status).toBe("cancelled");
  });
});

test("D6: a start that is on its way when the server goes down starts nothing, or ends with it", async () => {
  const disk = memoryDisk();
  const before = await serverOn(disk);
  await before.post("/api/v1/threads/t/runs", { ...quick, run_id: "r0" });
  await untilRun(before, "r0", "completed");
  let reading!: () => void;
  const isReading = new Promise<void>((resolve) => (reading = resolve));
  let release!: () => void;
  const held = new Promise<void>((resolve) => (release = resolve));
  const control = before.log.control.bind(before.log);
  before.log.control = async (key) => {
    if (key === "run/default/r1") {
      reading();
      await held;
    }
    return control(key);
  };
  const started = before.post("/api/v1/threads/t/runs", { ...hang, run_id: "r1" });
  await isReading;
  const drained = before.gateway.drain(0);
  release();
  expect((await started).body.error.code).toBe("draining");
  await drained;
  before.log.control = control;
  expect((await before.get("/api/v1/runs/r1")).status).toBe(404);
  await before[Symbol.asyncDispose]();
});
