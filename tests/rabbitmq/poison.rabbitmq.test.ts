import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stranger } from "../support/broker.ts";
import { gatewayOn } from "../support/broker-gateway.ts";
import { noBroker, RabbitNode } from "../support/rabbitmq-node.ts";
import { followRequest } from "../support/request-client.ts";
import { readEvents, verifyRuns } from "../support/thread.ts";

/** What no gateway can use, between what it can. */

if (noBroker !== undefined) process.stdout.write(`skipped: ${noBroker}\n`);

const PATIENCE = { timeout: 60_000, interval: 20 };

let node: RabbitNode;

type Body = Parameters<Stranger["say"]>[0] | Buffer;
interface Poison {
  readonly what: string;
  readonly body: Body;
  /** Whether it has a message_id; default true. */
  readonly named?: boolean;
  readonly reason: "invalid" | "unknown";
  /** What the reason given to people holds. */
  readonly detail: RegExp;
}

const about = { requestId: "r1", runId: "run:r1", agent: "executor-agent" };
const step = (stepId: string) => ({
  type: "executor.step.progress",
  ...about,
  data: { stepId, stepOrder: 1, tool: "t", status: "running" },
});
const progress = (data: object) => ({ type: "executor.step.progress", ...about, data }) as const;

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

const POISON: readonly Poison[] = [
  { what: "no JSON", body: "{not json", reason: "invalid", detail: /JSON/i },
  { what: "nothing at all", body: "", reason: "invalid", detail: /./ },
  { what: "JSON that is no object", body: "[1, 2]", reason: "invalid", detail: /object/i },
  { what: "bytes", body: Buffer.from([0xff, 0x00, 0xfe, 0x80]), reason: "invalid", detail: /UTF-8/ },
  { what: "a type that is none", body: { type: "agent.sings", ...about, data: {} }, reason: "invalid", detail: /type/ },
  { what: "no request", body: { type: "agent.heartbeat", data: {} }, reason: "invalid", detail: /requestId/ },
  { what: "a step without a status", body: progress({ stepId: "a" }), reason: "invalid", detail: /status/ },
  {
    what: "a step whose id is no text",
    body: progress({ stepId: 7, status: "running" }),
    reason: "invalid",
    detail: /stepId/,
  },
  {
    what: "an event that nothing tells from a repeat",
    body: { type: "agent.event", ...about, data: { event: { type: "CUSTOM", name: "x", value: 1 } } },
    named: false,
    reason: "invalid",
    detail: /message_id/,
  },
  {
    what: "more bytes than a message may have",
    body: progress({ stepId: "big", status: "running", filler: "x".repeat(5 * 1024 * 1024) }),
    reason: "invalid",
    detail: /bytes/,
  },
  {
    what: "deeper than a message may be",
    body: progress({ stepId: "deep", status: "running", result: nested(100) }),
    reason: "invalid",
    detail: /./,
  },
  {
    what: "keys that reach for prototypes",
    body: '{"type":"agent.heartbeat","requestId":"r1","data":{"__proto__":{"polluted":true}}}',
    reason: "invalid",
    detail: /./,
  },
  {
    what: "a request that never was",
    body: { ...step("a"), requestId: "nobody" },
    reason: "unknown",
    detail: /nobody/,
  },
  { what: "a run that never was", body: { ...step("a"), runId: "run:nobody" }, reason: "unknown", detail: /r1/ },
  {
    what: "a request whose id can be none",
    body: { ...step("a"), requestId: "a b/c" },
    reason: "invalid",
    detail: /./,
  },
];

describe.skipIf(noBroker !== undefined)("poison", () => {
  beforeAll(async () => {
    node = await RabbitNode.start();
  });
  afterAll(async () => {
    await node?.[Symbol.asyncDispose]();
  });

  test("A3: is put aside once with the reason and what it was, and the run goes on between", async () => {
    await using stranger = await Stranger.at(node.url);
    await stranger.exchanges();
    const requests = await stranger.listen("agent.requests.them", { exchange: "agent.requests", key: "request.*" });
    await using server = await gatewayOn(node.url);
    await using client = followRequest(server.origin, "r1");
    const ack = await client.ask("start", { requestId: "r1", userQuery: "go", context: { agent: "them" } });
    expect(ack).toMatchObject({ ok: true, runId: "run:r1" });
    await requests.until((bodies) => bodies.length === 1);
    const good: string[] = [];
    for (const [index, { body, named = true }] of POISON.entries()) {
      await stranger.say(body, named ? { messageId: `poison-${index}` } : {});
      const stepId = `good-${index}`;
      good.push(stepId);
      await stranger.say(step(stepId));
    }
    await stranger.say({ type: "request.completed", ...about, data: { result: "done" } });
    await client.next("request.completed");
    expect(
      client.frames
        .filter(({ type, status }) => type === "progress" && status === "running")
        .map(({ step: id }) => id as string),
    ).toEqual(good);
    await verifyRuns((await readEvents(server, "request:r1")).map(({ event }) => event));

    await expect.poll(() => stranger.count("websocket.progress.dead"), PATIENCE).toBe(POISON.length);
    const dead = await stranger.listen("websocket.progress.dead");
    await dead.until(() => dead.messages.length === POISON.length);
    for (const { what, body, reason, detail } of POISON) {
      const message = dead.messages.find(({ content }) => content.equals(bytesOf(body)));
      expect(message?.properties.headers, what).toMatchObject({
        "x-reason": reason,
        "x-detail": expect.stringMatching(detail),
        "x-exchange": "agent.events",
        "x-routing-key": expect.any(String),
      });
    }
    // All that was said is dealt with, and none of it comes again.
    expect(await stranger.count("websocket.progress")).toBe(0);
    await server[Symbol.asyncDispose]();
    expect(await stranger.count("websocket.progress")).toBe(0);
    expect(await stranger.count("websocket.progress.dead")).toBe(0);
  });
});

function bytesOf(body: Body): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}
