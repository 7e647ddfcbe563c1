import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type AguiEvent, EventType } from "@throughline/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stranger } from "../support/broker.ts";
import { noBroker, RabbitNode } from "../support/rabbitmq-node.ts";
import { followRequest, type RequestClient, startRequest } from "../support/request-client.ts";
import { ServerPlace } from "../support/server-place.ts";
import { readEvents, verifyRuns } from "../support/thread.ts";

/** Worker processes that are killed, or stopped and let go on, behind a real server. */

if (noBroker !== undefined) process.stdout.write(`skipped: ${noBroker}\n`);

const FILE = fileURLToPath(new URL("worker-process.ts", import.meta.url));
const PATIENCE = { timeout: 60_000, interval: 20 };
const LEASE_MS = 5_000;
/** Speaks for as long as it is let, well within the lease. */
const ENDLESS = "tokens=1000000 interval=20 steps=1";

class WorkerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #said = "";

  private constructor(url: string, agent: string) {
    this.#child = spawn(process.execPath, ["--conditions=@throughline/source", FILE, url, agent], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#exited = once(this.#child, "exit");
    this.#child.stdout?.on("data", (text: Buffer) => (this.#said += text.toString()));
  }

  /** Resolves once it takes requests. @param query settings of its connection @param nth its agent's how many-th */
  static async start(agent: string, query = "", nth = 1): Promise<WorkerProcess> {
    const worker = new WorkerProcess(node.url + query, agent);
    await stranger.untilConsumers(`agent.requests.${agent}`, (count) => count === nth);
    return worker;
  }

  /** What it has taken and been told, in order. */
  get said(): string[] {
    return this.#said.split("\n").filter((line) => line !== "");
  }

  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGKILL");
    await this.#exited;
  }
}

let node: RabbitNode;
let place: ServerPlace;
let stranger: Stranger;

/** Starts a request. @returns who follows it, once its agent has begun */
async function start(requestId: string, agent: string, userQuery: string): Promise<RequestClient> {
  const client = followRequest(place.origin, requestId);
  expect(await startRequest(client, { requestId, userQuery, context: { agent } })).toMatchObject({ ok: true });
  await client.next("progress");
  return client;
}

async function events(requestId: string): Promise<AguiEvent[]> {
  return (await readEvents(place, `request:${requestId}`)).map(({ event }) => event);
}

/** The agent's tokens, all of them there are, and each in its place. */
async function expectTokens(requestId: string, count: number): Promise<void> {
  const all = await events(requestId);
  await verifyRuns(all);
  const said = all.flatMap((event) => (event.type === EventType.TEXT_MESSAGE_CONTENT ? [event.delta.trim()] : []));
  expect(said).toEqual(Array.from({ length: count }, (_, n) => `t${n}`));
}

describe.skipIf(noBroker !== undefined)("a worker", () => {
  beforeAll(async () => {
    node = await RabbitNode.start();
    stranger = await Stranger.at(node.url);
    const env = { THROUGHLINE_WORKER_LEASE_MS: String(LEASE_MS) };
    // Serves no agent of its own that could take a request.
    place = await ServerPlace.open(node.url, { agents: "task-worker", env });
  });
  afterAll(async () => {
    await stranger?.[Symbol.asyncDispose]();
    await place?.[Symbol.asyncDispose]();
    await node?.[Symbol.asyncDispose]();
  });

  test("R3: killed, its run ends with worker_lost within the lease, and another worker takes the next", async () => {
    await using worker = await WorkerProcess.start("killed");
    await using client = await start("lost", "killed", ENDLESS);
    worker.signal("SIGKILL");
    expect(await client.next("error")).toMatchObject({ code: "worker_lost" });
    await verifyRuns(await events("lost"));
    await stranger.untilConsumers("agent.requests.killed", (count) => count === 0);
    await using _other = await WorkerProcess.start("killed");
    await using next = await start("next", "killed", "tokens=50 interval=1 steps=1");
    await next.next("request.completed");
    await expectTokens("next", 50);
  });

  test("R3: killed by its agent's first step, it has said that it has the run, which ends though others are there", async () => {
    await using _worker = await WorkerProcess.start("frail");
    await using _other = await WorkerProcess.start("frail", "", 2);
    await using client = followRequest(place.origin, "deadly");
    const asked = { requestId: "deadly", userQuery: "die", context: { agent: "frail" } };
    expect(await startRequest(client, asked)).toMatchObject({ ok: true });
    expect(await client.next("error")).toMatchObject({ code: "worker_lost" });
    await stranger.untilConsumers("agent.requests.frail", (count) => count === 1);
    await verifyRuns(await events("deadly"));
  });

  test.each([
    ["keeps its connection", "patient", 60],
    ["has lost its connection", "given-up", 1],
  ])("R3: stopped for long and let go on, one that %s is fenced and told to leave", async (_, agent, heartbeat) => {
    await using zombie = await WorkerProcess.start(agent, `?heartbeat=${heartbeat}`);
    await using other = await WorkerProcess.start(`beside-${agent}`);
    await using client = await start(agent, agent, ENDLESS);
    const fencedBefore = await place.received("fenced");
    zombie.signal("SIGSTOP");
    expect(await client.next("error")).toMatchObject({ code: "worker_lost" });
    const ended = await events(agent);
    await stranger.untilConsumers(`agent.requests.${agent}`, (count) => count === (heartbeat === 1 ? 0 : 1));

    // Another request's run goes on all the while.
    await using beside = await start(`beside-${agent}`, `beside-${agent}`, "tokens=150 interval=10 steps=1");
    zombie.signal("SIGCONT");
    await expect.poll(() => zombie.said, PATIENCE).toEqual([`begins run:${agent}`, `leaves run:${agent}`]);
    await beside.next("request.completed");
    await expectTokens(`beside-${agent}`, 150);
    expect(other.said).toEqual([`begins run:beside-${agent}`]);
    // One that has heard of the end before it speaks says nothing more; one that comes back does not hear before.
    if (agent === "given-up") expect(await place.received("fenced")).toBeGreaterThan(fencedBefore);
    expect(await events(agent)).toEqual(ended);
    await verifyRuns(ended);
    await expect.poll(() => stranger.count("websocket.progress"), PATIENCE).toBe(0);
    expect(await stranger.count("websocket.progress.dead")).toBe(0);
  });

  test("R4: stopped with a request on its way to it, it leaves that to another, and works on it no more", async () => {
    await using zombie = await WorkerProcess.start("stalled", "?heartbeat=1");
    await using other = await WorkerProcess.start("stalled", "", 2);
    zombie.signal("SIGSTOP");
    await using client = followRequest(place.origin, "stalled");
    // The broker gives the first request to its oldest consumer, and takes it back once that is given up.
    const asked = { requestId: "stalled", userQuery: "tokens=150 interval=10 steps=1", context: { agent: "stalled" } };
    expect(await startRequest(client, asked)).toMatchObject({ ok: true });
    expect(other.said).toEqual([]);
    await client.next("progress");
    zombie.signal("SIGCONT");
    await stranger.untilConsumers("agent.requests.stalled", (count) => count === 2);
    await client.next("request.completed");
    await expectTokens("stalled", 150);
    expect(other.said).toEqual(["begins run:stalled"]);
    expect(zombie.said).toEqual([]);
  });
});
