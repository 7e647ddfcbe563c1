import { memoryDisk } from "@throughline/log";
import { EventType } from "@throughline/protocol";
import { expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { serverOn } from "../support/tasks.ts";
import { untilRun } from "../support/thread.ts";
import { begin, ManualWorkers, report, timersByHand } from "../support/workers.ts";

/** Runs that wait for workers who are there and have no hand free. */

const LEASE_MS = 1_000;

async function status(server: TestServer): Promise<string> {
  return (await server.get("/api/v1/runs/r1")).body.status as string;
}

test("R3: a run that nobody has spoken in outlives its lease while somebody is there who will take it", async () => {
  const workers = new ManualWorkers();
  workers.busy = true;
  const { clock, advance } = timersByHand();
  await using server = await startServer({ workers, clock, workerLeaseMs: LEASE_MS });
  await begin(server, workers, "r1");
  for (let lease = 0; lease < 5; lease++) await advance(LEASE_MS);
  expect(await status(server)).toBe("running");
  expect(workers.asked).toEqual([1, 2, 3, 4, 5].map((leases) => ["theirs", leases * LEASE_MS]));
  expect(await report(server, { ending: { type: "success" } }, { runId: "r1", name: "1" })).toBe("applied");
  await untilRun(server, "r1", "completed");
  expect(workers.notices).toEqual([]);
});

test("R3: it ends with the first lease at whose end nobody is there", async () => {
  const workers = new ManualWorkers();
  workers.busy = true;
  const { clock, advance } = timersByHand();
  await using server = await startServer({ workers, clock, workerLeaseMs: LEASE_MS });
  await begin(server, workers, "r1");
  await advance(LEASE_MS);
  workers.busy = false;
  await advance(LEASE_MS - 1);
  expect(await status(server)).toBe("running");
  await advance(1);
  await untilRun(server, "r1", "failed");
  expect((await server.get("/api/v1/runs/r1")).body.error.code).toBe("worker_lost");
  expect(workers.told("r1")).toEqual(["cancel"]);
});

test.each([
  ["a heartbeat", {}, {}],
  ["what it says", { events: [{ type: EventType.STEP_STARTED, stepName: "a" }] as const }, { name: "1" }],
])("R3: from a worker's first word on, be it %s, the lease alone counts", async (_, said, about) => {
  const workers = new ManualWorkers();
  workers.busy = true;
  const { clock, advance } = timersByHand();
  await using server = await startServer({ workers, clock, workerLeaseMs: LEASE_MS });
  await begin(server, workers, "r1");
  await advance(LEASE_MS);
  await report(server, said, { runId: "r1", ...about });
  await advance(LEASE_MS);
  await untilRun(server, "r1", "failed");
  expect(workers.asked).toHaveLength(1);
});

test("R3: the next server knows a run in which somebody has spoken from one that waits, and for how long", async () => {
  const disk = memoryDisk();
  const workers = new ManualWorkers();
  workers.busy = true;
  const first = timersByHand();
  const before = await serverOn(disk, { workers, clock: first.clock, workerLeaseMs: LEASE_MS });
  await begin(before, workers, "r1");
  disk.crash();
  void before[Symbol.asyncDispose]();

  const second = timersByHand();
  await second.advance(50_000);
  const next = await serverOn(disk, { workers, clock: second.clock, workerLeaseMs: LEASE_MS });
  await second.advance(LEASE_MS);
  expect(await status(next)).toBe("running");
  expect(workers.asked).toEqual([["theirs", 50_000 + LEASE_MS]]);
  const step = { type: EventType.STEP_STARTED, stepName: "a" } as const;
  await report(next, { events: [step] }, { runId: "r1", name: "1" });
  disk.crash();
  void next[Symbol.asyncDispose]();

  const third = timersByHand();
  await using after = await serverOn(disk, { workers, clock: third.clock, workerLeaseMs: LEASE_MS });
  await third.advance(LEASE_MS);
  await untilRun(after, "r1", "failed");
  expect(workers.asked).toHaveLength(1);
});
