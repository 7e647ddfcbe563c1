import { EventType, type AguiEvent, type Json, type Task } from "@throughline/protocol";
import { describe, expect, it } from "vitest";
import { createHttpGet, type Fetch, plannerExecutor, systemMarketData } from "../src/index.ts";
import { type Plan, planIn } from "../src/planner-executor/plan.ts";
import { judge } from "./support/judge.ts";
import { Stage, textOf } from "./support/stage.ts";

const data = systemMarketData();

/** A stage with the real tools; only the network is a stand-in. */
class Bench {
  readonly stored: Task[] = [];
  readonly fetched: string[] = [];
  readonly stage: Stage;
  readonly #fetch: Fetch;

  constructor(answer: (url: URL, count: number) => Response = () => new Response("hello")) {
    this.stage = new Stage({ tasks: { put: async (task) => void this.stored.push(task) } });
    this.#fetch = async (url) => answer(url, this.fetched.push(url.href));
  }

  get plan(): Plan {
    return planIn(this.stage.view.state) as Plan;
  }

  /** Each step's id with its status. */
  get statuses(): string[] {
    return this.plan.steps.map(({ tool, status }) => `${tool} ${status}`);
  }

  request(text: string): Promise<AguiEvent[]> {
    return this.#run(this.stage.message(text));
  }

  answer(payload: Json): Promise<AguiEvent[]> {
    return this.#run(this.stage.answer(payload));
  }

  agent() {
    const { clock } = this.stage;
    const http = createHttpGet({ fetch: this.#fetch, clock, allow: ["https://api.example.com"] });
    return plannerExecutor({ data, http, random: { next: () => 0.5, uuid: () => "" }, pace: 0 });
  }

  async #run(input: ReturnType<Stage["message"]>): Promise<AguiEvent[]> {
    const events = await this.stage.run(this.agent(), input);
    judge(events, input, 5);
    return events;
  }
}

function steps(events: readonly AguiEvent[], type: EventType.STEP_STARTED | EventType.STEP_FINISHED) {
  return events.flatMap((event) => (event.type === type ? [event] : []));
}

function question(events: readonly AguiEvent[]) {
  const last = events.at(-1);
  const outcome = last?.type === EventType.RUN_FINISHED ? last.outcome : undefined;
  return outcome?.type === "interrupt" ? outcome.interrupts[0] : undefined;
}

const notes = (events: readonly AguiEvent[]): unknown[] =>
  events.flatMap((event) =>
    event.type === EventType.CUSTOM && event.name === "progress" ? [event.value.message ?? "end"] : [],
  );

describe("the planner-executor", () => {
  it("R2: plans, runs each step with its tool, keeps the plan current and reports", async () => {
    const bench = new Bench();
    const events = await bench.request("compare AAPL and MSFT and make a task to review the portfolio");
    expect(bench.statuses).toEqual([
      "load_series completed",
      "load_series completed",
      "compare_series completed",
      "create_task completed",
    ]);
    expect(bench.stage.view.subagents.map(({ name, emoji, status }) => [name, emoji, status])).toEqual([
      ["thought-agent", "🧠", "completed"],
      ["executor-agent", "⚙️", "completed"],
    ]);
    const [thought, executor] = events.filter(({ type }) => type === EventType.SUBAGENT_FINISHED);
    expect(thought).toMatchObject({ result: { plan: { steps: { 0: { stepId: "step-1", order: 1 }, length: 4 } } } });
    expect(executor).toMatchObject({ result: { completed: 4, failed: 0 } });
    expect(steps(events, EventType.STEP_STARTED).map(({ stepName, metadata }) => [stepName, metadata?.status])).toEqual(
      [
        ["step-1", "running"],
        ["step-2", "running"],
        ["step-3", "running"],
        ["step-4", "running"],
      ],
    );
    expect(steps(events, EventType.STEP_FINISHED)[2]?.metadata).toMatchObject({
      stepId: "step-3",
      order: 3,
      tool: "compare_series",
      status: "completed",
      // The monthly series both have, 2000 to 2010: Apple 25.94 to 223.02, Microsoft 39.81 to 28.8.
      result: { period: "common", by_change: ["AAPL", "MSFT"], rows: [{ change: 7.5975 }, { change: -0.2766 }] },
    });
    expect(bench.stored).toMatchObject([{ title: "Review the portfolio", status: "pending", version: 1 }]);
    expect(textOf(events)).toContain("| AAPL | +759.8% |");
    expect(textOf(events)).toContain("All 4 steps are done.");
    expect(events.at(-1)).toMatchObject({ result: { summary: "All 4 steps are done.", steps: { length: 4 } } });
    expect(notes(events)).toHaveLength(5);
  });

  it("makes the task for the one that is better by gain and by risk alike", async () => {
    const bench = new Bench();
    await bench.request("Compare AAPL and MSFT, then make a task for the better one.");
    expect(bench.stored.map(({ title }) => title)).toEqual(["Look into: Apple (AAPL)"]);
    expect(bench.stored[0]?.description).toContain("AAPL did best, and for its risk too");
  });

  it("asks which one where gain and risk disagree, and goes on without doing a finished step again", async () => {
    const bench = new Bench();
    const asking = await bench.request("compare MSFT with the S&P 500 and create a task for the worse one");
    expect(question(asking)?.metadata).toMatchObject({ key: "choose:step-4" });
    const options = question(asking)?.metadata?.["options"] as string[];
    expect(options.toSorted()).toEqual(["MSFT", "SPX"]);
    expect(bench.stage.view.subagents.at(-1)).toMatchObject({ name: "executor-agent", status: "suspended" });
    expect(bench.statuses.at(-1)).toBe("create_task pending");
    const resumed = await bench.answer(options[0] as string);
    expect(steps(resumed, EventType.STEP_STARTED).map(({ stepName }) => stepName)).toEqual(["step-4"]);
    expect(bench.stage.view.subagents.map(({ name }) => name)).toEqual([
      "thought-agent",
      "executor-agent",
      "executor-agent",
    ]);
    expect(bench.stored[0]?.title).toContain(options[0]);
    expect(bench.statuses.every((status) => status.endsWith("completed"))).toBe(true);
  });

  it("asks about each symbol without prices, one after the other, and remembers the answers", async () => {
    const bench = new Bench();
    const first = await bench.request("compare ZZZT, QQQX and AAPL");
    expect(question(first)?.message).toBe("There are no prices of ZZZT. What should I take?");
    expect(question(first)?.metadata?.["options"]).toContain("Leave it out");
    const second = await bench.answer("MSFT");
    expect(question(second)?.message).toBe("There are no prices of QQQX. What should I take?");
    const done = await bench.answer("Simulated prices for QQQX");
    expect(bench.plan.steps.at(-1)?.args).toEqual({ symbols: ["MSFT", "QQQX", "AAPL"], timeframe: "1M" });
    expect(textOf(done)).toContain("QQQX (simulated)");
    expect(bench.plan.answers).toEqual({ "symbol:ZZZT": "MSFT", "symbol:QQQX": "Simulated prices for QQQX" });
  });

  it("finds earlier answers in the state too, where the thread's questions are not at hand", async () => {
    const bench = new Bench();
    await bench.request("compare ZZZT, QQQX and AAPL");
    await bench.answer("MSFT");
    // As an agent elsewhere is started: the state and the newest answer, and nothing of the thread's view.
    const { runId, ...input } = bench.stage.answer("Leave it out");
    const away = new Stage();
    const events = await away.run(bench.agent(), { ...input, runId, state: bench.stage.view.state });
    expect(question(events)).toBeUndefined();
    expect(planIn(away.view.state)?.steps.at(-1)?.args).toMatchObject({ symbols: ["MSFT", "AAPL"] });
  });

  it("asks what a single instrument is to be compared with, and what an unclear part is to become", async () => {
    const bench = new Bench();
    const asking = await bench.request("compare Apple; wash the car");
    expect(question(asking)?.message).toBe("What should Apple be compared with?");
    const unclear = await bench.answer("IBM please");
    expect(question(unclear)?.message).toBe('I do not know what to do about "wash the car". What should become of it?');
    await bench.answer("Make it a task");
    expect(bench.statuses.map((status) => status.split(" ")[0])).toEqual([
      "load_series",
      "load_series",
      "compare_series",
      "create_task",
    ]);
    expect(bench.stored.map(({ title }) => title)).toEqual(["Wash the car"]);
  });

  it("asks once about a request it cannot do anything with, and says what it can do", async () => {
    const bench = new Bench();
    expect(question(await bench.request("hello"))?.message).toBe("What should be done?");
    const events = await bench.answer("nothing much");
    expect(textOf(events)).toContain("I can compare");
    expect(events.at(-1)).toMatchObject({ result: { summary: "There was nothing to do.", steps: [] } });
  });

  it("calculates", async () => {
    const bench = new Bench();
    expect(textOf(await bench.request("What is 12% of 3450?"))).toContain("The result is 414.");
  });

  it("tries again what may go better, with growing waits, and shows that it does", async () => {
    const bench = new Bench((_url, count) => (count < 3 ? new Response(null, { status: 503 }) : new Response("up")));
    const events = await bench.request("fetch https://api.example.com/health");
    expect(bench.fetched).toHaveLength(3);
    expect(bench.plan.steps[0]).toMatchObject({
      status: "completed",
      attempts: 3,
      result: { status: 200, text: "up" },
    });
    expect(notes(events)).toContain(
      "Fetch https://api.example.com/health: https://api.example.com answered 503. Trying again (3 of 3).",
    );
    // 400 ms and 800 ms, three quarters of each at this chance.
    expect(bench.stage.clock.elapsed).toBe(900);
    expect(steps(events, EventType.STEP_FINISHED)).toHaveLength(1);
  });

  it("goes on without a step that failed for good, but not with those that need it", async () => {
    const bench = new Bench();
    const events = await bench.request("fetch https://elsewhere.example/x and make a task for it; what is 6*7");
    expect(bench.statuses).toEqual(["http_get failed", "create_task failed", "calculate completed"]);
    expect(bench.fetched).toEqual([]);
    expect(bench.stored).toEqual([]);
    expect(steps(events, EventType.STEP_FINISHED).map(({ metadata }) => metadata?.message)).toEqual([
      "https://elsewhere.example is not fetched: THROUGHLINE_HTTP_ALLOW lacks it.",
      'It needs "Fetch https://elsewhere.example/x", which failed.',
      undefined,
    ]);
    expect(textOf(events)).toContain("1 of 3 steps are done; 2 failed.");
    expect(events.at(-1)?.type).toBe(EventType.RUN_FINISHED);
  });

  it("fails as a whole when nothing could be done, and takes the plan up again when asked to", async () => {
    let up = false;
    const bench = new Bench(() => new Response("body", { status: up ? 200 : 500 }));
    const input = bench.stage.message("fetch https://api.example.com/a");
    const events: AguiEvent[] = [];
    const failing = (async () => {
      for await (const event of bench.agent().run(input, bench.stage.context)) events.push(event);
    })();
    await expect(failing).rejects.toMatchObject({ code: "agent_error", message: /No step of the plan could be done/ });
    expect(bench.fetched).toHaveLength(3);
    expect(events.at(-1)).toMatchObject({ type: EventType.SUBAGENT_ERROR, code: "agent_error" });
    bench.stage.fold([{ type: EventType.RUN_STARTED, threadId: input.threadId, runId: input.runId, input }, ...events]);
    up = true;
    await bench.request("try again");
    expect(bench.statuses).toEqual(["http_get completed"]);
    expect(bench.plan.request).toBe("fetch https://api.example.com/a");
  });

  it("begins anew with each request", async () => {
    const bench = new Bench();
    await bench.request("what is 1+1");
    await bench.request("what is 2+3");
    expect(bench.plan.steps.map(({ result }) => result)).toEqual([{ value: 5 }]);
  });

  it("R5: stops within a wait for another try when it is cancelled", async () => {
    const bench = new Bench(() => new Response(null, { status: 500 }));
    const { stage } = bench;
    const reading = (async () => {
      for await (const event of bench.agent().run(stage.message("fetch https://api.example.com/"), stage.context)) {
        const retries = event.type === EventType.CUSTOM && String(event.value.message).includes("Trying again");
        if (retries) stage.controller.abort(new Error("cancelled"));
      }
    })();
    await expect(reading).rejects.toThrow("cancelled");
    expect([bench.fetched.length, stage.clock.pending]).toEqual([1, 0]);
  });
});
