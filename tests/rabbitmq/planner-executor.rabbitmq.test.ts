import { plannerExecutor, systemHttpGet, systemMarketData } from "@throughline/agents";
import { systemClock, systemRandom } from "@throughline/gateway";
import { silentLogger, type Task } from "@throughline/protocol";
import { serveAgent } from "@throughline/rabbitmq";
import { beforeAll, describe, expect, test } from "vitest";
import { gatewayOn } from "../support/broker-gateway.ts";
import type { TestServer } from "../support/gateway.ts";
import { noBroker, RabbitNode } from "../support/rabbitmq-node.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";

if (noBroker !== undefined) process.stdout.write(`skipped: ${noBroker}\n`);

const THREAD = "request:r1";

/** The built-in agent in the hands of a worker, which has nothing but what comes over the broker. */
function work(url: string, stored: Task[]) {
  const seams = { clock: systemClock, random: systemRandom };
  const http = systemHttpGet({ clock: systemClock, allow: [] });
  const agent = plannerExecutor({ data: systemMarketData(), http, random: systemRandom, pace: 0 });
  const tasks = { put: async (task: Task) => void stored.push(task) };
  const worker = serveAgent({ agent, broker: url, tasks, logger: silentLogger, ...seams });
  return { [Symbol.asyncDispose]: () => worker.close(0) };
}

async function answer(server: TestServer, text: string): Promise<string> {
  const { body: view } = await server.get(`/api/v1/threads/${THREAD}`);
  const [{ run_id, interrupt }] = view.pending_interrupts;
  const { status, body } = await server.post(`/api/v1/runs/${run_id}/answers`, {
    interrupt_id: interrupt.id,
    answer: text,
  });
  expect(status, JSON.stringify(body)).toBe(202);
  return body.run_id as string;
}

describe.skipIf(noBroker !== undefined)("the planner-executor behind a broker", () => {
  let node: RabbitNode;
  beforeAll(async () => {
    node = await RabbitNode.start();
    return () => node[Symbol.asyncDispose]();
  });

  test("R2: asks twice in turn, each time of whichever worker is there, and does every step once", async () => {
    const stored: Task[] = [];
    await using server = await gatewayOn(node.url);
    let runId = "r";
    {
      await using _worker = work(node.url, stored);
      await untilServed(server);
      await untilRun(server, runId, "waiting");
    }
    for (const [text, status] of [
      ["MSFT", "waiting"],
      ["SPX", "completed"],
    ] as const) {
      await using _worker = work(node.url, stored);
      runId = await answer(server, text);
      await untilRun(server, runId, status);
    }
    const events = (await readEvents(server, THREAD)).map(({ event }) => event);
    await verifyRuns(events);
    const started = events.flatMap((event) => (event.type === "STEP_STARTED" ? [event.stepName] : []));
    // An answer may come before the next worker has: then the run waits for it in a step of its own.
    expect(started.filter((name) => name !== "waiting for a worker")).toEqual(["step-1", "step-2", "step-3", "step-4"]);
    expect(events.at(-1)).toMatchObject({ result: { summary: "All 4 steps are done." } });
    expect(stored.map(({ title }) => title)).toEqual(["Look into: S&P 500 (SPX)"]);
  });
});

/** Starts the run as soon as a worker has made its queue: before, nobody would take it. */
async function untilServed(server: TestServer): Promise<void> {
  const input = "compare ZZZT and SPX and make a task for the better one";
  for (;;) {
    const { status } = await server.post(`/api/v1/threads/${THREAD}/runs`, {
      agent: "planner-executor",
      input,
      run_id: "r",
    });
    if (status === 202) return;
    expect(status).toBe(503);
  }
}
