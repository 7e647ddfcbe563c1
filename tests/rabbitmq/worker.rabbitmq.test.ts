import { type Agent, type AguiEvent, ThroughlineError } from "@throughline/protocol";
import { scripted } from "@throughline/agents";
import { serveAgent, type ServeAgentOptions } from "@throughline/rabbitmq";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { closeConnections, type Inbox, isWord, Stranger, world } from "../support/broker.ts";
import { Mailbox, manualAgent } from "../support/manual-agent.ts";
import { noBroker, RabbitNode } from "../support/rabbitmq-node.ts";

if (noBroker !== undefined) process.stdout.write(`skipped: ${noBroker}\n`);

let node: RabbitNode;
let stranger: Stranger;
let said: Inbox;
const workers: { close(graceMs?: number): Promise<void> }[] = [];

function serve(agent: Agent, options: Partial<ServeAgentOptions> = {}) {
  const worker = serveAgent({ ...world, broker: node.url, agent, ...options });
  workers.push(worker);
  return worker;
}

/** A request as a gateway makes it. */
const request = (runId: string, text: string, agent = "scripted") => ({
  type: "request.start",
  requestId: "r1",
  runId,
  agent,
  userQuery: text,
  context: {},
  input: {
    threadId: "request:r1",
    runId,
    messages: [{ id: `${runId}-user`, role: "user", content: text }],
    tools: [],
    context: [],
    state: {},
    forwardedProps: {},
  },
});

const control = (type: string, runId: string) => ({ type, requestId: "r1", runId });
const tokens = (bodies: any[]): string[] =>
  bodies.flatMap(({ data }) =>
    data.event?.type === "TEXT_MESSAGE_CONTENT" ? [data.event.delta.trim() as string] : [],
  );
const ended = (bodies: any[]): boolean =>
  bodies.some(({ type, data }) => type === "request.completed" || (type === "agent.error" && data.fatal === true));

describe.skipIf(noBroker !== undefined)("a worker", () => {
  beforeAll(async () => {
    node = await RabbitNode.start();
  });
  afterAll(async () => {
    await node?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    stranger = await Stranger.at(node.url);
    await stranger.exchanges();
    said = await stranger.listen("said", { exchange: "agent.events", key: "#" }, isWord);
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.close(0)));
    await stranger[Symbol.asyncDispose]();
    await using cleaner = await Stranger.at(node.url);
    for (const queue of ["said", "agent.requests.scripted", "agent.requests.manual"]) await cleaner.delete(queue);
  });

  test("says what its agent says, in order, each message named by its place", async () => {
    serve(scripted);
    await stranger.untilAsked("scripted");
    await stranger.ask(request("run-1", "tokens=200 interval=0 tools=1 steps=1"));
    const bodies = await said.until(ended);
    expect(tokens(bodies)).toEqual(Array.from({ length: 200 }, (_, index) => `t${index}`));
    expect(bodies.at(-1)).toMatchObject({
      type: "request.completed",
      requestId: "r1",
      runId: "run-1",
      agent: "scripted",
    });
    expect(said.messages.map(({ properties }) => properties.messageId as string)).toEqual(
      bodies.map((_, index) => `run-1:${index + 1}`),
    );
    expect(said.messages.every(({ fields }, index) => fields.routingKey === bodies[index].type)).toBe(true);
  });

  test("works on a run once, however often it is asked, and on nothing that names another", async () => {
    serve(scripted);
    await stranger.untilAsked("scripted");
    await stranger.ask(request("run-0", "tokens=1", "somebody-else"));
    await stranger.ask(request("run-1", "tokens=1 interval=0"));
    await said.until(ended);
    await stranger.ask(request("run-1", "tokens=1 interval=0"));
    await stranger.ask(request("run-2", "tokens=1 interval=0"));
    const bodies = await said.until((all) => all.filter(({ type }) => type === "request.completed").length === 2);
    expect(bodies.filter(({ type }) => type === "request.completed").map(({ runId }) => runId as string)).toEqual([
      "run-1",
      "run-2",
    ]);
  });

  test("R5: a cancel stops the agent, one that came before the request too", async () => {
    const { agent, next } = manualAgent();
    serve(agent);
    await stranger.untilAsked("manual");
    await stranger.tell(control("cancel", "run-0"));
    await stranger.ask(request("run-0", "", "manual"));
    await stranger.ask(request("run-1", "", "manual"));
    const run = await next();
    expect(run.input.runId).toBe("run-1");
    const aborted = new Promise((resolve) => run.context.signal.addEventListener("abort", resolve));
    await stranger.tell(control("cancel", "run-1"));
    await aborted;
    await stranger.ask(request("run-2", "", "manual"));
    (await next()).finish();
    expect((await said.until(ended)).map(({ runId }) => runId as string)).toEqual(["run-2"]);
  });

  test("is held by a pause and goes on by a resume", async () => {
    const { agent, next } = manualAgent();
    serve(agent);
    await stranger.untilAsked("manual");
    await stranger.ask(request("run-1", "", "manual"));
    const run = await next();
    await stranger.tell(control("pause", "run-1"));
    const held = await untilHeld(run.context.checkpoint);
    await stranger.tell(control("resume", "run-1"));
    await held.passing;
    run.finish();
    await said.until(ended);
  });

  test("what an agent throws ends the run with its code", async () => {
    serve(scripted);
    await stranger.untilAsked("scripted");
    await stranger.ask(request("run-1", "tokens=3 interval=0 fail=2"));
    const bodies = await said.until(ended);
    expect(tokens(bodies)).toEqual(["t0", "t1"]);
    expect(bodies.at(-1)).toMatchObject({ type: "agent.error", data: { code: "agent_error", fatal: true } });
  });

  test("R1: what an agent throws ends the run, however long its message is", async () => {
    const agent: Agent = {
      name: "manual",
      // oxlint-disable-next-line require-yield -- it never comes to that
      run: async function* () {
        throw new Error("x".repeat(200_000));
      },
    };
    serve(agent);
    await stranger.untilAsked("manual");
    await stranger.ask(request("run-1", "", "manual"));
    const [last] = await said.until(ended);
    expect(last).toMatchObject({ runId: "run-1", data: { code: "agent_error", fatal: true } });
  });

  test("one that was full when its connection went takes what waits once it has a hand free", async () => {
    const { agent, next } = manualAgent();
    serve(agent, { maxRuns: 1 });
    await stranger.untilAsked("manual");
    await stranger.ask(request("run-1", "", "manual"));
    const first = await next();
    await stranger.ask(request("run-2", "", "manual"));
    await untilHeldBack(1);
    await closeConnections(node);
    await stranger.untilAsked("manual");
    await untilHeldBack(1);
    first.finish();
    const second = await next();
    expect(second.input.runId).toBe("run-2");
    second.finish();
    await said.until((bodies) => bodies.filter(({ type }) => type === "request.completed").length === 2);
  });

  test("an agent that writes elsewhere is told when its host has no way to", async () => {
    const { agent, next } = manualAgent();
    serve(agent);
    await stranger.untilAsked("manual");
    await stranger.ask(request("run-1", "", "manual"));
    const run = await next();
    await expect(run.context.charts.streamChartCommand("s", "LOAD:AAPL")).rejects.toMatchObject({
      code: "unavailable",
    });
    run.finish();
    await said.until(ended);
  });

  test("D1: what comes back to it since no queue is there ends the run, once one is, and leaves no silent gap", async () => {
    const { agent, next } = manualAgent();
    serve(agent);
    await stranger.untilAsked("manual");
    await stranger.ask(request("run-1", "", "manual"));
    const run = await next();
    await run.emit({ type: "TEXT_MESSAGE_START", messageId: "m", role: "assistant" } as AguiEvent);
    await said.until((bodies) => bodies.length === 1);
    await stranger.delete("said");
    const aborted = new Promise((resolve) => run.context.signal.addEventListener("abort", resolve));
    void run.emit({ type: "TEXT_MESSAGE_CONTENT", messageId: "m", delta: "lost" } as AguiEvent);
    await aborted;
    const after = await stranger.listen("said", { exchange: "agent.events", key: "#" }, isWord);
    const [last] = await after.until((bodies) => bodies.length > 0);
    expect(last).toMatchObject({ type: "agent.error", runId: "run-1", data: { code: "unavailable", fatal: true } });
  });

  test("closing lets runs finish, and ends what takes too long with server_restart", async () => {
    const { agent, next } = manualAgent();
    const worker = serve(agent);
    await stranger.untilAsked("manual");
    await stranger.ask(request("run-1", "", "manual"));
    await stranger.ask(request("run-2", "", "manual"));
    const first = await next();
    await next();
    first.finish();
    await said.until(ended);
    await worker.close(50);
    const bodies = await said.until((all) => all.length === 2);
    expect(bodies.at(-1)).toMatchObject({ runId: "run-2", type: "agent.error", data: { code: "server_restart" } });
  });

  test.each(["stop", "kill"] as const)(
    "D1: loses and doubles nothing when the broker goes in the middle (%s)",
    async (how) => {
      const released = new Mailbox<void>();
      const count = 400;
      const agent: Agent = {
        name: "manual",
        run: async function* () {
          yield { type: "TEXT_MESSAGE_START", messageId: "m", role: "assistant" } as AguiEvent;
          for (let index = 0; index < count; index++) {
            if (index === 200) await released.take();
            yield { type: "TEXT_MESSAGE_CONTENT", messageId: "m", delta: `t${index}` } as AguiEvent;
          }
        },
      };
      serve(agent);
      await stranger.untilAsked("manual");
      await stranger.ask(request("run-1", "", "manual"));
      await said.until((bodies) => tokens(bodies).length === 200);
      // While nobody is there the agent goes on as far as there is room, and then waits.
      const down = node[how]();
      released.put();
      await down;
      await stranger[Symbol.asyncDispose]();
      await node.restart();
      stranger = await Stranger.at(node.url);
      const after = await stranger.listen("said", undefined, isWord);
      // All of it may have come while the broker was still going.
      if (!ended(said.bodies)) await after.until(ended);
      const all = [...tokens(said.bodies), ...tokens(after.bodies)];
      expect([...new Set(all)]).toEqual(Array.from({ length: count }, (_, index) => `t${index}`));
      // A repeat has the name of what it repeats.
      const names = [...said.messages, ...after.messages].map(({ properties }) => properties.messageId as string);
      expect(new Set(names).size).toBe(count + 2);
    },
  );

  test("refuses a URL that is none, without showing it", () => {
    const refusal = (): unknown => serveAgent({ ...world, broker: "http://me:secret@host", agent: scripted });
    expect(refusal).toThrow(expect.objectContaining({ code: "invalid_setting" }));
    expect(refusal).toThrow(ThroughlineError);
    expect(refusal).not.toThrow(/secret/);
  });
});

/** Waits until the worker has this many requests that it has not acknowledged. */
async function untilHeldBack(count: number): Promise<void> {
  const line = `agent.requests.manual\t${count}`;
  while (!(await node.control("list_queues", "name", "messages_unacknowledged")).includes(line));
}

/** Comes to the checkpoint again and again, until it lets nobody through. @returns who waits there */
async function untilHeld(checkpoint: () => Promise<void>): Promise<{ readonly passing: Promise<void> }> {
  for (;;) {
    const passing = checkpoint();
    const turn = new Promise<boolean>((resolve) => {
      setImmediate(() => resolve(false));
    });
    if (!(await Promise.race([passing.then(() => true), turn]))) return { passing };
  }
}
