import type { Assignment, Reception, Report } from "@throughline/gateway";
import { type Logger, silentLogger, ThroughlineError } from "@throughline/protocol";
import { noBrokerTelemetry } from "@throughline/rabbitmq";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Mailbox } from "../support/manual-agent.ts";
import { closeConnections, Stranger, TestBridge, TestLink } from "../support/broker.ts";
import { noBroker, RabbitNode } from "../support/rabbitmq-node.ts";

if (noBroker !== undefined) process.stdout.write(`skipped: ${noBroker}\n`);

let node: RabbitNode;
let link: TestLink;
let stranger: Stranger;
const never = new AbortController().signal;

function assignment(runId: string, more: Partial<Assignment["request"]> = {}): Assignment {
  const threadId = "request:r1";
  const input = { threadId, runId, messages: [], tools: [], context: [], state: {}, forwardedProps: {} };
  return { tenant: "default", threadId, request: { runId, agent: "helper", text: "do it", ...more }, input };
}

const progress = (stepId: string, more: object = {}) => ({
  type: "executor.step.progress",
  requestId: "r1",
  agent: "executor-agent",
  data: { stepId, stepOrder: 1, status: "running", ...more },
});

const applied = (): Promise<Reception> => Promise.resolve("applied");

describe.skipIf(noBroker !== undefined)("the bridge", () => {
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
    for (const queue of ["websocket.progress", "websocket.progress.dead", "agent.requests.helper"]) {
      const cleaner = await Stranger.at(node.url);
      await cleaner.delete(queue).catch(() => undefined);
      await cleaner[Symbol.asyncDispose]();
    }
    await stranger[Symbol.asyncDispose]();
  });

  test("brings reports in order and acknowledges what is durable", async () => {
    const taken = new Mailbox<(reception: Reception) => void>();
    await using bridge = new TestBridge(link, () => new Promise((resolve) => taken.put(resolve)));
    await bridge.untilReachable();
    for (const stepId of ["a", "b", "c"]) await stranger.say(progress(stepId), { messageId: stepId });
    const settle = [await taken.take(), await taken.take(), await taken.take()];
    expect(bridge.reports.map(({ name, threadId, tenant }) => [name, threadId, tenant])).toEqual(
      ["a", "b", "c"].map((id) => [`id:${id}`, "request:r1", "default"]),
    );
    // Two are durable when the connection goes; the third comes again.
    settle[0]?.("applied");
    settle[1]?.("duplicate");
    await turn();
    await link.close();
    expect(await stranger.count("websocket.progress")).toBe(1);
    settle[2]?.("applied");
  });

  test("what comes again keeps its name, and acknowledgements of a lost connection are dropped", async () => {
    const taken = new Mailbox<(reception: Reception) => void>();
    await using bridge = new TestBridge(link, () => new Promise((resolve) => taken.put(resolve)));
    await bridge.untilReachable();
    await stranger.say(progress("a"));
    const first = await taken.take();
    await closeConnections(node);
    const second = await taken.take();
    first("applied");
    second("duplicate");
    const [one, two] = bridge.reports as [Report, Report];
    expect(one.name).toBe(two.name);
    // Had the old one's acknowledgement been sent, the broker would have closed the new channel for it.
    await stranger.say(progress("b"));
    (await taken.take())("applied");
    await turn();
    await bridge.close();
    expect(await stranger.count("websocket.progress")).toBe(0);
  });

  const refusals = ["storage_full", "producer_fenced"] as const;
  test.each(refusals)("keeps and repeats in order what is refused for no fault of its own: %s", async (code) => {
    let full: ThroughlineError | undefined = new ThroughlineError(code, "Not now.");
    let refusals = 0;
    const done = new Mailbox<string>();
    await using bridge = new TestBridge(link, async ({ name = "" }) => {
      if (full !== undefined) {
        refusals += 1;
        // Takes again once this refusal has been told, and not before.
        if (refusals === 4) setImmediate(() => (full = undefined));
        throw full;
      }
      done.put(name);
      return "applied";
    });
    await bridge.untilReachable();
    for (const stepId of ["a", "b", "c"]) await stranger.say(progress(stepId), { messageId: stepId });
    expect([await done.take(), await done.take(), await done.take()]).toEqual(["id:a", "id:b", "id:c"]);
    await turn();
    await bridge.close();
    expect(await stranger.count("websocket.progress")).toBe(0);
    expect(await stranger.count("websocket.progress.dead")).toBe(0);
  });

  test("poison is put aside with the reason, and what comes after it goes on", async () => {
    const taken = new Mailbox<Report>();
    const reasons: string[] = [];
    await using bridge = new TestBridge(
      link,
      async (report) => {
        taken.put(report);
        return report.threadId === "request:none" ? "unknown" : "applied";
      },
      { telemetry: { ...noBrokerTelemetry, deadLettered: (reason) => reasons.push(reason) } },
    );
    await bridge.untilReachable();
    await stranger.say("{not json");
    await stranger.say({ type: "executor.step.progress" }, { messageId: "m2" });
    await stranger.say({ ...progress("a"), requestId: "none" });
    await stranger.say({ type: "agent.event", requestId: "r1", data: { event: { type: "CUSTOM" } } });
    await stranger.say(progress("z"), { messageId: "z" });
    const dead = await stranger.listen("websocket.progress.dead");
    while ((await taken.take()).name !== "id:z");
    await dead.until(() => dead.messages.length === 4);
    await expect.poll(() => reasons.toSorted()).toEqual(["invalid", "invalid", "invalid", "unknown"]);
    await turn();
    const second = dead.messages.find(({ properties }) => properties.messageId === "m2");
    expect(second?.properties.headers).toMatchObject({ "x-detail": expect.stringContaining("requestId") });
    await bridge.close();
    expect(await stranger.count("websocket.progress")).toBe(0);
  });

  test("an error that does not pass is put aside too, and never loops", async () => {
    const taken = new Mailbox<Report>();
    await using bridge = new TestBridge(link, async (report) => {
      taken.put(report);
      throw new ThroughlineError("internal", "A bug.");
    });
    await bridge.untilReachable();
    await stranger.say(progress("a"));
    const dead = await stranger.listen("websocket.progress.dead");
    await dead.until((bodies) => bodies.length === 1);
    expect(dead.messages[0]?.properties.headers).toMatchObject({ "x-reason": "internal", "x-detail": "A bug." });
    expect(bridge.reports).toHaveLength(1);
  });

  test("R3: refuses to hand over what no worker would take, for certain", async () => {
    await using bridge = new TestBridge(link, applied);
    await expect(bridge.hand(assignment("run-1"), never)).rejects.toMatchObject({ code: "unavailable" });
  });

  test("hands a start over, and an answer", async () => {
    const requests = await askForRequests(stranger, link);
    await using bridge = new TestBridge(link, applied);
    await bridge.hand(assignment("run-1", { context: { depth: 2 } }), never);
    const resume = [{ interruptId: "q1", status: "resolved" as const, payload: "yes" }];
    await bridge.hand(assignment("run-2", { resume, parentRunId: "run-1" }), never);
    const [start, feedback] = await requests.until((bodies) => bodies.length === 2);
    expect(start).toMatchObject({
      type: "request.start",
      requestId: "r1",
      runId: "run-1",
      agent: "helper",
      userQuery: "do it",
      context: { depth: 2 },
      input: { threadId: "request:r1" },
    });
    expect(feedback).toMatchObject({
      type: "request.feedback",
      runId: "run-2",
      parentRunId: "run-1",
      questionId: "q1",
      answer: "yes",
    });
    expect(requests.messages.map(({ properties, fields }) => [properties.messageId, fields.routingKey])).toEqual([
      ["run-1", "request.start"],
      ["run-2", "request.feedback"],
    ]);
    expect(requests.messages[0]?.properties.deliveryMode).toBe(2);
  });

  test("handing over goes on across a lost connection, until it is called off", async () => {
    const requests = await askForRequests(stranger, link);
    await using bridge = new TestBridge(link, applied);
    await bridge.untilReachable();
    await node.alarm(true);
    try {
      // The first finds out that the broker is blocked; it may or may not get through.
      const first = bridge.hand(assignment("run-1"), never);
      await link.until("blocked");
      expect(bridge.reachable).toBe(false);
      const calledOff = new AbortController();
      const second = bridge.hand(assignment("run-2"), calledOff.signal);
      const third = bridge.hand(assignment("run-3"), never);
      calledOff.abort(new ThroughlineError("run_not_active", "Called off."));
      await expect(second).rejects.toMatchObject({ code: "run_not_active" });
      await node.alarm(false);
      await bridge.untilReachable();
      await Promise.all([first, third]);
    } finally {
      await node.alarm(false);
    }
    const bodies = await requests.until((all) => all.some(({ runId }) => runId === "run-3"));
    expect(bodies.map(({ runId }) => runId as string)).toEqual(["run-1", "run-3"]);
  });

  test.each([
    ["names an agent too long for a message", { request: { agent: "a".repeat(129) } }],
    ["has a state too deep for a message", { input: { state: nested(60) } }],
    ["is larger than a message", { request: { text: "x".repeat(5 * 1024 * 1024) } }],
  ] as const)("R3: refuses at once what no worker could read: a request that %s", async (_, odd) => {
    const requests = await askForRequests(stranger, link);
    await using bridge = new TestBridge(link, applied);
    const fine = assignment("run-1");
    const request = { ...fine.request, ...("request" in odd ? odd.request : {}) };
    const input = { ...fine.input, ...("input" in odd ? odd.input : {}) };
    await expect(bridge.hand({ ...fine, request, input }, never)).rejects.toMatchObject({ code: "invalid_input" });
    await bridge.hand(assignment("run-2"), never);
    await requests.until((bodies) => bodies.some(({ runId }) => runId === "run-2"));
    expect(requests.messages).toHaveLength(1);
  });

  test("takes in what agents have said while the broker is too full to be published to", async () => {
    await askForRequests(stranger, link);
    const taken = new Mailbox<(reception: Reception) => void>();
    const take = (): Promise<Reception> => new Promise((resolve) => taken.put(resolve));
    await using incoming = new TestLink(node.url);
    await using bridge = new TestBridge(link, take, { incoming, prefetch: 2 });
    await bridge.untilReachable();
    const said = ["a", "b", "c", "d", "e"];
    for (const stepId of said) await stranger.say(progress(stepId), { messageId: stepId });
    const first = [await taken.take(), await taken.take()];
    await node.alarm(true);
    try {
      const handed = bridge.hand(assignment("run-1"), never);
      await link.until("blocked");
      // Were they not heard, the queue could never shrink, nor the alarm end.
      for (const settle of first) settle("applied");
      for (const _ of said.slice(2)) (await taken.take())("applied");
      await node.alarm(false);
      await handed;
    } finally {
      await node.alarm(false);
    }
  });

  test("tells the last word about each run once the broker is back", async () => {
    await using bridge = new TestBridge(link, applied);
    await bridge.untilReachable();
    await stranger[Symbol.asyncDispose]();
    await node.stop();
    await bridge.untilReachable(false);
    const about = { tenant: "default", threadId: "request:r1" };
    bridge.tell({ type: "pause", ...about, runId: "run-1" });
    bridge.tell({ type: "pause", ...about, runId: "run-2" });
    bridge.tell({ type: "cancel", ...about, runId: "run-1" });
    // Listens before the bridge is back: the link is held off until the listener is there.
    await link.close();
    await bridge.close();
    await node.restart();
    stranger = await Stranger.at(node.url);
    const notices = await stranger.listen("notices", { exchange: "agent.control", key: "" });
    link = new TestLink(node.url);
    await using again = new TestBridge(link, applied);
    again.tell({ type: "pause", ...about, runId: "run-1" });
    again.tell({ type: "cancel", ...about, runId: "run-1" });
    again.tell({ type: "resume", ...about, runId: "run-2" });
    expect(await notices.until((bodies) => bodies.length === 2)).toEqual([
      { type: "cancel", requestId: "r1", runId: "run-1" },
      { type: "resume", requestId: "r1", runId: "run-2" },
    ]);
    await stranger.delete("notices");
  });

  test("says what to do about a queue of another kind, and goes on once it is gone", async () => {
    await stranger.declare("websocket.progress", { durable: true });
    const said = new Mailbox<unknown>();
    const logger: Logger = { ...silentLogger, error: (_, fields) => said.put(fields), child: () => logger };
    await using other = new TestLink(node.url, { logger });
    await using bridge = new TestBridge(other, applied);
    expect(await said.take()).toMatchObject({
      error: { code: "invalid_setting", message: expect.stringContaining('queue "websocket.progress"') },
    });
    await stranger.delete("websocket.progress");
    await bridge.untilReachable();
  });
});

/** A state of this depth. */
function nested(depth: number): object {
  return depth === 1 ? {} : { in: nested(depth - 1) };
}

/** Lets everything happen that waits for nobody. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A queue of requests as a worker has it. */
async function askForRequests(stranger: Stranger, link: TestLink) {
  await link.until("up");
  await using bridge = new TestBridge(link, applied);
  await bridge.untilReachable();
  return await stranger.listen("agent.requests.helper", { exchange: "agent.requests", key: "request.*" });
}
