import { serveAgent } from "@throughline/rabbitmq";
import { scripted } from "@throughline/agents";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stranger, world } from "../support/broker.ts";
import { gatewayOn } from "../support/broker-gateway.ts";
import { noBroker, RabbitNode } from "../support/rabbitmq-node.ts";
import { followRequest } from "../support/request-client.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";

/** Requests for agents that nobody serves, on a broker where others are served. */

if (noBroker !== undefined) process.stdout.write(`skipped: ${noBroker}\n`);

const STEP = "waiting for a worker";
const REQUESTS = { exchange: "agent.requests", key: "request.*" };

let node: RabbitNode;
let stranger: Stranger;

describe.skipIf(noBroker !== undefined)("a request without a worker", () => {
  beforeAll(async () => {
    node = await RabbitNode.start();
    stranger = await Stranger.at(node.url);
    await stranger.exchanges();
    // Somebody takes requests, so that the broker can route all of them.
    await stranger.listen("agent.requests.other", REQUESTS);
  });
  afterAll(async () => {
    await stranger?.[Symbol.asyncDispose]();
    await node?.[Symbol.asyncDispose]();
  });

  const ask = (requestId: string, agent: string) => ({ requestId, userQuery: "tokens=2", context: { agent } });
  const waiting = (message: string) => ({ step: STEP, status: "running", data: { message } });

  test("R3: of an agent that nobody has ever served, says so at once", async () => {
    await using server = await gatewayOn(node.url);
    await using client = followRequest(server.origin, "never");
    expect(await client.ask("start", ask("never", "nobody"))).toMatchObject({ ok: true });
    const told = waiting('No worker of "nobody" has ever asked for requests.');
    expect(await client.next("progress")).toMatchObject(told);
    // It harms nobody else: what is served is taken without a word of waiting.
    await using other = followRequest(server.origin, "other");
    expect(await other.ask("start", ask("other", "other"))).toMatchObject({ ok: true });
    const { body } = await server.get("/api/v1/threads/request:other/events");
    expect(body.events.map(({ event }: { event: { type: string } }) => event.type)).toEqual(["RUN_STARTED"]);
  });

  test("R3: of an agent whose workers are away, says so, and is taken once one is back", async () => {
    await stranger.declare("agent.requests.scripted", { durable: true }, REQUESTS);
    await using server = await gatewayOn(node.url);
    await using client = followRequest(server.origin, "away");
    expect(await client.ask("start", ask("away", "scripted"))).toMatchObject({ ok: true });
    expect(await client.next("progress")).toMatchObject(waiting('No worker of "scripted" is there now.'));
    const worker = serveAgent({ ...world, agent: scripted, broker: node.url });
    try {
      expect(await client.next("progress")).toMatchObject({ step: STEP, status: "completed" });
      await client.next("request.completed");
      await untilRun(server, "run:away", "completed");
      await verifyRuns((await readEvents(server, "request:away")).map(({ event }) => event));
    } finally {
      await worker.close(0);
    }
  });
});
