import { systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog, memoryDisk } from "@throughline/log";
import { type AguiEvent, EventType, type RunAgentInput } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";

/** Whatever an agent says last, its run ends, and its thread takes the next one. */

function finished(input: RunAgentInput, fields: object): AguiEvent {
  const { threadId, runId } = input;
  return { type: EventType.RUN_FINISHED, threadId, runId, ...fields };
}

function asking(...ids: string[]): object {
  return { outcome: { type: "interrupt", interrupts: ids.map((id) => ({ id, reason: "input_required" })) } };
}

async function begun(
  server: TestServer,
  manual: ReturnType<typeof manualAgent>,
  run_id: string,
): Promise<Awaited<ReturnType<typeof manual.next>>> {
  await server.post("/api/v1/threads/t/runs", { agent: "manual", input: "go", run_id });
  return manual.next();
}

const endless: Record<string, unknown> = {};
endless["self"] = endless;

describe("a last event that cannot be stored", () => {
  test.each<[string, object]>([
    ["a result that is no JSON", { result: 10n }],
    ["a result within itself", { result: endless }],
    ["a result of 2 MiB", { result: "x".repeat(2 << 20) }],
    ["a question whose id is too long", asking("q".repeat(201))],
    ["a question whose id is no text for UTF-8", asking("\ud800")],
    ["a question without an id", asking("")],
    ["more questions than anybody answers", asking(...Array.from({ length: 101 }, (_, n) => `q${n}`))],
  ])("R1: %s ends the run with agent_invalid_event", async (_name, fields) => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const run = await begun(server, manual, "r1");
    await run.emit({ type: EventType.STEP_STARTED, stepName: "open" });
    void run.emit(finished(run.input, fields));
    await untilRun(server, "r1", "failed");
    expect((await server.get("/api/v1/runs/r1")).body.error.code).toBe("agent_invalid_event");
    await verifyRuns((await readEvents(server, "t")).map(({ event }) => event));
    (await begun(server, manual, "r2")).finish();
    await untilRun(server, "r2", "completed");
  });

  test("R1: an error's message is cut, in the thread as in the run", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const run = await begun(server, manual, "r1");
    run.finish(new Error("x".repeat(2 << 20)));
    await untilRun(server, "r1", "failed");
    const { code, message } = (await server.get("/api/v1/runs/r1")).body.error;
    expect([code, message.length]).toEqual(["agent_error", 4_001]);
    expect((await readEvents(server, "t")).at(-1)?.event).toMatchObject({ type: "RUN_ERROR", message });
  });
});

test("R2: of an event whose expansion cannot be stored nothing is", async () => {
  const manual = manualAgent();
  const disk = memoryDisk();
  const log = createMemoryLog({ clock: systemClock, random: systemRandom, disk });
  await using server = await startServer({ log, agents: [manual.agent] });
  const run = await begun(server, manual, "r1");
  void run.emit({ type: EventType.TEXT_MESSAGE_CHUNK, messageId: "m", delta: "hi", rawEvent: 10n });
  await untilRun(server, "r1", "failed");
  const events = (await readEvents(server, "t")).map(({ event }) => event);
  expect(events.map(({ type }) => type)).toEqual(["RUN_STARTED", "RUN_ERROR"]);
  expect(events[1]).toMatchObject({ code: "agent_invalid_event" });
  expect((await server.post("/api/v1/threads/t/fork", {})).status).toBe(201);
});

describe("questions", () => {
  test("all of a run's questions are answered together, however many the thread has had", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    let answered: unknown[] = [];
    for (let round = 0; round < 11; round++) {
      const run = await begun(server, manual, `r${round}`);
      const last = round === 10 ? ["zz-1", "zz-2"] : Array.from({ length: 100 }, (_, n) => `q${round}-${n}`);
      void run.emit(finished(run.input, asking(...last)));
      await untilRun(server, `r${round}`, "waiting");
      if (round < 10) continue;
      for (const interrupt_id of last) {
        expect((await server.post(`/api/v1/runs/r${round}/answers`, { interrupt_id, answer: 1 })).status).toBe(202);
      }
      const resumed = await manual.next();
      answered = (resumed.input.resume ?? []).map(({ interruptId }) => interruptId);
      resumed.finish();
    }
    expect(answered).toEqual(["zz-1", "zz-2"]);
  });

  test("a fork of a waiting thread can be answered for itself", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const run = await begun(server, manual, "r1");
    void run.emit(finished(run.input, asking("q1")));
    await untilRun(server, "r1", "waiting");
    await server.post("/api/v1/threads/t/fork", { id: "t2" });
    const { items } = (await server.get("/api/v1/threads")).body;
    expect(items.map(({ id, status }: Record<string, unknown>) => [id, status])).toEqual([
      ["t2", "waiting"],
      ["t", "waiting"],
    ]);
    const answer = { interrupt_id: "q1", answer: "here", thread_id: "t2" };
    const there = await server.post("/api/v1/runs/r1/answers", answer);
    expect([there.status, there.body.thread_id]).toEqual([202, "t2"]);
    const resumed = await manual.next();
    expect(resumed.input).toMatchObject({ threadId: "t2", resume: [{ interruptId: "q1", payload: "here" }] });
    resumed.finish();
    await untilRun(server, there.body.run_id, "completed");
    expect((await server.get("/api/v1/threads/t")).body.status).toBe("waiting");
    expect((await server.post("/api/v1/runs/r1/answers", { interrupt_id: "q1", answer: "" })).status).toBe(202);
    (await manual.next()).finish();
  });

  test("R5: cancelling the run that asked takes back an answer whose run waits for its turn", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const run = await begun(server, manual, "r1");
    void run.emit(finished(run.input, asking("q1")));
    await untilRun(server, "r1", "waiting");
    // It has ended for everybody else, and its agent does not hear of it yet: the next has to wait.
    const deaf = await begun(server, manual, "r2");
    const answer = { interrupt_id: "q1", answer: "yes" };
    const { run_id: resumption } = (await server.post("/api/v1/runs/r1/answers", answer)).body;
    expect((await server.post("/api/v1/runs/r2/cancel", {})).status).toBe(200);
    expect((await server.post("/api/v1/runs/r1/cancel", {})).status).toBe(200);
    deaf.finish();
    (await begun(server, manual, "r3")).finish();
    await untilRun(server, "r3", "completed");
    const statuses = ["r1", "r2", resumption].map(async (id) => (await server.get(`/api/v1/runs/${id}`)).body.status);
    expect(await Promise.all(statuses)).toEqual(["cancelled", "cancelled", "cancelled"]);
    expect((await server.post("/api/v1/runs/r1/answers", answer)).body.error.code).toBe("already_answered");
    const { runs } = (await server.get("/api/v1/threads/t")).body;
    expect(runs.filter((one: { parent_run_id: string | null }) => one.parent_run_id === "r1")).toHaveLength(1);
  });

  test.each([
    ["null", { answer: null }],
    ["nothing", {}],
  ])("R2: %s is no answer, and the question stays", async (_, said) => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const run = await begun(server, manual, "r1");
    void run.emit(finished(run.input, asking("q1")));
    await untilRun(server, "r1", "waiting");
    const refused = await server.post("/api/v1/runs/r1/answers", { interrupt_id: "q1", ...said });
    expect([refused.status, refused.body.error.code]).toEqual([400, "invalid_input"]);
    const answered = await server.post("/api/v1/runs/r1/answers", { interrupt_id: "q1", answer: false });
    expect(answered.status).toBe(202);
    (await manual.next()).finish();
    await untilRun(server, answered.body.run_id, "completed");
  });

  test("A3: an id that cannot be a question's is refused", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const run = await begun(server, manual, "r1");
    void run.emit(finished(run.input, asking("q1")));
    await untilRun(server, "r1", "waiting");
    const refused = await server.post("/api/v1/runs/r1/answers", '{"interrupt_id":"\\ud800","answer":1}');
    expect([refused.status, refused.body.error.code]).toEqual([400, "invalid_input"]);
  });
});

test("a thread is forked onto an id that somebody has looked at before", async () => {
  const manual = manualAgent();
  await using server = await startServer({ agents: [manual.agent] });
  (await begun(server, manual, "r1")).finish();
  await untilRun(server, "r1", "completed");
  expect((await server.get("/api/v1/threads/copy")).status).toBe(404);
  expect((await server.post("/api/v1/threads/t/fork", { id: "copy" })).status).toBe(201);
  expect((await server.get("/api/v1/threads/copy")).body.runs).toHaveLength(1);
  await server.post("/api/v1/threads/copy/runs", { agent: "manual", input: "go", run_id: "r2" });
  (await manual.next()).finish();
  await untilRun(server, "r2", "completed");
});
