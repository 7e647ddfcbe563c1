import { type AguiEvent, EventType } from "@throughline/protocol";
import { createMetrics } from "@throughline/gateway";
import { memoryDisk } from "@throughline/log";
import { describe, expect, test } from "vitest";
import { startServer } from "../support/gateway.ts";
import { serverOn } from "../support/tasks.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";
import { begin, ManualWorkers, report, start, THREAD } from "../support/workers.ts";

/** What workers elsewhere report becomes a run like any other. */

const step = (stepName: string): AguiEvent => ({ type: EventType.STEP_STARTED, stepName });
const stepDone = (stepName: string): AguiEvent => ({ type: EventType.STEP_FINISHED, stepName });
const custom = (value: number): AguiEvent => ({ type: EventType.CUSTOM, name: "counted", value });

async function setUp(): Promise<{ workers: ManualWorkers; server: Awaited<ReturnType<typeof startServer>> }> {
  const workers = new ManualWorkers();
  return { workers, server: await startServer({ workers }) };
}

describe("reports", () => {
  test("R2: they stand in the thread as an agent's events do, and the run ends as its worker says", async () => {
    const { workers, server: made } = await setUp();
    await using server = made;
    await begin(server, workers, "r1");
    const opens: boolean[] = [];
    const states: unknown[] = [];
    const [first, second, third] = await Promise.all([
      report(
        server,
        { events: [step("a"), { type: EventType.STATE_SNAPSHOT, snapshot: { plan: [1] } }] },
        { name: "1" },
      ),
      report(
        server,
        (open) => {
          opens.push(open.hasStep("a"), open.hasStep("b"), open.hasSubagent("a"));
          states.push(open.state);
          return { events: [stepDone("a"), step("b")] };
        },
        { name: "2", runId: "r1" },
      ),
      report(server, { ending: { type: "success", result: 7 } }, { name: "3" }),
    ]);
    expect([first, second, third]).toEqual(["applied", "applied", "applied"]);
    expect(opens).toEqual([true, false, false]);
    expect(states).toEqual([{ plan: [1] }]);
    const events = (await readEvents(server, THREAD)).map(({ event }) => event);
    await verifyRuns(events);
    expect(events.map(({ type }) => type)).toEqual([
      "RUN_STARTED",
      "STEP_STARTED",
      "STATE_SNAPSHOT",
      "STEP_FINISHED",
      "STEP_STARTED",
      "STEP_FINISHED",
      "RUN_FINISHED",
    ]);
    expect(events.at(-1)).toMatchObject({ result: 7, outcome: { type: "success" } });
    expect((await server.get("/api/v1/runs/r1")).body).toMatchObject({ status: "completed", agent: "theirs" });
    expect(workers.notices).toEqual([]);
    expect(workers.listeners).toBe(0);
  });

  test("a repeat is applied once; after the end every report is fenced, and its worker told to stop, once", async () => {
    const { workers, server: made } = await setUp();
    await using server = made;
    await begin(server, workers, "r1");
    const twice = [1, 2].map(() => report(server, { events: [step("a")] }, { name: "same", runId: "r1" }));
    expect(await Promise.all(twice)).toEqual(["applied", "duplicate"]);
    expect(await report(server, { events: [step("a")] }, { name: "same" })).toBe("duplicate");
    expect(await report(server, {})).toBe("applied");
    const last = { ending: { type: "success" } } as const;
    expect(await report(server, last, { name: "end", runId: "r1" })).toBe("applied");
    for (const runId of ["r1", undefined, "r1"]) {
      const about = { name: "late", ...(runId === undefined ? {} : { runId }) };
      expect(await report(server, { events: [step("b")] }, about)).toBe("fenced");
    }
    expect(await report(server, last, { name: "end", runId: "r1" })).toBe("fenced");
    expect(workers.told("r1")).toEqual(["cancel"]);
    expect((await readEvents(server, THREAD)).map(({ event }) => event.type)).toEqual([
      "RUN_STARTED",
      "STEP_STARTED",
      "STEP_FINISHED",
      "RUN_FINISHED",
    ]);
  });

  test("of no thread, no run, or another thread's run: unknown", async () => {
    const { workers, server: made } = await setUp();
    await using server = made;
    expect(await report(server, {})).toBe("unknown");
    expect(await report(server, {}, { threadId: "request:/" })).toBe("unknown");
    expect(await report(server, {}, { runId: "r1" })).toBe("unknown");
    expect(await report(server, {}, { threadId: "t" })).toBe("unknown");
    await server.post("/api/v1/threads/t/runs", { agent: "scripted", input: "tokens=1 hang=1", run_id: "local" });
    expect(await report(server, { ending: { type: "success" } }, { threadId: "t" })).toBe("unknown");
    await begin(server, workers, "r1");
    expect(await report(server, {}, { runId: "local" })).toBe("unknown");
    expect(await report(server, {}, { runId: "r1", threadId: "request:2" })).toBe("unknown");
    expect(workers.notices).toEqual([]);
  });

  test("R2: one that breaks the protocol closes the run; its worker is told, what it reports later is fenced", async () => {
    const { workers, server: made } = await setUp();
    await using server = made;
    await begin(server, workers, "r1");
    const receptions = await Promise.all([
      report(server, { events: [step("a"), stepDone("never begun"), step("c")] }, { name: "1" }),
      report(server, { events: [step("b")] }, { name: "2" }),
    ]);
    expect(receptions).toEqual(["applied", "fenced"]);
    const events = (await readEvents(server, THREAD)).map(({ event }) => event);
    await verifyRuns(events);
    expect(events.map(({ type }) => type)).toEqual(["RUN_STARTED", "STEP_STARTED", "STEP_FINISHED", "RUN_ERROR"]);
    expect((await server.get("/api/v1/runs/r1")).body.error.code).toBe("agent_invalid_event");
    expect(workers.told("r1")).toContain("cancel");
  });

  test("one that cannot be interpreted is refused, and harms nobody", async () => {
    const { workers, server: made } = await setUp();
    await using server = made;
    await begin(server, workers, "r1");
    const broken = report(server, () => {
      throw new Error("broken");
    });
    await expect(broken).rejects.toThrow("broken");
    expect(await report(server, { ending: { type: "success" } })).toBe("applied");
  });

  test("R2: one that says what cannot be read ends the run, and leaves nobody waiting", async () => {
    const { workers, server: made } = await setUp();
    await using server = made;
    await begin(server, workers, "r1");
    const unreadable = Object.defineProperty(custom(1), "value", {
      enumerable: true,
      get: () => {
        throw new Error("gone");
      },
    });
    const receptions = await Promise.all([
      report(server, { events: [step("a"), unreadable] }, { name: "1" }),
      report(server, { events: [step("b")] }, { name: "2" }),
    ]);
    expect(receptions).toEqual(["applied", "fenced"]);
    expect((await server.get("/api/v1/runs/r1")).body.error.code).toBe("agent_invalid_event");
    await begin(server, workers, "r2");
    expect(await report(server, () => undefined as never, { name: "1" })).toBe("applied");
    expect((await server.get("/api/v1/runs/r2")).body.error.code).toBe("agent_invalid_event");
  });

  test("S3: what one report says of a task, and how it ends the run, all shows in the task", async () => {
    const workers = new ManualWorkers("task:");
    await using server = await startServer({ workers });
    await server.post("/api/v1/tasks", { id: "a", title: "Carry on" });
    const threadId = "task:a";
    const starting = server.post(`/api/v1/threads/${threadId}/runs`, { agent: "theirs", input: "go", run_id: "r1" });
    (await workers.next()).accept();
    expect((await starting).status).toBe(202);
    const progress: AguiEvent = { type: EventType.CUSTOM, name: "progress", value: { current: 1, total: 2 } };
    const confidence: AguiEvent = { type: EventType.CUSTOM, name: "confidence", value: { confidence: 0.5 } };
    await report(server, { events: [progress, confidence] }, { threadId, name: "1" });
    const running = (await server.get("/api/v1/tasks/a")).body;
    expect(running).toMatchObject({ status: "running", progress: 0.5, confidence: 0.5, version: 4 });
    const saying: AguiEvent[] = [
      { type: EventType.TEXT_MESSAGE_START, messageId: "m", role: "assistant" },
      { type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m", delta: "Carried on." },
      { type: EventType.TEXT_MESSAGE_END, messageId: "m" },
    ];
    const sure: AguiEvent = { ...confidence, value: { confidence: 0.9 } };
    await report(server, { events: [...saying, sure], ending: { type: "success" } }, { threadId, name: "2" });
    const done = { status: "completed", progress: 1, confidence: 0.9, result: "Carried on.", version: 6 };
    expect((await server.get("/api/v1/tasks/a")).body).toMatchObject(done);
  });

  test("10,000 reports and as many repeats are applied in order, each once", async () => {
    const metrics = createMetrics();
    const workers = new ManualWorkers();
    const disk = memoryDisk();
    const server = await serverOn(disk, { workers, metrics });
    await begin(server, workers, "r1");
    const told: Promise<string>[] = [];
    for (let n = 0; n < 10_000; n++) {
      for (const name of [`n${n}`, `n${Math.floor(n / 2)}`])
        told.push(report(server, { events: [custom(n)] }, { name, runId: "r1" }));
    }
    const receptions = await Promise.all(told);
    expect(receptions.filter((reception) => reception === "applied")).toHaveLength(10_000);
    expect(receptions.filter((reception) => reception === "duplicate")).toHaveLength(10_000);
    expect(await metrics.render()).toContain('throughline_worker_reports_total{reception="duplicate"} 10000');
    expect(await metrics.render()).toContain("throughline_runs_elsewhere 1");
    disk.crash();
    void server[Symbol.asyncDispose]();
    await using after = await serverOn(disk, { workers });
    const again = await Promise.all(
      [0, 255, 256, 4_711, 9_999].map((n) => report(after, { events: [custom(n)] }, { name: `n${n}`, runId: "r1" })),
    );
    expect(again).toEqual(Array(5).fill("duplicate"));
    expect(await report(after, { events: [custom(10_000)], ending: { type: "success" } }, { name: "n10000" })).toBe(
      "applied",
    );
    const events = (await readEvents(after, THREAD)).map(({ event }) => event);
    await verifyRuns(events);
    const counted = events.flatMap((event) => (event.type === EventType.CUSTOM ? [event.value] : []));
    expect(counted).toEqual(Array.from({ length: 10_001 }, (_, n) => n));
    expect(await after.log.controls("reported/", { limit: 10 })).toEqual([]);
  });
});

describe("restarts", () => {
  test("R3: a run elsewhere outlives the server: the next takes it over as it stands, its repeats included", async () => {
    const disk = memoryDisk();
    const workers = new ManualWorkers();
    const before = await serverOn(disk, { workers });
    await begin(before, workers, "r1");
    const first = { type: EventType.STATE_SNAPSHOT, snapshot: { n: 1 } } as const;
    await report(before, { events: [step("a"), first] }, { name: "1", runId: "r1" });
    disk.crash();
    void before[Symbol.asyncDispose]();
    await using after = await serverOn(disk, { workers });
    expect((await after.get("/api/v1/runs/r1")).body.status).toBe("running");
    expect(await report(after, { events: [step("a")] }, { name: "1", runId: "r1" })).toBe("duplicate");
    const go = report(
      after,
      ({ hasStep, state }) => {
        expect([hasStep("a"), state]).toEqual([true, { n: 1 }]);
        return { events: [stepDone("a")], ending: { type: "success" } };
      },
      { name: "2", runId: "r1" },
    );
    expect(await go).toBe("applied");
    await verifyRuns((await readEvents(after, THREAD)).map(({ event }) => event));
    await begin(after, workers, "r2");
  });

  test("R3: without a way to workers the next server ends it with worker_lost", async () => {
    const disk = memoryDisk();
    const workers = new ManualWorkers();
    const before = await serverOn(disk, { workers });
    await begin(before, workers, "r1");
    await report(before, { events: [step("a")] }, { name: "1" });
    disk.crash();
    void before[Symbol.asyncDispose]();
    await using after = await serverOn(disk);
    expect((await after.get("/api/v1/runs/r1")).body).toMatchObject({
      status: "failed",
      error: { code: "worker_lost" },
    });
    await verifyRuns((await readEvents(after, THREAD)).map(({ event }) => event));
    expect(await after.log.controls("reported/", { limit: 10 })).toEqual([]);
    expect(await report(after, {}, { runId: "r1" })).toBe("unknown");
  });

  test("D6: draining neither waits for it nor ends it; what is not stored at the close is reported again", async () => {
    const disk = memoryDisk();
    const workers = new ManualWorkers();
    const before = await serverOn(disk, { workers });
    await begin(before, workers, "r1");
    await before.gateway.drain(60_000);
    expect(await report(before, { events: [step("a")] }, { name: "1" })).toBe("applied");
    await before[Symbol.asyncDispose]();
    expect(workers.listeners).toBe(0);
    await expect(report(before, { events: [step("b")] }, { name: "2" })).rejects.toMatchObject({
      name: "ThroughlineError",
    });
    await using after = await serverOn(disk, { workers });
    expect(await report(after, { events: [step("b")] }, { name: "2" })).toBe("applied");
    expect((await after.get("/api/v1/runs/r1")).body.status).toBe("running");
    expect(workers.told("r1")).toEqual([]);
  });

  test("a paused run is paused in the next server too, and its worker hears of it", async () => {
    const disk = memoryDisk();
    const workers = new ManualWorkers();
    const before = await serverOn(disk, { workers });
    await begin(before, workers, "r1");
    expect((await before.post("/api/v1/runs/r1/pause", {})).body.status).toBe("paused");
    disk.crash();
    void before[Symbol.asyncDispose]();
    await using after = await serverOn(disk, { workers });
    expect((await after.post("/api/v1/runs/r1/resume", {})).body.status).toBe("running");
    expect(workers.told("r1")).toEqual(["pause", "resume"]);
    const names = (await readEvents(after, THREAD)).flatMap(({ event }) =>
      event.type === EventType.CUSTOM ? [event.name] : [],
    );
    expect(names).toEqual(["run.paused", "run.resumed"]);
  });
});

describe("a disk that is full", () => {
  test("makes reports wait: nothing is half applied, and their order is kept", async () => {
    let fate: "ok" | "full" = "ok";
    const disk = memoryDisk({ fate: () => fate });
    const workers = new ManualWorkers();
    await using server = await serverOn(disk, { workers });
    await begin(server, workers, "r1");
    fate = "full";
    const told = [0, 1, 2].map((n) => report(server, { events: [custom(n)] }, { name: `${n}` }));
    await expect(server.post("/api/v1/threads/t/runs", { agent: "scripted", input: "x" })).resolves.toMatchObject({
      status: 507,
    });
    fate = "ok";
    expect(await Promise.all(told)).toEqual(["applied", "applied", "applied"]);
    const values = (await readEvents(server, THREAD)).flatMap(({ event }) =>
      event.type === EventType.CUSTOM ? [event.value] : [],
    );
    expect(values).toEqual([0, 1, 2]);
  });
});

test("R5: a cancel from any client ends the run at once, then its worker is told; the zombie is fenced", async () => {
  const { workers, server: made } = await setUp();
  await using server = made;
  await begin(server, workers, "r1");
  await report(server, { events: [step("a")] }, { name: "1" });
  expect((await server.post("/api/v1/runs/r1/cancel", {})).body.status).toBe("cancelled");
  expect(workers.told("r1")).toEqual(["cancel"]);
  expect(await report(server, { events: [stepDone("a")] }, { name: "2", runId: "r1" })).toBe("fenced");
  await verifyRuns((await readEvents(server, THREAD)).map(({ event }) => event));
  expect((await server.post("/api/v1/runs/r1/cancel", {})).status).toBe(200);
});

test("R5: a client of another protocol cancels it too, and a repeated start attaches", async () => {
  const { workers, server: made } = await setUp();
  await using server = made;
  await begin(server, workers, "r1");
  await report(server, { events: [step("a")] }, { name: "1" });
  const client = await server.connect(`/ws/stream?thread_id=${THREAD}&client_id=c`);
  await client.next("connected");
  client.send({ type: "cancel", payload: {} });
  expect((await client.next("cancelled", (frame) => "success" in frame))["success"]).toBe(true);
  await untilRun(server, "r1", "cancelled");
  await start(server, "r1");
  expect(workers.told("r1")).toEqual(["cancel"]);
});
