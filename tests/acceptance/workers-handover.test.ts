import { type AguiEvent, EventType, ThroughlineError } from "@throughline/protocol";
import { systemClock, systemRandom } from "@throughline/gateway";
import { type Batch, createMemoryLog, memoryDisk, type StreamLog } from "@throughline/log";
import { describe, expect, test } from "vitest";
import { connectNative } from "../conformance/carriers.ts";
import { startServer, type TestServer } from "../support/gateway.ts";
import { serverOn } from "../support/tasks.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";
import { begin, ManualWorkers, report, start, THREAD, timersByHand } from "../support/workers.ts";

/** A start that goes to workers elsewhere is stored first, then handed over, and only then begins. */

const runStatus = async (server: TestServer, runId: string): Promise<unknown> =>
  (await server.get(`/api/v1/runs/${runId}`)).body.status ?? "none";

/** Of a run that never begins nothing stands in its thread, whose events could be waited for. */
async function until(server: TestServer, runId: string, status: string): Promise<void> {
  while ((await runStatus(server, runId)) !== status);
}

const typesIn = async (server: TestServer): Promise<string[]> =>
  (await readEvents(server, THREAD)).map(({ event }) => event.type);

const asking = (id: string): { ending: { type: "interrupt"; interrupts: { id: string; reason: string }[] } } => ({
  ending: { type: "interrupt", interrupts: [{ id, reason: "input_required" }] },
});

const answer = (server: TestServer, runId: string, interrupt_id: string, more: object = {}): ReturnType<typeof start> =>
  server.post(`/api/v1/runs/${runId}/answers`, { interrupt_id, answer: "yes", ...more });

function bound(log: StreamLog, name: keyof StreamLog): unknown {
  const value: unknown = log[name];
  return typeof value === "function" ? value.bind(log) : value;
}

describe("handing over", () => {
  test("the start is stored as queued, begins when it has arrived, and its caller waits for that", async () => {
    const workers = new ManualWorkers();
    await using server = await startServer({ workers, agents: [] });
    const starting = start(server, "r1");
    const { assignment, accept } = await workers.next();
    expect(await runStatus(server, "r1")).toBe("queued");
    expect((await server.get(`/api/v1/threads/${THREAD}`)).status).toBe(404);
    expect(assignment).toMatchObject({
      threadId: THREAD,
      request: { runId: "r1", agent: "theirs", text: "go" },
      input: { runId: "r1", messages: [{ role: "user", content: "go" }] },
      questions: [],
    });
    accept();
    expect((await starting).status).toBe(202);
    expect(await runStatus(server, "r1")).toBe("running");
    expect(await server.log.controls("queue/", { limit: 10 })).toEqual([]);
    const [started] = await readEvents(server, THREAD);
    expect(started?.event).toMatchObject({ type: "RUN_STARTED", runId: "r1" });
  });

  test("a report of the run proves that it has arrived, and is applied first", async () => {
    const workers = new ManualWorkers();
    await using server = await startServer({ workers });
    const starting = start(server, "r1");
    await workers.next();
    const step: AguiEvent = { type: EventType.STEP_STARTED, stepName: "a" };
    const [first, second] = [
      report(server, { events: [step] }, { runId: "r1" }),
      report(server, { ending: { type: "success" } }),
    ];
    expect(await Promise.all([first, second])).toEqual(["applied", "applied"]);
    expect((await starting).status).toBe(202);
    expect(await typesIn(server)).toEqual(["RUN_STARTED", "STEP_STARTED", "STEP_FINISHED", "RUN_FINISHED"]);
  });

  test("R4: while it is on its way a repeat waits for it too; it is handed over once", async () => {
    const workers = new ManualWorkers();
    await using server = await startServer({ workers });
    const starts = [start(server, "r1"), start(server, "r1")];
    const { accept } = await workers.next();
    expect((await start(server, "r1", { input: "other" })).body.error.code).toBe("run_id_conflict");
    accept();
    expect((await Promise.all(starts)).map(({ status }) => status)).toEqual([202, 202]);
    expect(await typesIn(server)).toEqual(["RUN_STARTED"]);
  });

  test("R6: what waits behind a run is handed over when its turn has come", async () => {
    const workers = new ManualWorkers();
    await using server = await startServer({ workers });
    await begin(server, workers, "r1");
    expect((await start(server, "r2")).status).toBe(202);
    expect((await start(server, "r3", { on_busy: "reject" })).body.error.code).toBe("thread_busy");
    expect(await runStatus(server, "r2")).toBe("queued");
    await report(server, { ending: { type: "success" } }, { runId: "r1" });
    const { assignment, accept } = await workers.next();
    expect(assignment.request.runId).toBe("r2");
    accept();
    await untilRun(server, "r2", "running");
    expect((await start(server, "r4", { on_busy: "interrupt" })).status).toBe(202);
    (await workers.next()).accept();
    await untilRun(server, "r4", "running");
    expect(await runStatus(server, "r2")).toBe("cancelled");
    expect(workers.told("r2")).toEqual(["cancel"]);
  });
});

describe("when nobody takes it", () => {
  test("unreachable: it is refused at once, and nothing is stored; what waits may still be repeated", async () => {
    const workers = new ManualWorkers();
    await using server = await startServer({ workers });
    await begin(server, workers, "r1");
    workers.reachable = false;
    expect((await start(server, "r2")).body.error.code).toBe("unavailable");
    expect(await runStatus(server, "r2")).toBe("none");
    expect((await start(server, "r1")).status).toBe(202);
  });

  test("certainly refused: nothing is left of it, and the same run id and command may be tried again", async () => {
    const workers = new ManualWorkers();
    await using server = await startServer({ workers });
    const starts = [start(server, "r1", { id: "c1" }), start(server, "r1", { id: "c1" })];
    (await workers.next()).refuse();
    for (const { status, body } of await Promise.all(starts))
      expect([status, body.error.code]).toEqual([503, "unavailable"]);
    expect(await runStatus(server, "r1")).toBe("none");
    for (const prefix of ["queue/", "run/", "owned/"])
      expect(await server.log.controls(prefix, { limit: 10 })).toEqual([]);
    const again = start(server, "r1", { id: "c1" });
    (await workers.next()).accept();
    expect((await again).status).toBe(202);
    expect(await runStatus(server, "r1")).toBe("running");
  });

  test("another refusal reaches the caller by its own code", async () => {
    const workers = new ManualWorkers();
    await using server = await startServer({ workers });
    const starting = start(server, "r1");
    (await workers.next()).refuse(new ThroughlineError("payload_too_large", "Too much."));
    expect((await starting).body.error.code).toBe("payload_too_large");
  });

  test("one that waited for its turn was promised it: it has failed, and holds up nobody", async () => {
    const workers = new ManualWorkers();
    await using server = await startServer({ workers });
    await begin(server, workers, "r1");
    for (const runId of ["r2", "r3"]) expect((await start(server, runId)).status).toBe(202);
    await report(server, { ending: { type: "success" } });
    (await workers.next()).refuse();
    (await workers.next()).accept();
    await untilRun(server, "r3", "running");
    expect((await server.get("/api/v1/runs/r2")).body).toMatchObject({
      status: "failed",
      error: { code: "unavailable" },
    });
  });

  test("for ten seconds nobody says: the caller hears that it stays; a repeat attaches; then it starts, or has failed", async () => {
    const workers = new ManualWorkers();
    const { clock, advance } = timersByHand();
    await using server = await startServer({ workers, clock });
    const late = start(server, "r1");
    const { accept } = await workers.next();
    await advance(9_999);
    expect(await runStatus(server, "r1")).toBe("queued");
    await advance(1);
    const { body } = await late;
    expect(body.error.code).toBe("unavailable");
    expect(body.error.message).toContain("stays queued");
    expect((await start(server, "r1")).status).toBe(202);
    accept();
    await untilRun(server, "r1", "running");
    await report(server, { ending: { type: "success" } });
    const second = start(server, "r2");
    const { refuse } = await workers.next();
    await advance(10_000);
    expect((await second).status).toBe(503);
    refuse();
    await until(server, "r2", "failed");
  });
});

describe("cancelling on the way", () => {
  test.each([
    ["by its id", "r1"],
    ["as the thread's current run", undefined],
  ])("R5: %s: it is withdrawn, its worker told, a late arrival fenced", async (_name, runId) => {
    const workers = new ManualWorkers();
    await using server = await startServer({ workers });
    const starting = start(server, "r1");
    const { signal } = await workers.next();
    const client = await server.connect(`/ws/stream?thread_id=${THREAD}&client_id=c`);
    if (runId === undefined) client.send({ type: "cancel", payload: {} });
    else expect((await server.post("/api/v1/runs/r1/cancel", {})).status).toBe(200);
    if (runId === undefined) expect((await client.next("cancelled"))["success"]).toBe(true);
    expect((await starting).status).toBe(202);
    expect(signal.aborted).toBe(true);
    expect(await runStatus(server, "r1")).toBe("cancelled");
    expect(workers.told("r1")).toEqual(["cancel"]);
    expect(await report(server, { ending: { type: "success" } }, { runId: "r1" })).toBe("fenced");
    // Who was told that it stands is told that it never begins.
    expect(await typesIn(server)).toEqual(["CUSTOM"]);
    await begin(server, workers, "r2");
  });
});

describe("answers", () => {
  async function asked(server: TestServer, workers: ManualWorkers): Promise<void> {
    await begin(server, workers, "r1");
    await report(server, asking("q1"), { runId: "r1" });
    await untilRun(server, "r1", "waiting");
  }

  test("an answer goes to workers, with its question", async () => {
    const workers = new ManualWorkers();
    await using server = await startServer({ workers });
    await asked(server, workers);
    const answering = answer(server, "r1", "q1");
    const { assignment, accept } = await workers.next();
    expect(assignment).toMatchObject({
      request: { agent: "theirs", parentRunId: "r1" },
      input: { resume: [{ interruptId: "q1", payload: "yes" }] },
      questions: [{ id: "q1" }],
    });
    accept();
    await untilRun(server, (await answering).body.run_id, "running");
  });

  test("certainly refused: the answer is undone, anybody may answer", async () => {
    const workers = new ManualWorkers();
    await using server = await startServer({ workers });
    await asked(server, workers);
    const answering = answer(server, "r1", "q1", { id: "c1" });
    const { refuse } = await workers.next();
    expect((await answer(server, "r1", "q1")).body.error.code).toBe("already_answered");
    refuse();
    expect((await answering).body.error.code).toBe("unavailable");
    workers.reachable = false;
    expect((await answer(server, "r1", "q1")).body.error.code).toBe("unavailable");
    workers.reachable = true;
    const again = answer(server, "r1", "q1", { id: "c1" });
    (await workers.next()).accept();
    expect((await again).status).toBe(202);
    await report(server, { ending: { type: "success" } });
    const { body } = await server.get(`/api/v1/threads/${THREAD}`);
    expect([body.status, body.runs.length]).toEqual(["idle", 2]);
    await verifyRuns((await readEvents(server, THREAD)).map(({ event }) => event));
  });

  test("one whose undoing the log could not read for stays queued, and is handed over again", async () => {
    const workers = new ManualWorkers();
    const { clock, advance } = timersByHand();
    const log = createMemoryLog({ clock: systemClock, random: systemRandom });
    let failing = false;
    const broken = new Proxy(log, {
      get: (target, name) => {
        if (name !== "control") return bound(target, name as keyof StreamLog);
        return (key: string) => {
          if (!failing || !key.startsWith("ask/")) return target.control(key);
          failing = false;
          return Promise.reject(new ThroughlineError("unavailable", "The log cannot be read."));
        };
      },
    });
    await using server = await startServer({ workers, clock, log: broken });
    await begin(server, workers, "r1");
    await report(server, asking("q"));
    const answering = answer(server, "r1", "q");
    const first = await workers.next();
    failing = true;
    first.refuse();
    const { status, body } = await answering;
    expect(status).toBe(503);
    expect(body.error.message).toContain("stays queued");
    await advance(1_000);
    const again = await workers.next();
    expect(again.assignment.request.runId).toBe(first.assignment.request.runId);
    again.accept();
    await until(server, again.assignment.request.runId, "running");
  });

  test("R5: cancelling the thread on the answer's way withdraws the question too", async () => {
    const workers = new ManualWorkers();
    await using server = await startServer({ workers });
    await asked(server, workers);
    const answering = answer(server, "r1", "q1");
    await workers.next();
    const client = await server.connect(`/ws/stream?thread_id=${THREAD}&client_id=c`);
    client.send({ type: "cancel", payload: {} });
    await client.next("cancelled", (frame) => "success" in frame);
    const { run_id: resumption } = (await answering).body;
    expect(await runStatus(server, resumption)).toBe("cancelled");
    expect(await runStatus(server, "r1")).toBe("cancelled");
    expect((await answer(server, "r1", "q1")).body.error.code).toBe("already_answered");
    expect((await server.get(`/api/v1/threads/${THREAD}`)).body).toMatchObject({
      status: "idle",
      pending_interrupts: [],
    });
  });

  test("R4, R5: a cancel of both that fails half-way is carried on with when it is repeated", async () => {
    const workers = new ManualWorkers();
    const log = createMemoryLog({ clock: systemClock, random: systemRandom });
    let full = false;
    const filling = new Proxy(log, {
      get: (target, name) => {
        if (name !== "append") return bound(target, name as keyof StreamLog);
        return (batch: Batch) => {
          const [append] = batch.appends;
          if (!full || append?.stream !== `default/${THREAD}` || append.records.length === 0)
            return target.append(batch);
          full = false;
          return Promise.reject(new ThroughlineError("storage_full", "The disk is full."));
        };
      },
    });
    await using server = await startServer({ workers, log: filling });
    await asked(server, workers);
    const answering = answer(server, "r1", "q1");
    await workers.next();
    const client = await connectNative(server, { client_id: "c" });
    const cancel = { type: "command", id: "once", thread: THREAD, command: { type: "cancel" } };
    full = true;
    client.send(cancel);
    expect(await client.next("ack")).toMatchObject({ ok: false, code: "storage_full" });
    await answering;
    client.send(cancel);
    expect(await client.next("ack")).toMatchObject({ ok: true });
    expect((await server.get("/api/v1/questions")).body.items).toEqual([]);
    expect(await runStatus(server, "r1")).toBe("cancelled");
    client.send(cancel);
    expect(await client.next("ack")).toMatchObject({ ok: true, duplicate: true });
  });

  test("R5: cancelling the run that asked withdraws its question, also once it is answered and on the way", async () => {
    const workers = new ManualWorkers();
    await using server = await startServer({ workers });
    await asked(server, workers);
    const answering = answer(server, "r1", "q1");
    await workers.next();
    expect((await server.post("/api/v1/runs/r1/cancel", {})).body.status).toBe("cancelled");
    expect(await runStatus(server, (await answering).body.run_id)).toBe("cancelled");
    expect((await server.get(`/api/v1/threads/${THREAD}`)).body.status).toBe("idle");
    expect((await server.post("/api/v1/runs/r1/cancel", {})).status).toBe(200);
  });
});

describe("restarts", () => {
  test("R4: killed between storing and handing over, the next server hands it over again, once, and it fails if nobody takes it", async () => {
    const disk = memoryDisk();
    const workers = new ManualWorkers();
    const before = await serverOn(disk, { workers });
    const lost = start(before, "r1").catch(() => undefined);
    await workers.next();
    disk.crash();
    void before[Symbol.asyncDispose]();
    await lost;
    const again = new ManualWorkers();
    const after = await serverOn(disk, { workers: again });
    const { assignment } = await again.next();
    expect(assignment.request.runId).toBe("r1");
    expect((await start(after, "r1")).status).toBe(202);
    disk.crash();
    void after[Symbol.asyncDispose]();
    const third = new ManualWorkers();
    await using last = await serverOn(disk, { workers: third });
    (await third.next()).refuse();
    await until(last, "r1", "failed");
    await begin(last, third, "r2");
  });

  test("what an earlier server handed over may report before this one has handed it over again", async () => {
    const disk = memoryDisk();
    const workers = new ManualWorkers();
    const before = await serverOn(disk, { workers });
    void start(before, "r1").catch(() => undefined);
    await workers.next();
    disk.crash();
    void before[Symbol.asyncDispose]();
    await using after = await serverOn(disk, { workers });
    expect(await report(after, { ending: { type: "success" } }, { runId: "r1" })).toBe("applied");
    expect(await typesIn(after)).toEqual(["RUN_STARTED", "RUN_FINISHED"]);
  });

  test("D6: closing leaves what is on its way in the queue, and its caller hears that it stays", async () => {
    const disk = memoryDisk();
    const workers = new ManualWorkers();
    const before = await serverOn(disk, { workers });
    const starting = start(before, "r1");
    const { signal } = await workers.next();
    await before.gateway.close();
    expect(signal.aborted).toBe(true);
    expect((await starting).body.error.message).toContain("stays queued");
    await before[Symbol.asyncDispose]();
    expect(workers.told("r1")).toEqual([]);
    await using after = await serverOn(disk, { workers });
    (await workers.next()).accept();
    await untilRun(after, "r1", "running");
  });
});
