import type { Reception } from "@throughline/gateway";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Stranger, TestBridge, TestLink } from "../support/broker.ts";
import { Mailbox } from "../support/manual-agent.ts";
import { noBroker, RabbitNode } from "../support/rabbitmq-node.ts";

/** What agents say in many bytes: how much of it the gateway takes in at a time. */

if (noBroker !== undefined) process.stdout.write(`skipped: ${noBroker}\n`);

const PATIENCE = { timeout: 60_000, interval: 20 };
const MIB = 1024 * 1024;

let node: RabbitNode;
let link: TestLink;
let stranger: Stranger;

/** A message of about so many bytes. */
const large = (stepId: string, bytes: number) => ({
  type: "executor.step.progress",
  requestId: `r-${stepId}`,
  agent: "executor-agent",
  data: { stepId, status: "running", filler: "x".repeat(bytes) },
});

const names = (bridge: TestBridge): (string | undefined)[] => bridge.reports.map(({ name }) => name);

describe.skipIf(noBroker !== undefined)("large messages", () => {
  beforeAll(async () => {
    node = await RabbitNode.start();
  });
  afterAll(async () => {
    await node?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    link = new TestLink(node.url);
    stranger = await Stranger.at(node.url);
  });
  afterEach(async () => {
    await link.close();
    for (const queue of ["websocket.progress", "websocket.progress.dead"]) await stranger.delete(queue);
    await stranger[Symbol.asyncDispose]();
  });

  test("A3: are read a few at a time, however many the broker has sent, and all are taken in order", async () => {
    const taken = new Mailbox<(reception: Reception) => void>();
    await using bridge = new TestBridge(link, () => new Promise((resolve) => taken.put(resolve)));
    await bridge.untilReachable();
    const ids = Array.from({ length: 12 }, (_, n) => `m${n}`);
    for (const id of ids) await stranger.say(large(id, 3 * MIB), { messageId: id });
    await untilHeld("messages_unacknowledged", ids.length);
    const first = [];
    for (let n = 0; n < 5; n++) first.push(await taken.take());
    // 16 MiB at most are read: a sixth would be more.
    expect(names(bridge)).toEqual(ids.slice(0, 5).map((id) => `id:${id}`));
    first[0]?.("applied");
    const sixth = await taken.take();
    expect(names(bridge)).toHaveLength(6);
    for (const settle of [...first.slice(1), sixth]) settle("applied");
    for (let n = 6; n < ids.length; n++) (await taken.take())("applied");
    expect(names(bridge)).toEqual(ids.map((id) => `id:${id}`));
    await untilHeld("messages", 0);
  });

  test("A3: what is read when the connection goes keeps nothing back that comes over the next", async () => {
    const taken = new Mailbox<(reception: Reception) => void>();
    const take = (): Promise<Reception> => new Promise((resolve) => taken.put(resolve));
    await using lost = new TestLink(node.url);
    const before = new TestBridge(link, take, { incoming: lost });
    await before.untilReachable();
    const ids = Array.from({ length: 8 }, (_, n) => `m${n}`);
    for (const id of ids) await stranger.say(large(id, 3 * MIB), { messageId: id });
    const first = await taken.take();
    await lost.close();
    first("applied");
    await using again = new TestBridge(link, () => Promise.resolve("applied"));
    await expect.poll(() => names(again).length, PATIENCE).toBe(ids.length);
    expect(names(again)).toEqual(ids.map((id) => `id:${id}`));
    // Nothing more of what came over the lost one was begun.
    expect(names(before).length).toBeLessThanOrEqual(5);
    await before.close();
    await untilHeld("messages", 0);
  });

  test("A3: those that are too large are put aside whole, with their size and what it may be", async () => {
    await using bridge = new TestBridge(link, () => Promise.resolve("applied"));
    await bridge.untilReachable();
    const huge = Buffer.from(JSON.stringify(large("huge", 10 * MIB)));
    await stranger.say(large("before", 1), { messageId: "before" });
    for (let n = 0; n < 3; n++) await stranger.say(huge, { messageId: `huge-${n}` });
    await stranger.say(large("after", 1), { messageId: "after" });
    const dead = await stranger.listen("websocket.progress.dead");
    await dead.until(() => dead.messages.length === 3);
    await expect.poll(() => names(bridge), PATIENCE).toEqual(["id:before", "id:after"]);
    for (const message of dead.messages) {
      expect(message.content.equals(huge)).toBe(true);
      expect(message.properties.headers).toMatchObject({
        "x-reason": "invalid",
        "x-detail": `It has ${huge.length} bytes; a message may have ${4 * MIB}.`,
      });
    }
  });
});

/** Waits until the gateways' queue has so many messages of this kind. */
async function untilHeld(kind: "messages" | "messages_unacknowledged", count: number): Promise<void> {
  const line = `websocket.progress\t${count}\n`;
  while (!(await node.control("list_queues", "name", kind)).includes(line));
}
