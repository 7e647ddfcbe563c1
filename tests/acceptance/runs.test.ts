import { scripted } from "@throughline/agents";
import { type AguiEvent, EventType } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";

/** What must hold of runs whatever the agent does and whoever commands; over HTTP. */

const text = (messageId: string, delta: string): AguiEvent => ({
  type: EventType.TEXT_MESSAGE_CONTENT,
  messageId,
  delta,
});
const open = (messageId: string): AguiEvent => ({ type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant" });

function start(server: TestServer, input: string, more: object = {}): ReturnType<TestServer["post"]> {
  return server.post("/api/v1/threads/t/runs", { agent: "scripted", input, ...more });
}

describe("starting", () => {
  test("R4: the same run id attaches: one run, whatever is retried", async () => {
    await using server = await startServer();
    const answers = await Promise.all([1, 2, 3].map(() => start(server, "tokens=2 interval=0", { run_id: "r1" })));
    expect(answers.map(({ status, body }) => [status, body])).toEqual(
      answers.map(() => [202, { run_id: "r1", thread_id: "t" }]),
    );
    await untilRun(server, "r1", "completed");
    expect((await start(server, "tokens=2 interval=0", { run_id: "r1" })).status).toBe(202);
    const started = (await readEvents(server, "t")).filter(({ event }) => event.type === EventType.RUN_STARTED);
    expect(started).toHaveLength(1);
  });

  test.each([
    ["input", "t", { agent: "scripted", input: "tokens=3", run_id: "r1" }],
    ["context", "t", { agent: "scripted", input: { text: "tokens=1", context: { a: 1 } }, run_id: "r1" }],
    ["agent", "t", { agent: "manual", input: "tokens=1", run_id: "r1" }],
    ["thread", "other", { agent: "scripted", input: "tokens=1", run_id: "r1" }],
  ])("R4: the same run id with another %s is run_id_conflict", async (_name, thread, body) => {
    await using server = await startServer({ agents: [manualAgent().agent, scripted] });
    await start(server, "tokens=1", { run_id: "r1" });
    const { status, body: answer } = await server.post(`/api/v1/threads/${thread}/runs`, body);
    expect([status, answer.error.code]).toEqual([409, "run_id_conflict"]);
  });

  test("R4: a repeated command id applies once, also without a run id", async () => {
    await using server = await startServer();
    const first = await start(server, "tokens=1 interval=0", { id: "cmd" });
    const again = await start(server, "tokens=1 interval=0", { id: "cmd" });
    expect(again.body).toEqual(first.body);
    await untilRun(server, first.body.run_id, "completed");
    expect((await server.get("/api/v1/threads/t")).body.runs).toHaveLength(1);
  });

  test("R6: a full queue refuses, and loses nothing that waits", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], limits: { maxQueuedRuns: 2 } });
    const send = (input: string) => server.post("/api/v1/threads/t/runs", { agent: "manual", input });
    await send("1");
    const first = await manual.next();
    await send("2");
    const third = await send("3");
    const refused = await send("4");
    expect([refused.status, refused.body.error.code]).toEqual([429, "queue_full"]);
    first.finish();
    (await manual.next()).finish();
    (await manual.next()).finish();
    await untilRun(server, third.body.run_id, "completed");
  });
});

describe("agents that misbehave", () => {
  const cases: readonly [name: string, events: readonly AguiEvent[]][] = [
    ["content of a message that is not open", [text("m", "a")]],
    ["an event without its required field", [{ type: EventType.TEXT_MESSAGE_START } as never]],
    ["an event of no known type", [{ type: "DANCE" } as never]],
    ["a message opened twice", [open("m"), open("m")]],
    ["a step finished that never began", [{ type: EventType.STEP_FINISHED, stepName: "s" }]],
    ["a known CUSTOM with a payload of another shape", [{ type: EventType.CUSTOM, name: "progress", value: "half" }]],
    ["no object at all", [null as never]],
  ];

  test.each(cases)("R2: %s ends the run with agent_invalid_event and is not passed on", async (_name, events) => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const { body } = await server.post("/api/v1/threads/t/runs", { agent: "manual", input: "go" });
    const run = await manual.next();
    await run.emit(open("fine"));
    for (const event of events) void run.emit(event);
    await untilRun(server, body.run_id, "failed");
    expect((await server.get(`/api/v1/runs/${body.run_id}`)).body.error.code).toBe("agent_invalid_event");
    const stored = await readEvents(server, "t");
    await verifyRuns(stored.map(({ event }) => event));
    expect(stored.map(({ event }) => event.type)).toEqual(
      _name === "a message opened twice"
        ? [
            "RUN_STARTED",
            "TEXT_MESSAGE_START",
            "TEXT_MESSAGE_START",
            "TEXT_MESSAGE_END",
            "TEXT_MESSAGE_END",
            "RUN_ERROR",
          ]
        : ["RUN_STARTED", "TEXT_MESSAGE_START", "TEXT_MESSAGE_END", "RUN_ERROR"],
    );
  });

  test("R1, R2: what a cancelled agent still says goes nowhere", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const { body } = await server.post("/api/v1/threads/t/runs", { agent: "manual", input: "go" });
    const run = await manual.next();
    await run.emit(open("m"));
    await run.emit(text("m", "said"));
    const cancelled = await server.post(`/api/v1/runs/${body.run_id}/cancel`, {});
    expect(cancelled.body.status).toBe("cancelled");
    expect(run.context.signal.aborted).toBe(true);
    void run.emit(text("m", "too late"));
    const events = (await readEvents(server, "t")).map(({ event }) => event);
    expect(events.at(-1)).toMatchObject({ type: "RUN_FINISHED", outcome: { type: "cancelled" } });
    expect(JSON.stringify(events)).not.toContain("too late");
    await verifyRuns(events);
  });

  test("R2: an agent that ignores its abort does not keep the thread from its next run", async () => {
    const hanging = {
      name: "hanging",
      run: async function* () {
        yield open("m");
        await new Promise(() => undefined);
      },
    };
    await using server = await startServer({ agents: [hanging, scripted] });
    const first = await server.post("/api/v1/threads/t/runs", { agent: "hanging", input: "go" });
    await server.post(`/api/v1/runs/${first.body.run_id}/cancel`, {});
    const second = await start(server, "tokens=1 interval=0");
    await untilRun(server, second.body.run_id, "completed");
    await verifyRuns((await readEvents(server, "t")).map(({ event }) => event));
  });

  test("an agent may end its run itself, with a result or an error of its own", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const post = () => server.post("/api/v1/threads/t/runs", { agent: "manual", input: "go" });
    const first = await post();
    void (await manual.next()).emit({ type: EventType.RUN_FINISHED, threadId: "x", runId: "y", result: { ok: 1 } });
    await untilRun(server, first.body.run_id, "completed");
    const second = await post();
    void (await manual.next()).emit({ type: EventType.RUN_ERROR, message: "no luck", code: "MY_CODE" });
    await untilRun(server, second.body.run_id, "failed");
    const events = (await readEvents(server, "t")).map(({ event }) => event);
    expect(events.find(({ type }) => type === EventType.RUN_FINISHED)).toMatchObject({
      threadId: "t",
      result: { ok: 1 },
    });
    expect(events.at(-1)).toMatchObject({ message: "no luck", code: "agent_error" });
    await verifyRuns(events);
  });
});

describe("cancelling", () => {
  test("R1, R5: many at once from everywhere: one terminal event, and every one is acknowledged", async () => {
    await using server = await startServer();
    const { body } = await start(server, "tokens=3 interval=0 hang=1", { run_id: "r1" });
    const watcher = await server.connect("/ws/stream?thread_id=t&after=0");
    await watcher.next("token");
    watcher.send({ type: "cancel", payload: {} });
    const answers = await Promise.all([1, 2, 3].map(() => server.post("/api/v1/runs/r1/cancel", {})));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await watcher.next("cancelled", (frame) => frame["success"] === true);
    const events = (await readEvents(server, "t")).map(({ event }) => event);
    expect(events.filter(({ type }) => type === "RUN_FINISHED" || type === "RUN_ERROR")).toHaveLength(1);
    expect(body.run_id).toBe("r1");
  });

  test("a run that has ended is run_not_active; a run that never was is not_found", async () => {
    await using server = await startServer();
    const { body } = await start(server, "tokens=1 interval=0");
    await untilRun(server, body.run_id, "completed");
    const ended = await server.post(`/api/v1/runs/${body.run_id}/cancel`, {});
    const never = await server.post("/api/v1/runs/never/cancel", {});
    expect([ended.status, ended.body.error.code, never.status, never.body.error.code]).toEqual([
      409,
      "run_not_active",
      404,
      "not_found",
    ]);
  });

  test("a run that waits for its turn is cancelled without ever running", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const post = (input: string) => server.post("/api/v1/threads/t/runs", { agent: "manual", input });
    const first = await post("1");
    const run = await manual.next();
    const second = await post("2");
    expect((await server.get(`/api/v1/runs/${second.body.run_id}`)).body.status).toBe("queued");
    expect((await server.post(`/api/v1/runs/${second.body.run_id}/cancel`, {})).body.status).toBe("cancelled");
    run.finish();
    await untilRun(server, first.body.run_id, "completed");
    expect((await server.get("/api/v1/threads/t")).body.runs).toHaveLength(1);
  });
});

describe("pausing", () => {
  test("a paused run goes on only when resumed, and both are on record", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const { body } = await server.post("/api/v1/threads/t/runs", { agent: "manual", input: "go" });
    const run = await manual.next();
    await run.emit(open("m"));
    expect((await server.post(`/api/v1/runs/${body.run_id}/pause`, {})).body.status).toBe("paused");
    let passed = false;
    const checkpoint = run.context.checkpoint().then(() => {
      passed = true;
    });
    expect((await server.get("/api/v1/threads/t")).body.status).toBe("paused");
    expect(passed).toBe(false);
    const held = run.emit({ type: EventType.STEP_STARTED, stepName: "held" });
    expect((await readEvents(server, "t")).at(-1)?.event).toMatchObject({ name: "run.paused" });
    expect((await server.post(`/api/v1/runs/${body.run_id}/resume`, {})).body.status).toBe("running");
    await checkpoint;
    await held;
    run.finish();
    await untilRun(server, body.run_id, "completed");
    const names = (await readEvents(server, "t")).flatMap(({ event }) =>
      event.type === EventType.CUSTOM ? [event.name] : [],
    );
    expect(names).toEqual(["run.paused", "run.resumed"]);
  });

  test("a paused run can be cancelled", async () => {
    await using server = await startServer();
    const { body } = await start(server, "tokens=100000 interval=1");
    await server.post(`/api/v1/runs/${body.run_id}/pause`, {});
    expect((await server.post(`/api/v1/runs/${body.run_id}/cancel`, {})).body.status).toBe("cancelled");
  });
});

describe("answering", () => {
  test("R4: racing answers: one wins, all others are told already_answered", async () => {
    await using server = await startServer();
    const { body } = await start(server, "tokens=1 interval=0 ask=Sure?");
    await untilRun(server, body.run_id, "waiting");
    const { pending_interrupts } = (await server.get("/api/v1/threads/t")).body;
    const interrupt_id = pending_interrupts[0].interrupt.id;
    const answers = await Promise.all(
      ["a", "b", "c"].map((answer) => server.post(`/api/v1/runs/${body.run_id}/answers`, { interrupt_id, answer })),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([202, 409, 409]);
    const won = answers.find(({ status }) => status === 202);
    await untilRun(server, won?.body.run_id, "completed");
    const view = (await server.get("/api/v1/threads/t")).body;
    expect(view.pending_interrupts).toEqual([]);
    expect(view.runs).toMatchObject([{ status: "waiting" }, { parent_run_id: body.run_id, status: "completed" }]);
  });
});

describe("forking", () => {
  test("a fork shares the events and goes its own way; a run that went on is cut there", async () => {
    await using server = await startServer();
    const { body } = await start(server, "tokens=2 interval=0 hang=1");
    const watcher = await server.connect("/ws/stream?thread_id=t&after=0");
    await watcher.next("token");
    await watcher.next("token");
    const fork = await server.post("/api/v1/threads/t/fork", { id: "t2" });
    expect(fork.status).toBe(201);
    const forked = (await readEvents(server, "t2")).map(({ event }) => event);
    expect(forked.at(-1)).toMatchObject({ type: "RUN_FINISHED", outcome: { type: "cancelled" } });
    const run = await server.post("/api/v1/threads/t2/runs", { agent: "scripted", input: "tokens=1 interval=0" });
    await untilRun(server, run.body.run_id, "completed");
    expect((await server.get(`/api/v1/runs/${body.run_id}`)).body.status).toBe("running");
    expect((await server.post("/api/v1/threads/t/fork", { id: "t2" })).body.error.code).toBe("stream_exists");
    expect((await server.post("/api/v1/threads/t/fork", { at: 9_999 })).body.error.code).toBe("invalid_input");
    expect((await server.post("/api/v1/threads/none/fork", {})).status).toBe(404);
  });
});
