import { plannerExecutor, systemHttpGet, systemMarketData } from "@throughline/agents";
import { systemClock, systemRandom } from "@throughline/gateway";
import { memoryDisk } from "@throughline/log";
import { describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { call, serverOn } from "../support/tasks.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";

const seams = { clock: systemClock, random: systemRandom };
const http = systemHttpGet({ clock: systemClock, allow: [] });
const agents = [plannerExecutor({ data: systemMarketData(), http, random: seams.random, pace: 0 })];
const THREAD = "request:r1";

async function ask(server: TestServer, input: string, runId: string): Promise<void> {
  const body = { agent: "planner-executor", input, run_id: runId };
  expect((await server.post(`/api/v1/threads/${THREAD}/runs`, body)).status).toBe(202);
}

/** Answers the thread's question. @returns the run that goes on with it */
async function answer(server: TestServer, answer: string): Promise<string> {
  const { body: view } = await server.get(`/api/v1/threads/${THREAD}`);
  const [{ run_id, interrupt }] = view.pending_interrupts;
  const { status, body } = await server.post(`/api/v1/runs/${run_id}/answers`, { interrupt_id: interrupt.id, answer });
  expect(status, JSON.stringify(body)).toBe(202);
  return body.run_id as string;
}

describe("the planner-executor in a gateway", () => {
  test("R2: its plan stands in the thread, its task among the tasks, its result in the run's end", async () => {
    await using server = await startServer({ agents });
    await ask(server, "what is 12% of 3450 and compare AAPL and MSFT, then make a task for the better one", "r");
    await untilRun(server, "r", "completed");
    const events = (await readEvents(server, THREAD)).map(({ event }) => event);
    await verifyRuns(events);
    expect(events.at(-1)).toMatchObject({ result: { summary: "All 5 steps are done." } });
    const { body: view } = await server.get(`/api/v1/threads/${THREAD}`);
    const steps = view.state.plan.steps as { tool: string; status: string; result: any }[];
    expect(steps.map(({ tool, status }) => `${tool} ${status}`)).toEqual([
      "calculate completed",
      "load_series completed",
      "load_series completed",
      "compare_series completed",
      "create_task completed",
    ]);
    const { body: task } = await call(server, "GET", `/${steps[4]?.result.task_id}`);
    expect(task).toMatchObject({ title: "Look into: Apple (AAPL)", status: "pending", version: 1 });
  });

  test("R3: a question outlives a restart, and its answer does no finished step again", async () => {
    const disk = memoryDisk();
    {
      await using server = await serverOn(disk, { agents });
      await ask(server, "compare MSFT and SPX and make a task for the better one", "r");
      await untilRun(server, "r", "waiting");
    }
    await using server = await serverOn(disk, { agents });
    const resumed = await answer(server, "SPX");
    await untilRun(server, resumed, "completed");
    const events = (await readEvents(server, THREAD)).map(({ event }) => event);
    await verifyRuns(events);
    const started = events.flatMap((event) => (event.type === "STEP_STARTED" ? [event.stepName] : []));
    expect(started).toEqual(["step-1", "step-2", "step-3", "step-4"]);
    expect((await call(server, "GET", "/")).body.items).toMatchObject([{ title: "Look into: S&P 500 (SPX)" }]);
  });
});
