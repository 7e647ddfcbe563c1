import { memoryDisk } from "@throughline/log";
import { type AguiEvent, EventType, type JsonPatchOperation } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import { serverOn } from "../support/tasks.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";
import { begin, ManualWorkers, report, THREAD } from "../support/workers.ts";

/** A patch that does not fit the shared state is refused: readers would have it in different ways, or not at all. */

const snapshot = (value: unknown): AguiEvent => ({ type: EventType.STATE_SNAPSHOT, snapshot: value });
const delta = (...operations: JsonPatchOperation[]): AguiEvent => ({ type: EventType.STATE_DELTA, delta: operations });
const add = (path: string, value: unknown): JsonPatchOperation => ({ op: "add", path, value });

const UNFIT: readonly (readonly [string, AguiEvent, RegExp])[] = [
  ["replaces what is not there", delta({ op: "replace", path: "/none", value: 1 }), /1 of 1, "replace" at "\/none"/],
  ["fails in its second operation", delta(add("/b", 1), { op: "remove", path: "/c" }), /2 of 2, "remove" at "\/c"/],
  ["finds another value than it says", delta({ op: "test", path: "/a", value: 2 }), /"test" at "\/a"/],
  ["reaches for a prototype", delta(add("/__proto__/x", 1)), /"add" at/],
];

async function stateOf(server: TestServer, threadId: string): Promise<unknown> {
  return (await server.get(`/api/v1/threads/${threadId}`)).body.state;
}

async function expectRefused(server: TestServer, threadId: string, why: RegExp): Promise<void> {
  await untilRun(server, "r1", "failed");
  const { error } = (await server.get("/api/v1/runs/r1")).body;
  expect(error).toEqual({ code: "agent_invalid_event", message: expect.stringMatching(why) });
  const events = (await readEvents(server, threadId)).map(({ event }) => event);
  await verifyRuns(events);
  expect(events.map(({ type }) => type)).toEqual([
    EventType.RUN_STARTED,
    EventType.STATE_SNAPSHOT,
    EventType.STATE_DELTA,
    EventType.RUN_ERROR,
  ]);
  expect(await stateOf(server, threadId)).toEqual({ a: 1, ok: true });
}

describe("R2: a STATE_DELTA that cannot be applied", () => {
  test.each(UNFIT)("from an agent here: one that %s ends the run, and is not stored", async (_, event, why) => {
    const { agent, next } = manualAgent();
    await using server = await startServer({ agents: [agent] });
    await server.post("/api/v1/threads/t/runs", { agent: "manual", input: "go", run_id: "r1" });
    const run = await next();
    await run.emit(snapshot({ a: 1 }));
    await run.emit(delta(add("/ok", true)));
    // Nobody asks for more after this one.
    void run.emit(event);
    await expectRefused(server, "t", why);
  });

  test.each(UNFIT)("from a worker: one that %s ends the run; the worker is told why", async (_, event, why) => {
    const workers = new ManualWorkers();
    await using server = await startServer({ workers });
    await begin(server, workers, "r1");
    const receptions = await Promise.all([
      report(server, { events: [snapshot({ a: 1 }), delta(add("/ok", true))] }, { name: "1" }),
      report(server, { events: [event, delta(add("/late", 1))] }, { name: "2" }),
      report(server, { events: [delta(add("/later", 1))] }, { name: "3" }),
    ]);
    expect(receptions).toEqual(["applied", "applied", "fenced"]);
    await expectRefused(server, THREAD, why);
    const error = { code: "agent_invalid_event", message: expect.stringMatching(why) };
    expect(workers.notices).toContainEqual(expect.objectContaining({ type: "cancel", runId: "r1", error }));
  });

  test("is judged by the state as it stands when the gateway was restarted", async () => {
    const disk = memoryDisk();
    const workers = new ManualWorkers();
    const before = await serverOn(disk, { workers });
    await begin(before, workers, "r1");
    await report(before, { events: [snapshot({ a: 1 }), delta(add("/list", []))] }, { name: "1" });
    disk.crash();
    void before[Symbol.asyncDispose]();
    await using after = await serverOn(disk, { workers });
    const fits = delta({ op: "test", path: "/a", value: 1 }, add("/list/-", "x"));
    expect(await report(after, { events: [fits] }, { name: "2" })).toBe("applied");
    expect(await stateOf(after, THREAD)).toEqual({ a: 1, list: ["x"] });
    await report(after, { events: [delta(add("/list/2", "y"))] }, { name: "3" });
    await untilRun(after, "r1", "failed");
    expect(await stateOf(after, THREAD)).toEqual({ a: 1, list: ["x"] });
  });
});

test("R2: a patch is judged by what was stored, whatever the agent makes of its object meanwhile", async () => {
  const { agent, next } = manualAgent();
  await using server = await startServer({ agents: [agent] });
  await server.post("/api/v1/threads/t/runs", { agent: "manual", input: "go", run_id: "r1" });
  const run = await next();
  const state: Record<string, unknown> = { list: [1], gone: undefined };
  await run.emit(snapshot(state));
  state["list"] = "changed afterwards";
  await run.emit(delta(add("/list/-", 2)));
  await run.emit(delta(add("/more", { n: 1 })));
  run.finish();
  await untilRun(server, "r1", "completed");
  expect(await stateOf(server, "t")).toEqual({ list: [1, 2], more: { n: 1 } });
});

test("R2: a run goes on from the state that the run before has left", async () => {
  const { agent, next } = manualAgent();
  await using server = await startServer({ agents: [agent] });
  for (const [n, said] of [snapshot({ list: [] }), delta(add("/list/-", "second"))].entries()) {
    await server.post("/api/v1/threads/t/runs", { agent: "manual", input: "go", run_id: `r${n}` });
    const run = await next();
    await run.emit(said);
    run.finish();
    await untilRun(server, `r${n}`, "completed");
  }
  expect(await stateOf(server, "t")).toEqual({ list: ["second"] });
});
