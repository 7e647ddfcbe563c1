import { type Agent, EventType } from "@throughline/protocol";
import { serveAgent } from "@throughline/rabbitmq";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { world } from "../support/broker.ts";
import { Mailbox } from "../support/manual-agent.ts";
import { noBroker, RabbitNode } from "../support/rabbitmq-node.ts";
import { type Ack, followRequest, type RequestClient, startRequest } from "../support/request-client.ts";
import { ServerPlace } from "../support/server-place.ts";
import { readEvents, verifyRuns } from "../support/thread.ts";
import { Wire } from "../support/wire.ts";

/** A broker that goes away under a real server, a real worker and real clients. */

if (noBroker !== undefined) process.stdout.write(`skipped: ${noBroker}\n`);

const PATIENCE = { timeout: 60_000, interval: 20 };
const HALF = 20;

let node: RabbitNode;

/** A worker whose agent counts, and goes on beyond the half when it is let. */
function counting(url: string) {
  const begun: string[] = [];
  const go = new Mailbox<void>();
  const agent: Agent = {
    name: "counting",
    run: async function* ({ runId }) {
      begun.push(runId);
      for (let current = 0; current < 2 * HALF; current++) {
        if (current === HALF) await go.take();
        yield { type: EventType.CUSTOM, name: "progress", value: { current, total: 2 * HALF, message: "on" } };
      }
    },
  };
  const worker = serveAgent({ ...world, agent, broker: url });
  return { begun, go, [Symbol.asyncDispose]: () => worker.close(0) };
}

const asking = (requestId: string) => ({ requestId, userQuery: "count", context: { agent: "counting" } });

async function start(client: RequestClient, requestId: string): Promise<void> {
  expect(await startRequest(client, asking(requestId))).toMatchObject({ ok: true });
}

const countedBy = (client: RequestClient): number[] =>
  client.frames.filter(({ type }) => type === "progress").map(({ data }) => data.current as number);

async function expectWhole(client: RequestClient, place: ServerPlace, requestId: string): Promise<void> {
  await client.next("request.completed");
  expect(countedBy(client)).toEqual(Array.from({ length: 2 * HALF }, (_, n) => n));
  const events = (await readEvents(place, `request:${requestId}`)).map(({ event }) => event);
  await verifyRuns(events);
  expect(events.filter(({ type }) => type === EventType.RUN_STARTED)).toHaveLength(1);
}

describe.skipIf(noBroker !== undefined)("a broker that goes away", () => {
  beforeAll(async () => {
    node = await RabbitNode.start();
  });
  afterAll(async () => {
    await node?.[Symbol.asyncDispose]();
  });

  test.each(["stop", "kill"] as const)("D1: and comes back in the middle of a run (%s)", async (how) => {
    await using worker = counting(node.url);
    await using place = await ServerPlace.open(node.url);
    await using client = followRequest(place.origin, `run-${how}`);
    await start(client, `run-${how}`);
    await expect.poll(() => countedBy(client).length, PATIENCE).toBe(HALF);
    await node[how]();
    worker.go.put();
    // Refused in so many words, and nothing is stored of it.
    await using other = followRequest(place.origin, `other-${how}`);
    expect(await other.ask("start", asking(`other-${how}`))).toMatchObject({ ok: false, code: "unavailable" });
    expect((await place.get(`/api/v1/threads/request:other-${how}`)).status).toBe(404);
    await node.restart();
    await expectWhole(client, place, `run-${how}`);
    worker.go.put();
    await start(other, `other-${how}`);
    await expectWhole(other, place, `other-${how}`);
    expect(worker.begun).toEqual([`run:run-${how}`, `run:other-${how}`]);
  });

  test("R4: between a start and its confirmation: the start stands, and is worked on once", async () => {
    await using worker = counting(node.url);
    await using wire = await Wire.to(node.url);
    await using place = await ServerPlace.open(wire.url);
    await using client = followRequest(place.origin, "doubt");
    // One that goes well first, so that everything is known to be there.
    await using before = followRequest(place.origin, "before");
    worker.go.put();
    await start(before, "before");
    await expectWhole(before, place, "before");
    wire.hold("fromBroker");
    let answered: Ack | undefined;
    const asked = client.ask("start", asking("doubt")).then((ack) => (answered = ack));
    // The worker has it, and the server cannot know.
    await expect.poll(() => worker.begun.length, PATIENCE).toBe(2);
    expect(answered).toBeUndefined();
    await node.kill();
    wire.cut();
    await node.restart();
    const ack = await asked;
    if (ack["ok"] !== true) expect(ack).toMatchObject({ code: "unavailable" });
    worker.go.put();
    // A repeat attaches, whatever was said before.
    const again = await client.ask("start", asking("doubt"));
    expect(again).toMatchObject({ ok: true, duplicate: true, runId: "run:doubt" });
    await expectWhole(client, place, "doubt");
    expect(worker.begun).toEqual(["run:before", "run:doubt"]);
  });

  test("R4: and is back before anybody says so: a request that came twice is taken once", async () => {
    await using worker = counting(node.url);
    await using wire = await Wire.to(node.url);
    await using place = await ServerPlace.open(wire.url);
    await using client = followRequest(place.origin, "twice");
    await using before = followRequest(place.origin, "earlier");
    worker.go.put();
    await start(before, "earlier");
    await expectWhole(before, place, "earlier");
    wire.hold("fromBroker");
    const asked = client.ask("start", asking("twice"));
    await expect.poll(() => worker.begun.length, PATIENCE).toBe(2);
    // The broker lives, and has the request; the server offers it again over a new connection.
    wire.cut();
    expect(await asked).toMatchObject({ ok: true, runId: "run:twice" });
    worker.go.put();
    await expectWhole(client, place, "twice");
    expect(worker.begun).toEqual(["run:earlier", "run:twice"]);
  });
});
