import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type AguiEvent, EventType } from "@throughline/protocol";
import { beforeAll, describe, expect, test } from "vitest";
import { gatewayOn } from "../support/broker-gateway.ts";
import { Stranger } from "../support/broker.ts";
import type { TestServer } from "../support/gateway.ts";
import { noBroker, RabbitNode } from "../support/rabbitmq-node.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";

/** The example of an agent that knows the broker only, as its README says, against a real gateway. */

if (noBroker !== undefined) process.stdout.write(`skipped: ${noBroker}\n`);

const FOLDER = fileURLToPath(new URL("../../examples/rabbitmq-worker/", import.meta.url));
const AGENT = "word-counter";

/** The example's process. */
class Worker implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #complaints = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, "exit");
  }

  /** Resolves once it takes requests. */
  static async start(url: string, stepMs: number): Promise<Worker> {
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "worker.ts"], {
      cwd: FOLDER,
      env: { ...process.env, THROUGHLINE_RABBITMQ_URL: url, WORKER_STEP_MS: String(stepMs), WORKER_AGENT: AGENT },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const worker = new Worker(child);
    child.stderr?.on("data", (chunk) => (worker.#complaints += String(chunk)));
    const [line] = (await Promise.race([
      once(child.stdout as NodeJS.ReadableStream, "data"),
      worker.#exited,
    ])) as unknown[];
    expect(String(line)).toContain("takes requests");
    return worker;
  }

  /** Resolves once it has said this on its standard error. */
  async untilComplains(of: string): Promise<void> {
    while (!this.#complaints.includes(of)) await once(this.#child.stderr as NodeJS.ReadableStream, "data");
  }

  async stop(): Promise<unknown> {
    this.#child.kill("SIGTERM");
    return this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }
}

async function ask(server: TestServer, request: string, runId: string): Promise<void> {
  const body = { agent: AGENT, input: "one two three", run_id: runId };
  const { status } = await server.post(`/api/v1/threads/request:${request}/runs`, body);
  expect(status).toBe(202);
}

async function answer(server: TestServer, runId: string, what: string): Promise<string> {
  const { body } = await server.post(`/api/v1/runs/${runId}/answers`, { interrupt_id: `${runId}:what`, answer: what });
  return body.run_id as string;
}

/** Waits until the thread has this event. */
async function until(server: TestServer, request: string, type: EventType): Promise<void> {
  for (let after = 0; ;) {
    const { body } = await server.get(`/api/v1/threads/request:${request}/events?after=${after}&wait=20`);
    if (body.events.some(({ event }: { event: AguiEvent }) => event.type === type)) return;
    after = body.next_after;
  }
}

describe.skipIf(noBroker !== undefined)("the example of a worker", () => {
  let node: RabbitNode;
  beforeAll(async () => {
    node = await RabbitNode.start();
    return () => node[Symbol.asyncDispose]();
  });

  test("R2: plans, asks, is answered and finishes, as valid AG-UI", async () => {
    await using _worker = await Worker.start(node.url, 1);
    await using server = await gatewayOn(node.url);
    await ask(server, "a", "run-a");
    await untilRun(server, "run-a", "waiting");
    await untilRun(server, await answer(server, "run-a", "letters"), "completed");
    const events = (await readEvents(server, "request:a")).map(({ event }) => event);
    await verifyRuns(events);
    expect(events.at(-1)).toMatchObject({ result: { summary: "11 letters", letters: 11 } });
    const { body: view } = await server.get("/api/v1/threads/request:a");
    expect(view.state.plan.steps).toMatchObject([
      { stepId: "split", order: 1, status: "completed", result: { words: 3 } },
      { stepId: "count", order: 2, status: "completed", result: { letters: 11 } },
    ]);
    expect(view.subagents.map(({ name, status }: { name: string; status: string }) => [name, status])).toContainEqual([
      "thought-agent",
      "completed",
    ]);
  });

  test("R5: a cancel stops it, and it takes the next request", async () => {
    await using _worker = await Worker.start(node.url, 600_000);
    await using server = await gatewayOn(node.url);
    await ask(server, "b", "run-b");
    await until(server, "b", EventType.STEP_STARTED);
    expect((await server.post("/api/v1/runs/run-b/cancel", {})).status).toBe(200);
    await untilRun(server, "run-b", "cancelled");
    await ask(server, "c", "run-c");
    await until(server, "c", EventType.STEP_STARTED);
  });

  test("the broker is killed in the middle of a run and comes back: nothing is lost, nothing doubled", async () => {
    await using _worker = await Worker.start(node.url, 3_000);
    await using server = await gatewayOn(node.url);
    await ask(server, "d", "run-d");
    await until(server, "d", EventType.STEP_STARTED);
    await node.kill();
    await node.restart();
    await untilRun(server, "run-d", "waiting");
    const events = (await readEvents(server, "request:d")).map(({ event }) => event);
    await verifyRuns(events);
    const steps = events.filter(({ type }) => type === EventType.STEP_STARTED || type === EventType.STEP_FINISHED);
    expect(steps).toHaveLength(2);
  });

  test("D1: what no queue takes for a while is said again, in its order", async () => {
    await using worker = await Worker.start(node.url, 500);
    await using server = await gatewayOn(node.url);
    await using stranger = await Stranger.at(node.url);
    await ask(server, "e", "run-e");
    await until(server, "e", EventType.STEP_STARTED);
    await stranger.bind("unbindQueue", "websocket.progress", "agent.events");
    await worker.untilComplains("no queue takes");
    await stranger.bind("bindQueue", "websocket.progress", "agent.events");
    await untilRun(server, "run-e", "waiting");
    const events = (await readEvents(server, "request:e")).map(({ event }) => event);
    await verifyRuns(events);
    // Closed by what it said itself, and not for want of it.
    const finished = events.filter(({ type }) => type === EventType.STEP_FINISHED);
    expect(finished).toMatchObject([{ stepName: "split", metadata: { status: "completed" } }]);
  });

  test("takes requests again after its queue was deleted", async () => {
    await using _worker = await Worker.start(node.url, 1);
    await using stranger = await Stranger.at(node.url);
    await stranger.delete(`agent.requests.${AGENT}`);
    await stranger.untilAsked(AGENT);
  });

  test("ends by itself when it is told to", async () => {
    const worker = await Worker.start(node.url, 1);
    expect(await worker.stop()).toEqual([0, null]);
  });
});
