import { EventType } from "@throughline/protocol";
import { memoryDisk } from "@throughline/log";
import { expect, test } from "vitest";
import { startServer } from "../support/gateway.ts";
import { serverOn } from "../support/tasks.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";
import { begin, ManualWorkers, report, THREAD, timersByHand } from "../support/workers.ts";

/** R3: a worker elsewhere has to be heard of. */

test("R3: a worker that is silent for its lease loses its run, is told, and is fenced", async () => {
  const workers = new ManualWorkers();
  const { clock, advance } = timersByHand();
  await using server = await startServer({ workers, clock });
  await begin(server, workers, "r1");
  await report(server, { events: [{ type: EventType.STEP_STARTED, stepName: "a" }] }, { name: "1" });
  await advance(59_999);
  expect((await server.get("/api/v1/runs/r1")).body.status).toBe("running");
  await advance(1);
  await untilRun(server, "r1", "failed");
  expect((await server.get("/api/v1/runs/r1")).body.error.code).toBe("worker_lost");
  expect(workers.told("r1")).toEqual(["cancel"]);
  expect(await report(server, { ending: { type: "success" } }, { name: "2", runId: "r1" })).toBe("fenced");
  await verifyRuns((await readEvents(server, THREAD)).map(({ event }) => event));
});

test("R3: a worker that goes on although its run has ended is told again, in case it did not hear", async () => {
  const workers = new ManualWorkers();
  const { clock, advance } = timersByHand();
  await using server = await startServer({ workers, clock, workerLeaseMs: 1_000 });
  await begin(server, workers, "r1");
  await advance(1_000);
  await untilRun(server, "r1", "failed");
  const speak = () => report(server, {}, { runId: "r1" });
  const told: number[] = [];
  for (const ms of [0, 1_000, 999, 1, 1_999, 1]) {
    await advance(ms);
    expect(await speak()).toBe("fenced");
    told.push(workers.told("r1").length);
  }
  // With the end of the lease, with the first word after it, and then every two seconds.
  expect(told).toEqual([2, 2, 2, 3, 3, 4]);
});

test("R3: any report renews it, a heartbeat too", async () => {
  const workers = new ManualWorkers();
  const { clock, advance } = timersByHand();
  await using server = await startServer({ workers, clock, workerLeaseMs: 1_000 });
  await begin(server, workers, "r1");
  for (let beat = 0; beat < 5; beat++) {
    await advance(900);
    expect(await report(server, {}, { runId: "r1" })).toBe("applied");
  }
  await advance(999);
  expect((await server.get("/api/v1/runs/r1")).body.status).toBe("running");
  await advance(1);
  await untilRun(server, "r1", "failed");
});

test("R3: it stands still while nothing can arrive, and begins anew after that", async () => {
  const workers = new ManualWorkers();
  const { clock, advance } = timersByHand();
  await using server = await startServer({ workers, clock, workerLeaseMs: 1_000 });
  await begin(server, workers, "r1");
  await advance(900);
  workers.reachable = false;
  await advance(100_000);
  expect((await server.get("/api/v1/runs/r1")).body.status).toBe("running");
  workers.reachable = true;
  await advance(999);
  expect((await server.get("/api/v1/runs/r1")).body.status).toBe("running");
  await advance(1);
  await untilRun(server, "r1", "failed");
  expect((await server.get("/api/v1/runs/r1")).body.error.code).toBe("worker_lost");
});

test("R3: it begins anew in the next server", async () => {
  const disk = memoryDisk();
  const workers = new ManualWorkers();
  const before = await serverOn(disk, { workers, ...timersByHand() });
  await begin(before, workers, "r1");
  disk.crash();
  void before[Symbol.asyncDispose]();
  const { clock, advance } = timersByHand();
  await using after = await serverOn(disk, { workers, clock, workerLeaseMs: 1_000 });
  await advance(999);
  expect((await after.get("/api/v1/runs/r1")).body.status).toBe("running");
  await advance(1);
  await untilRun(after, "r1", "failed");
});
