import { memoryDisk } from "@throughline/log";
import { type AguiEvent, EventType } from "@throughline/protocol";
import { expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { followRequest } from "../support/request-client.ts";
import { serverOn } from "../support/tasks.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";
import { ManualWorkers, report, start, THREAD, timersByHand } from "../support/workers.ts";

/** A run that was handed over while no worker was there. */

const MISSING = 'No worker of "theirs" is there now.';
const STEP = "waiting for a worker";

/** Asks for a run that nobody is there to take. */
async function beginAwaited(server: TestServer, workers: ManualWorkers): Promise<void> {
  const starting = start(server, "r1");
  (await workers.next()).accept(MISSING);
  expect((await starting).status).toBe(202);
}

async function steps(server: TestServer): Promise<AguiEvent[]> {
  const events = (await readEvents(server, THREAD)).map(({ event }) => event);
  return events.filter(({ type }) => type === EventType.STEP_STARTED || type === EventType.STEP_FINISHED);
}

test("R3: shows what it waits for at once, until a worker is heard of, be it by a heartbeat", async () => {
  const workers = new ManualWorkers();
  await using server = await startServer({ workers });
  await using client = followRequest(server.origin, "1");
  await client.connected();
  await beginAwaited(server, workers);
  const shown = { type: "progress", agent: "theirs", step: STEP };
  expect(await client.next("progress")).toMatchObject({ ...shown, status: "running", data: { message: MISSING } });
  expect(await report(server, {}, { runId: "r1" })).toBe("applied");
  expect(await client.next("progress")).toMatchObject({ ...shown, status: "completed" });
  const own: AguiEvent = { type: EventType.STEP_STARTED, stepName: STEP };
  expect(await report(server, { events: [own] }, { runId: "r1", name: "1" })).toBe("applied");
  await report(server, { ending: { type: "success" } }, { runId: "r1", name: "2" });
  await untilRun(server, "r1", "completed");
  expect((await steps(server)).map(({ type }) => type)).toEqual([
    EventType.STEP_STARTED,
    EventType.STEP_FINISHED,
    EventType.STEP_STARTED,
    EventType.STEP_FINISHED,
  ]);
  await verifyRuns((await readEvents(server, THREAD)).map(({ event }) => event));
});

test("R3: waits on across a restart of the server", async () => {
  const disk = memoryDisk();
  const workers = new ManualWorkers();
  const before = await serverOn(disk, { workers });
  await beginAwaited(before, workers);
  disk.crash();
  void before[Symbol.asyncDispose]();
  await using after = await serverOn(disk, { workers });
  expect(await steps(after)).toHaveLength(1);
  await report(after, { ending: { type: "success" } }, { runId: "r1", name: "1" });
  await untilRun(after, "r1", "completed");
  expect(await steps(after)).toMatchObject([
    { stepName: STEP, metadata: { status: "running", message: MISSING } },
    { stepName: STEP, metadata: { status: "completed" } },
  ]);
});

test("R3: ends by its lease where none comes, and says that none has taken it", async () => {
  const workers = new ManualWorkers();
  const { clock, advance } = timersByHand();
  await using server = await startServer({ workers, clock });
  await beginAwaited(server, workers);
  await advance(60_000);
  await untilRun(server, "r1", "failed");
  const { error } = (await server.get("/api/v1/runs/r1")).body;
  expect(error).toEqual({ code: "worker_lost", message: "No worker has taken the run." });
  await verifyRuns((await readEvents(server, THREAD)).map(({ event }) => event));
});

test("R3: does not wait where its worker was heard of before the hand-over was confirmed", async () => {
  const workers = new ManualWorkers();
  await using server = await startServer({ workers });
  const starting = start(server, "r1");
  const handing = await workers.next();
  const reported = report(server, {}, { runId: "r1" });
  expect((await starting).status).toBe(202);
  handing.accept(MISSING);
  expect(await reported).toBe("applied");
  await report(server, { ending: { type: "success" } }, { runId: "r1", name: "1" });
  await untilRun(server, "r1", "completed");
  expect(await steps(server)).toEqual([]);
});
