import { memoryDisk } from "@throughline/log";
import { expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { serverOn } from "../support/tasks.ts";
import { begin, ManualWorkers, report, type Saying, THREAD, timersByHand } from "../support/workers.ts";

/** A worker that was not there to be told is told again, as soon as it is heard of. */

async function steer(server: TestServer, command: "pause" | "resume"): Promise<void> {
  const { status } = await server.post(`/api/v1/runs/r1/${command}`, {});
  expect(status).toBe(200);
}

/** What the worker is told when it says this. */
async function answersTo(server: TestServer, workers: ManualWorkers, about: Saying): Promise<string[]> {
  const before = workers.told("r1").length;
  expect(await report(server, {}, { runId: "r1", ...about })).toBe("applied");
  return workers.told("r1").slice(before);
}

async function setUp() {
  const workers = new ManualWorkers();
  const { clock, advance } = timersByHand();
  const server = await startServer({ workers, clock });
  await begin(server, workers, "r1");
  return { workers, advance, server };
}

test("R5: one that works on although it is to hold is told so again, every two seconds at most", async () => {
  const { workers, advance, server: made } = await setUp();
  await using server = made;
  expect(await answersTo(server, workers, { name: "before" })).toEqual([]);
  await steer(server, "pause");
  expect(workers.told("r1")).toEqual(["pause"]);
  const told: string[][] = [];
  for (const [n, ms] of [0, 1_999, 1, 1_999, 1].entries()) {
    await advance(ms);
    told.push(await answersTo(server, workers, { name: `${n}` }));
  }
  expect(told).toEqual([[], [], ["pause"], [], ["pause"]]);
});

test("R5: one that begins a run that was paused before is told with its first word, at once", async () => {
  const { workers, server: made } = await setUp();
  await using server = made;
  await steer(server, "pause");
  expect(await answersTo(server, workers, { name: "1" })).toEqual(["pause"]);
  expect(await answersTo(server, workers, { name: "2" })).toEqual([]);
});

test("R5: one that says whether it holds the run is told again only where it is wrong, and at once", async () => {
  const { workers, server: made } = await setUp();
  await using server = made;
  const says = (paused: boolean): Promise<string[]> => answersTo(server, workers, { paused });
  // Nobody has ever paused it: it may hold for reasons of its own.
  expect(await says(true)).toEqual([]);
  await steer(server, "pause");
  expect([await says(true), await says(false), await says(true)]).toEqual([[], ["pause"], []]);
  await steer(server, "resume");
  expect([await says(true), await says(false)]).toEqual([["resume"], []]);
});

test("R5: one that only lives after it was let go on is told so again, until it says more", async () => {
  const { workers, advance, server: made } = await setUp();
  await using server = made;
  const says = async (about: Saying): Promise<string[]> => {
    await advance(2_000);
    return await answersTo(server, workers, about);
  };
  expect(await says({})).toEqual([]);
  await steer(server, "pause");
  expect(await says({})).toEqual(["pause"]);
  await steer(server, "resume");
  expect([await says({}), await says({ name: "1" })]).toEqual([["resume"], []]);
});

test.each([
  ["is to hold", ["pause"], { name: "1" }, ["pause"]],
  ["is to go on", ["pause", "resume"], { paused: true }, ["resume"]],
  ["was never told anything", [], { paused: true }, []],
] as const)("R5: one that %s hears it from the next server, whatever the last one could say", async (...row) => {
  const [, commands, about, answer] = row;
  const disk = memoryDisk();
  const workers = new ManualWorkers();
  const before = await serverOn(disk, { workers });
  await begin(before, workers, "r1");
  for (const command of commands) await steer(before, command);
  disk.crash();
  void before[Symbol.asyncDispose]();
  await using after = await serverOn(disk, { workers });
  expect(await answersTo(after, workers, about)).toEqual(answer);
});

test("R2: one whose run has been ended for what it said is told why", async () => {
  const { workers, server: made } = await setUp();
  await using server = made;
  await report(server, { events: [{ type: "STEP_FINISHED", stepName: "a" } as never] }, { runId: "r1", name: "1" });
  const about = { tenant: "default", threadId: THREAD, runId: "r1" };
  const error = { code: "agent_invalid_event", message: expect.stringContaining("STEP_FINISHED") };
  expect(workers.notices).toEqual([{ type: "cancel", ...about, error }]);
});
