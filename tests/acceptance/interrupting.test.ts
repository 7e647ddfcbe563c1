import { scripted } from "@throughline/agents";
import { memoryDisk } from "@throughline/log";
import { describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import { serverOn } from "../support/tasks.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";
import { begin, ManualWorkers, report, start as startElsewhere, THREAD } from "../support/workers.ts";

/** Starts that interrupt: the newest has the thread, and what was said before it stays said. */

interface Start {
  readonly run_id: string;
  readonly agent: string;
  readonly input: string;
  readonly on_busy?: "enqueue" | "interrupt";
}

async function start(server: TestServer, body: Start): Promise<void> {
  expect((await server.post("/api/v1/threads/t/runs", body)).status).toBe(202);
}

/** The runs of a thread with what they came to, and what people said in it. */
async function told(server: TestServer, thread = "t"): Promise<{ runs: string[]; said: string[] }> {
  await verifyRuns((await readEvents(server, thread)).map(({ event }) => event));
  const { body } = await server.get(`/api/v1/threads/${thread}`);
  const runs = body.runs.map(({ run_id, status }: { run_id: string; status: string }) => `${run_id} ${status}`);
  const said = body.messages.flatMap(({ role, content }: { role: string; content: string }) =>
    role === "user" ? [content] : [],
  );
  return { runs, said };
}

describe("R6: interrupt", () => {
  test("the newest of several has the thread; each before it ends cancelled, and its message stays", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], busyPolicy: "interrupt" });
    await start(server, { run_id: "a", agent: "manual", input: "first" });
    const first = await manual.next();
    // The first is slow to end: the second still waits when the third comes.
    await start(server, { run_id: "b", agent: "manual", input: "second" });
    await start(server, { run_id: "c", agent: "manual", input: "third" });
    first.finish();
    const third = await manual.next();
    expect(third.context.view.messages.map(({ content }) => content)).toEqual(["first", "second"]);
    third.finish();
    await untilRun(server, "c", "completed");
    expect(await told(server)).toEqual({
      runs: ["a cancelled", "b cancelled", "c completed"],
      said: ["first", "second", "third"],
    });
    expect((await server.get("/api/v1/runs/b")).body.status).toBe("cancelled");
    expect(await server.log.controls("queue/", { limit: 10 })).toEqual([]);
  });

  test("whoever waits before it gives way, whoever comes after it waits", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent, scripted] });
    await start(server, { run_id: "a", agent: "manual", input: "first" });
    const first = await manual.next();
    const quick = { agent: "scripted", input: "tokens=1 interval=0" };
    await start(server, { run_id: "b", ...quick });
    await start(server, { run_id: "c", ...quick, on_busy: "interrupt" });
    await start(server, { run_id: "d", ...quick });
    first.finish();
    await untilRun(server, "d", "completed");
    expect((await told(server)).runs).toEqual(["a cancelled", "b cancelled", "c completed", "d completed"]);
  });

  test("R4: after a crash the newest has the thread just the same", async () => {
    const disk = memoryDisk();
    const manual = manualAgent();
    const before = await serverOn(disk, { agents: [manual.agent, scripted] });
    await start(before, { run_id: "a", agent: "manual", input: "first" });
    await manual.next();
    await start(before, { run_id: "b", agent: "manual", input: "second" });
    const newest = { agent: "scripted", input: "tokens=1 interval=0", on_busy: "interrupt" } as const;
    await start(before, { run_id: "c", ...newest });
    disk.crash();
    await using after = await serverOn(disk, { agents: [scripted] });
    await untilRun(after, "c", "completed");
    const { runs, said } = await told(after);
    // The first may have ended by the cancel or with its process.
    expect(runs.slice(1)).toEqual(["b cancelled", "c completed"]);
    expect(said).toEqual(["first", "second", newest.input]);
    void before[Symbol.asyncDispose]();
  });

  test("a start that is being handed over is called off, and its message stays", async () => {
    const workers = new ManualWorkers();
    await using server = await startServer({ workers, busyPolicy: "interrupt" });
    const first = startElsewhere(server, "r1", { input: "first" });
    const { signal } = await workers.next();
    const second = startElsewhere(server, "r2", { input: "second" });
    (await workers.next()).accept();
    expect([(await first).status, (await second).status]).toEqual([202, 202]);
    await untilRun(server, "r2", "running");
    expect(signal.aborted).toBe(true);
    expect(workers.told("r1")).toEqual(["cancel"]);
    await report(server, { ending: { type: "success" } }, { runId: "r2" });
    const { runs, said } = await told(server, THREAD);
    expect(runs).toEqual(["r1 cancelled", "r2 completed"]);
    expect(said).toEqual(["first", "second"]);
  });

  test("R4: an answer that gives way stays the one that was given", async () => {
    const workers = new ManualWorkers();
    await using server = await startServer({ workers });
    await begin(server, workers, "r1");
    const interrupts = [{ id: "q", reason: "input_required" }];
    await report(server, { ending: { type: "interrupt", interrupts } }, { runId: "r1" });
    const answered = server.post("/api/v1/runs/r1/answers", { interrupt_id: "q", answer: "yes" });
    await workers.next();
    const newest = startElsewhere(server, "r2", { on_busy: "interrupt" });
    (await workers.next()).accept();
    expect([(await answered).status, (await newest).status]).toEqual([202, 202]);
    await untilRun(server, "r2", "running");
    await report(server, { ending: { type: "success" } }, { runId: "r2" });
    const { runs } = await told(server, THREAD);
    expect(runs).toEqual(["r1 waiting", expect.stringMatching(/ cancelled$/), "r2 completed"]);
    const { body } = await server.get(`/api/v1/threads/${THREAD}`);
    expect(body.pending_interrupts).toEqual([]);
    expect(body.answered_interrupts).toMatchObject([{ interrupt: { id: "q" }, answer: "yes" }]);
    const again = await server.post("/api/v1/runs/r1/answers", { interrupt_id: "q", answer: "no" });
    expect(again.body.error.code).toBe("already_answered");
  });
});
