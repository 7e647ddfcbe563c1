import { type AguiEvent, EventType } from "@throughline/protocol";
import { seededRandom } from "@throughline/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stranger } from "../support/broker.ts";
import { type Message, Outsider } from "../support/outsider.ts";
import { noBroker, RabbitNode } from "../support/rabbitmq-node.ts";
import { followRequest, type RequestClient, startRequest } from "../support/request-client.ts";
import { ServerPlace } from "../support/server-place.ts";
import { SseFollower } from "../support/sse-follower.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";
import { Wire } from "../support/wire.ts";
import type { Frame } from "../support/ws-client.ts";

/** Real servers behind a broker, killed while an agent elsewhere speaks. */

if (noBroker !== undefined) process.stdout.write(`skipped: ${noBroker}\n`);

const AGENT = "outsider";
/** How long anything that must come may take on a busy machine. */
const PATIENCE = { timeout: 60_000, interval: 20 };

let node: RabbitNode;
let stranger: Stranger;

/** Starts the request, as soon as the server can hand it over. @returns the run's id */
async function start(client: RequestClient, requestId: string): Promise<string> {
  const ack = await startRequest(client, { requestId, userQuery: "count", context: { agent: AGENT } });
  expect(ack).toMatchObject({ ok: true });
  return ack["runId"] as string;
}

/** What the agent says of a run: each message is one frame, most bring an event of their own, some are steps. */
function messageOf(requestId: string, runId: string, n: number): Message {
  const about = { requestId, runId, agent: "executor-agent" };
  const id = `${runId}:${n}`;
  if (n % 10 > 1) {
    const event = { type: EventType.CUSTOM, name: "progress", value: { current: n, total: 10_000, message: "on" } };
    return { id, body: { type: "agent.event", ...about, data: { event } } };
  }
  const status = n % 10 === 0 ? "running" : "completed";
  const data = { stepId: `step-${Math.floor(n / 10)}`, stepOrder: 1, tool: "counter", status, n };
  return { id, body: { type: "executor.step.progress", ...about, data } };
}

const messagesOf = (requestId: string, runId: string, from: number, to: number): Message[] =>
  Array.from({ length: to - from }, (_, index) => messageOf(requestId, runId, from + index));

const completed = (requestId: string, runId: string): Message => ({
  id: `${runId}:end`,
  body: { type: "request.completed", requestId, runId, agent: AGENT, data: { result: "done" } },
});

/** Which of the agent's messages a frame tells of. */
const numberIn = ({ data }: Frame): number => (data.current ?? data.n) as number;
const numbersOf = (client: RequestClient): number[] =>
  client.frames.filter(({ type }) => type === "progress").map(numberIn);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** Which of the agent's messages are in the thread; each stands for one event besides those that frame it. */
function numbersIn(events: readonly AguiEvent[]): number[] {
  return events.flatMap((event) => {
    if (event.type === EventType.CUSTOM) return [(event.value as { current: number }).current];
    const isStep = event.type === EventType.STEP_STARTED || event.type === EventType.STEP_FINISHED;
    return isStep ? [(event.metadata as { n: number }).n] : [];
  });
}

describe.skipIf(noBroker !== undefined)("a server killed with -9", () => {
  beforeAll(async () => {
    node = await RabbitNode.start();
    stranger = await Stranger.at(node.url);
    await stranger.exchanges();
    await stranger.listen(`agent.requests.${AGENT}`, { exchange: "agent.requests", key: "request.*" });
  });
  afterAll(async () => {
    await stranger?.[Symbol.asyncDispose]();
    await node?.[Symbol.asyncDispose]();
  });

  test("D1: between the delivery of messages and their acknowledgement takes each once", async () => {
    await using wire = await Wire.to(node.url);
    await using place = await ServerPlace.open(wire.url);
    await using client = followRequest(place.origin, "held");
    await using agent = new Outsider(node.url);
    const runId = await start(client, "held");
    await agent.say(...messagesOf("held", runId, 0, 10));
    await expect.poll(() => numbersOf(client).length, PATIENCE).toBe(10);
    // From here on the broker hears of no acknowledgement: all of these are told, and come again.
    wire.hold("toBroker");
    await agent.say(...messagesOf("held", runId, 10, 60));
    await expect.poll(() => numbersOf(client).length, PATIENCE).toBe(60);
    await place.kill();
    wire.cut();
    await place.start();
    await agent.say(...messagesOf("held", runId, 60, 100), completed("held", runId));
    await client.next("request.completed");
    expect(numbersOf(client)).toEqual(upTo(100));
    await untilRun(place, runId, "completed");
    const events = (await readEvents(place, "request:held")).map(({ event }) => event);
    await verifyRuns(events);
    expect(numbersIn(events)).toEqual(upTo(100));
    expect(await place.received("duplicate")).toBeGreaterThanOrEqual(50);
    await expect.poll(() => stranger.count("websocket.progress"), PATIENCE).toBe(0);
  });

  test("D1: again and again, and its broker too, while 10,000 messages flow, some of them twice", async () => {
    const random = seededRandom(7);
    const all = 10_000;
    await using place = await ServerPlace.open(node.url);
    await using first = followRequest(place.origin, "many");
    await using polling = followRequest(place.origin, "many", { transports: ["polling"] });
    const runId = await start(first, "many");
    using sse = new SseFollower(place.origin, "request:many");
    await using agent = new Outsider(node.url);
    const message = (n: number): Message => messageOf("many", runId, n);
    let repeated = 0;
    let speaks = true;
    const speaking = (async () => {
      for (let n = 0; n < all; n++) {
        const said = [message(n)];
        if (random.next() < 0.05) {
          repeated += 1;
          // Near ones, and such as lie before a restart.
          said.push(message(random.int(Math.max(0, n - (random.next() < 0.5 ? 5 : 4_000)), n)));
        }
        const confirmed = agent.say(...said);
        if (n % 100 < 99) continue;
        await confirmed;
        // Not far ahead, so that it speaks while things go wrong.
        await expect.poll(() => n - numbersOf(first).length, PATIENCE).toBeLessThan(1_000);
      }
      await agent.say(completed("many", runId));
      speaks = false;
    })();
    for (const [share, what] of [
      [0.15, "server"],
      [0.3, "broker"],
      [0.5, "server"],
      [0.7, "server"],
    ] as const) {
      const at = Math.floor(all * (share + random.next() * 0.1));
      await expect.poll(() => numbersOf(first).length, PATIENCE).toBeGreaterThan(at);
      expect(speaks).toBe(true);
      if (what === "server") {
        await place.kill();
        await place.start();
      } else {
        await node.kill();
        await node.restart();
      }
    }
    await speaking;
    await using late = followRequest(place.origin, "many");
    await Promise.all([first, polling, late].map((client) => client.next("request.completed")));
    for (const client of [first, polling, late]) expect(numbersOf(client)).toEqual(upTo(all));
    expect(repeated).toBeGreaterThan(all * 0.04);
    expect(await place.received("duplicate")).toBeGreaterThan(0);
    const stored = (await readEvents(place, "request:many")).map(({ event }) => event);
    await verifyRuns(stored);
    expect(numbersIn(stored)).toEqual(upTo(all));
    await expect.poll(() => sse.events.length, PATIENCE).toBe(stored.length);
    expect(sse.events.map(({ event }) => event)).toEqual(stored);
    expect(sse.resets).toEqual([]);
  });
});
