import { EventType } from "@throughline/protocol";
import { type AgentWorker, serveAgent } from "@throughline/rabbitmq";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Inbox, Stranger, world } from "../support/broker.ts";
import { gatewayOn } from "../support/broker-gateway.ts";
import type { TestServer } from "../support/gateway.ts";
import { type ManualRun, manualAgent } from "../support/manual-agent.ts";
import { noBroker, RabbitNode } from "../support/rabbitmq-node.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";
import { Wire } from "../support/wire.ts";

/** What people ask of a run while its worker cannot hear it. */

if (noBroker !== undefined) process.stdout.write(`skipped: ${noBroker}\n`);

let node: RabbitNode;
let stranger: Stranger;
/** Everything that workers are told, as one hears it who is always there. */
let notices: Inbox;

/** A worker whose way to the broker the test can cut, and its one run. */
interface Working extends AsyncDisposable {
  readonly server: TestServer;
  readonly wire: Wire;
  readonly run: ManualRun;
  readonly runId: string;
}

async function working(requestId: string): Promise<Working> {
  const wire = await Wire.to(node.url);
  const { agent, next } = manualAgent(requestId);
  const worker: AgentWorker = serveAgent({ ...world, agent, broker: wire.url });
  const server = await gatewayOn(node.url);
  await stranger.untilAsked(requestId);
  const runId = `run:${requestId}`;
  const started = server.post(`/api/v1/threads/request:${requestId}/runs`, {
    agent: requestId,
    input: "go",
    run_id: runId,
  });
  expect((await started).status).toBe(202);
  const run = await next();
  const close = async (): Promise<void> => {
    await worker.close(0);
    await server[Symbol.asyncDispose]();
    await wire[Symbol.asyncDispose]();
  };
  return { server, wire, run, runId, [Symbol.asyncDispose]: close };
}

/** Asks for it while nothing comes to the worker any more; what it was told is lost with its connection. */
async function unheard({ server, wire, runId }: Working, command: "pause" | "resume" | "cancel"): Promise<void> {
  const told = notices.bodies.length;
  wire.hold("fromBroker");
  expect((await server.post(`/api/v1/runs/${runId}/${command}`, {})).status).toBe(200);
  await notices.until((bodies) => bodies.slice(told).some((one) => one.type === command && one.runId === runId));
  wire.cut();
}

/** Resolves once the agent is held at its checkpoint. @returns who waits there */
async function untilHeld(run: ManualRun): Promise<{ readonly passing: Promise<void> }> {
  for (;;) {
    let passed = false;
    const passing = run.context.checkpoint().then(() => {
      passed = true;
    });
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    if (!passed) return { passing };
  }
}

describe.skipIf(noBroker !== undefined)("a worker that could not hear", () => {
  beforeAll(async () => {
    node = await RabbitNode.start();
    stranger = await Stranger.at(node.url);
    await stranger.exchanges();
    notices = await stranger.listen("notices", { exchange: "agent.control", key: "" });
  });
  afterAll(async () => {
    await stranger?.[Symbol.asyncDispose]();
    await node?.[Symbol.asyncDispose]();
  });

  test("R5: holds its run once it is back, and lets it go on once it is back again", async () => {
    await using at = await working("holder");
    await unheard(at, "pause");
    const held = await untilHeld(at.run);
    await unheard(at, "resume");
    await held.passing;
    at.run.finish();
    await untilRun(at.server, at.runId, "completed");
    await verifyRuns((await readEvents(at.server, "request:holder")).map(({ event }) => event));
  });

  test("R5: stops its agent once it is back, and says nothing more", async () => {
    await using at = await working("stopper");
    const stopped = new Promise((resolve) => at.run.context.signal.addEventListener("abort", resolve));
    await unheard(at, "cancel");
    await stopped;
    const events = (await readEvents(at.server, "request:stopper")).map(({ event }) => event);
    expect(events.at(-1)).toMatchObject({ type: EventType.RUN_FINISHED, outcome: { type: "cancelled" } });
  });

  test("R5: another worker that begins the run instead holds it as well", async () => {
    await using server = await gatewayOn(node.url);
    // There before any worker is: the request waits in its queue, and is paused there.
    await stranger.declare("agent.requests.late", { durable: true }, { exchange: "agent.requests", key: "request.*" });
    const asked = { agent: "late", input: "go", run_id: "run:late" };
    expect((await server.post("/api/v1/threads/request:late/runs", asked)).status).toBe(202);
    expect((await server.post("/api/v1/runs/run:late/pause", {})).status).toBe(200);
    await notices.until((bodies) => bodies.some((one) => one.type === "pause" && one.runId === "run:late"));
    const { agent, next } = manualAgent("late");
    const worker = serveAgent({ ...world, agent, broker: node.url });
    try {
      const run = await next();
      // Its first word tells that it does not know.
      await run.emit({ type: EventType.CUSTOM, name: "mine", value: 1 });
      const held = await untilHeld(run);
      expect((await server.post("/api/v1/runs/run:late/resume", {})).status).toBe(200);
      await held.passing;
      run.finish();
      await untilRun(server, "run:late", "completed");
    } finally {
      await worker.close(0);
    }
  });
});
