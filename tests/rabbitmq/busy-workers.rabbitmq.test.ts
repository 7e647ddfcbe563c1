import { type AgentWorker, serveAgent } from "@throughline/rabbitmq";
import { type Agent, EventType } from "@throughline/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stranger, TestBridge, TestLink, world } from "../support/broker.ts";
import { gatewayOn } from "../support/broker-gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import { noBroker, RabbitNode } from "../support/rabbitmq-node.ts";
import { followRequest } from "../support/request-client.ts";
import { untilRun } from "../support/thread.ts";
import { timersByHand } from "../support/workers.ts";

/** More requests than the workers have hands for. */

if (noBroker !== undefined) process.stdout.write(`skipped: ${noBroker}\n`);

const LEASE_MS = 60_000;

let node: RabbitNode;
let stranger: Stranger;

async function serve(agent: Agent): Promise<AgentWorker> {
  const worker = serveAgent({ ...world, agent, broker: node.url, maxRuns: 1 });
  await stranger.untilAsked(agent.name);
  return worker;
}

describe.skipIf(noBroker !== undefined)("requests that wait for a worker with a hand free", () => {
  beforeAll(async () => {
    node = await RabbitNode.start();
    stranger = await Stranger.at(node.url);
  });
  afterAll(async () => {
    await stranger?.[Symbol.asyncDispose]();
    await node?.[Symbol.asyncDispose]();
  });

  const ask = (requestId: string, agent: string) => ({ requestId, userQuery: "go", context: { agent } });

  test("R3: outlive their leases, in the queue and in the hand of a full worker, and are all worked on", async () => {
    const { agent, next } = manualAgent("full");
    const { clock, advance } = timersByHand();
    await using server = await gatewayOn(node.url, { clock, workerLeaseMs: LEASE_MS });
    const worker = await serve(agent);
    try {
      const requests = ["0", "1", "2", "3"];
      for (const id of requests) {
        await using asker = followRequest(server.origin, id);
        expect(await asker.ask("start", ask(id, "full"))).toMatchObject({ ok: true });
      }
      for (const id of requests) {
        const run = await next();
        expect(run.input.runId).toBe(`run:${id}`);
        await advance(LEASE_MS / 2);
        await using watcher = followRequest(server.origin, id);
        void run.emit({ type: EventType.STEP_STARTED, stepName: "half" });
        await watcher.next("progress");
        // Nothing has been heard of the others for a lease.
        await advance(LEASE_MS / 2);
        run.finish();
        await untilRun(server, `run:${id}`, "completed");
      }
    } finally {
      await worker.close(0);
    }
  });

  test("R3: are known to wait by who consumes their queue, and no longer than the broker keeps them", async () => {
    await using link = new TestLink(node.url);
    await using bridge = new TestBridge(link, async () => "applied");
    await bridge.untilReachable();
    await stranger.declare("agent.requests.left", { durable: true });
    const worker = await serve(manualAgent("there").agent);
    try {
      const hour = 60 * 60_000;
      expect(await bridge.stillWaits("there", hour - 1)).toBe(true);
      expect(await bridge.stillWaits("there", hour)).toBe(false);
      expect(await bridge.stillWaits("left", 0)).toBe(false);
      expect(await bridge.stillWaits("never", 0)).toBe(false);
      expect(await Promise.all([1, 2, 3].map((age) => bridge.stillWaits("there", age)))).toEqual([true, true, true]);
    } finally {
      await worker.close(0);
    }
  });
});
