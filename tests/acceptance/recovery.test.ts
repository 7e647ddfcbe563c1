import { scripted } from "@throughline/agents";
import { createGateway, systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog, memoryDisk, type MemoryDisk } from "@throughline/log";
import { EventType } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { startServer, type TestServer, type TestServerOptions } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";

/** What the next process makes of what the last one left, on a disk that survives both. */

function serverOn(disk: MemoryDisk, options: TestServerOptions = {}): Promise<TestServer> {
  return startServer({ ...options, log: createMemoryLog({ clock: systemClock, random: systemRandom, disk }) });
}

describe("after kill -9", () => {
  test("R1, R3: the run that was going on has ended with worker_lost, all it left open is closed", async () => {
    const disk = memoryDisk();
    const manual = manualAgent();
    const before = await serverOn(disk, { agents: [manual.agent] });
    const { body } = await before.post("/api/v1/threads/t/runs", { agent: "manual", input: "go" });
    const run = await manual.next();
    await run.emit({ type: EventType.SUBAGENT_STARTED, subagentRunId: "s", name: "Sub" });
    await run.emit({ type: EventType.STEP_STARTED, stepName: "step", subagentRunId: "s" });
    await run.emit({ type: EventType.TOOL_CALL_START, toolCallId: "c", toolCallName: "tool", subagentRunId: "s" });
    await run.emit({ type: EventType.TEXT_MESSAGE_START, messageId: "m", role: "assistant" });
    await run.emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m", delta: "half a sen" });
    const seen = await before.connect("/ws/stream?thread_id=t&after=0");
    await seen.next("token");
    disk.crash();
    await using after = await serverOn(disk);
    const record = (await after.get(`/api/v1/runs/${body.run_id}`)).body;
    expect(record).toMatchObject({ status: "failed", error: { code: "worker_lost" } });
    const events = (await readEvents(after, "t")).map(({ event }) => event);
    await verifyRuns(events);
    expect(events.at(-1)).toMatchObject({ type: "RUN_ERROR", code: "worker_lost" });
    expect(record.end_seq).toBe(events.length);
    const view = (await after.get("/api/v1/threads/t")).body;
    expect(view.status).toBe("failed");
    expect(JSON.stringify(view.messages)).toContain("half a sen");
    const next = await after.post("/api/v1/threads/t/runs", { agent: "scripted", input: "tokens=1 interval=0" });
    await untilRun(after, next.body.run_id, "completed");
    void before[Symbol.asyncDispose]();
  });

  test("D1: a client resumes by position over the restart, without a gap or a repeat", async () => {
    const disk = memoryDisk();
    const manual = manualAgent();
    const before = await serverOn(disk, { agents: [manual.agent] });
    await before.post("/api/v1/threads/t/runs", { agent: "manual", input: "go" });
    const run = await manual.next();
    await run.emit({ type: EventType.TEXT_MESSAGE_START, messageId: "m", role: "assistant" });
    for (let i = 0; i < 10; i++)
      await run.emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m", delta: `${i} ` });
    const seen = await before.connect("/ws/stream?thread_id=t&after=0");
    const { seq } = await seen.next("token", ({ delta }) => delta === "9 ");
    disk.crash();
    await using after = await serverOn(disk);
    const back = await after.connect(`/ws/stream?thread_id=t&after=${seen.frames[0]?.["epoch"]}.${seq}`);
    await back.next("error");
    expect(back.frames.map(({ type }) => type)).toEqual(["connected", "error"]);
    expect(back.frames[1]?.["seq"]).toBeGreaterThan(seq);
    void before[Symbol.asyncDispose]();
  });

  test("queued starts go on, in order, each once", async () => {
    const disk = memoryDisk();
    const manual = manualAgent();
    const before = await serverOn(disk, { agents: [manual.agent, scripted] });
    await before.post("/api/v1/threads/t/runs", { agent: "manual", input: "go" });
    await manual.next();
    const waiting = ["a", "b"].map((run_id) => ({ agent: "scripted", input: "tokens=1 interval=0", run_id }));
    for (const body of waiting) await before.post("/api/v1/threads/t/runs", body);
    disk.crash();
    await using after = await serverOn(disk, { agents: [scripted] });
    await untilRun(after, "b", "completed");
    const events = (await readEvents(after, "t")).map(({ event }) => event);
    await verifyRuns(events);
    const started = events.flatMap((event) => (event.type === EventType.RUN_STARTED ? [event.runId] : []));
    expect(started.slice(1)).toEqual(["a", "b"]);
    void before[Symbol.asyncDispose]();
  });

  test("a queued start whose agent is no longer served fails by its code and holds nobody up", async () => {
    const disk = memoryDisk();
    const manual = manualAgent();
    const before = await serverOn(disk, { agents: [manual.agent, scripted] });
    await before.post("/api/v1/threads/t/runs", { agent: "scripted", input: "tokens=1 hang=1" });
    await before.post("/api/v1/threads/t/runs", { agent: "manual", input: "gone", run_id: "a" });
    await before.post("/api/v1/threads/t/runs", { agent: "scripted", input: "tokens=1 interval=0", run_id: "b" });
    disk.crash();
    await using after = await serverOn(disk, { agents: [scripted] });
    await untilRun(after, "b", "completed");
    expect((await after.get("/api/v1/runs/a")).body).toMatchObject({
      status: "failed",
      error: { code: "unknown_agent" },
    });
    void before[Symbol.asyncDispose]();
  });

  test("R4: a start that was answered before the crash attaches after it; a question is still there to answer", async () => {
    const disk = memoryDisk();
    const before = await serverOn(disk);
    const start = { agent: "scripted", input: "tokens=1 interval=0 ask=Sure?", run_id: "r1", id: "cmd" };
    await before.post("/api/v1/threads/t/runs", start);
    await untilRun(before, "r1", "waiting");
    disk.crash();
    await using after = await serverOn(disk);
    const { run_id: _omitted, ...withoutRunId } = start;
    expect((await after.post("/api/v1/threads/t/runs", start)).body.run_id).toBe("r1");
    expect((await after.post("/api/v1/threads/t/runs", withoutRunId)).body.run_id).toBe("r1");
    const { pending_interrupts } = (await after.get("/api/v1/threads/t")).body;
    const answer = { interrupt_id: pending_interrupts[0].interrupt.id, answer: "yes" };
    const answered = await after.post("/api/v1/runs/r1/answers", answer);
    await untilRun(after, answered.body.run_id, "completed");
    expect((await after.get("/api/v1/threads/t")).body.runs).toHaveLength(2);
    void before[Symbol.asyncDispose]();
  });
});

describe("draining", () => {
  test("D6: unready, no new start, runs get their time, clients are sent away with a code to come back", async () => {
    const disk = memoryDisk();
    const manual = manualAgent();
    const before = await serverOn(disk, { agents: [manual.agent] });
    await before.post("/api/v1/threads/t/runs", { agent: "manual", input: "go", run_id: "r1" });
    const run = await manual.next();
    await before.post("/api/v1/threads/t/runs", { agent: "manual", input: "later", run_id: "r2" });
    const client = await before.connect("/ws/stream?thread_id=t&after=0");
    await client.next("connected");
    const drained = before.gateway.drain(60_000);
    expect(await before.get("/ready")).toMatchObject({ status: 503, body: { reason: "draining" } });
    const refused = await before.post("/api/v1/threads/u/runs", { agent: "manual", input: "no" });
    expect([refused.status, refused.body.error.code]).toEqual([503, "draining"]);
    run.finish();
    await drained;
    await client.next("result");
    expect(await client.closed).toMatchObject({ code: 4503 });
    await before[Symbol.asyncDispose]();
    await using after = await serverOn(disk, { agents: [manual.agent] });
    const second = await manual.next();
    second.finish();
    await untilRun(after, "r2", "completed");
  });

  test("D6: a run that is not done in time ends with server_restart", async () => {
    const disk = memoryDisk();
    const before = await serverOn(disk);
    await before.post("/api/v1/threads/t/runs", {
      agent: "scripted",
      input: "tokens=1 interval=0 hang=1",
      run_id: "r1",
    });
    await before.gateway.drain(0);
    await before[Symbol.asyncDispose]();
    await using after = await serverOn(disk);
    expect((await after.get("/api/v1/runs/r1")).body).toMatchObject({
      status: "failed",
      error: { code: "server_restart" },
    });
    await verifyRuns((await readEvents(after, "t")).map(({ event }) => event));
  });
});

describe("a disk in trouble", () => {
  test("storage_full: starts are refused, reads go on, what runs waits, and all goes on when space is freed", async () => {
    let full = false;
    const disk = memoryDisk({ fate: () => (full ? "full" : "ok") });
    const manual = manualAgent();
    await using server = await serverOn(disk, { agents: [manual.agent] });
    await server.post("/api/v1/threads/t/runs", { agent: "manual", input: "go", run_id: "r1" });
    const run = await manual.next();
    full = true;
    await run.emit({ type: EventType.STEP_STARTED, stepName: "s" });
    const refused = await server.post("/api/v1/threads/u/runs", { agent: "manual", input: "no" });
    expect([refused.status, refused.body.error.code]).toEqual([507, "storage_full"]);
    expect((await server.get("/api/v1/threads/t")).body.status).toBe("running");
    expect((await server.get("/ready")).body.reason).toBe("storage_full");
    full = false;
    run.finish();
    await untilRun(server, "r1", "completed");
    const types = (await readEvents(server, "t")).map(({ event }) => event.type);
    expect(types).toEqual(["RUN_STARTED", "STEP_STARTED", "STEP_FINISHED", "RUN_FINISHED"]);
  });

  test("L1: nothing is delivered before it is durable", async () => {
    let release: () => void = () => undefined;
    let held = Promise.resolve();
    const disk = memoryDisk({ fate: async () => (await held, "ok" as const) });
    const manual = manualAgent();
    await using server = await serverOn(disk, { agents: [manual.agent] });
    await server.post("/api/v1/threads/t/runs", { agent: "manual", input: "go", run_id: "r1" });
    const run = await manual.next();
    const client = await server.connect("/ws/stream?thread_id=t&after=0");
    await client.next("connected");
    held = new Promise((resolve) => {
      release = resolve;
    });
    await run.emit({ type: EventType.CUSTOM, name: "progress", value: { current: 1, total: 2 } });
    client.send({ type: "ping" });
    await client.next("pong");
    expect(client.frames.map(({ type }) => type)).not.toContain("progress");
    release();
    await client.next("progress");
    run.finish();
    await client.next("result");
  });
});

test("createGateway refuses two agents of one name", async () => {
  const log = createMemoryLog({ clock: systemClock, random: systemRandom });
  await expect(createGateway({ log, agents: [scripted, scripted] })).rejects.toMatchObject({ code: "invalid_input" });
  await log.close();
});
