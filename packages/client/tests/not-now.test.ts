import { type Agent, EventType, ThroughlineError } from "@throughline/protocol";
import type { TestServerOptions } from "@throughline/testing";
import { expect, test } from "vitest";
import { memoryStorage, type Thread } from "../src/index.ts";
import { talker } from "./support/agents.ts";
import { openWorld, type World } from "./support/world.ts";

/** How long the server that goes down gives its runs, in ms. */
const GRACE_MS = 20_000;

/** A run goes on, and the server has begun to go down around it. */
async function untilDraining(world: World, thread: Thread): Promise<void> {
  thread.view.subscribe(() => {});
  void thread.send("first");
  await world.until(() => thread.view.get().view.runs.length === 1, "the first run");
  void world.server.gateway.drain(GRACE_MS);
}

/** The next process on the same data. */
async function restart({ server }: World): Promise<void> {
  await server.stop();
  await server.start();
}

const messagesOf = (thread: Thread): unknown[] =>
  thread.view.get().view.messages.flatMap(({ role, content }) => (role === "user" ? [content] : []));

test("R4 D6: what is said to a server that goes down waits, with the reason, and the next one is told once, in its order", async () => {
  await using world = await openWorld({ agents: [talker(100_000)] });
  const client = world.client();
  const thread = client.thread("t1");
  await untilDraining(world, thread);
  const sent = ["second", "third"].map((text) => thread.send(text));
  await world.until(() => thread.view.get().outgoing[0]?.status === "waiting", "the refusal");
  expect(thread.view.get().outgoing[0]).toMatchObject({ text: "second", error: { code: "draining" } });
  expect(thread.view.get().status).toBe("streaming");
  expect(client.metrics.get()).toMatchObject({ queued: 2, dropped: 0 });
  await world.clock.advance(GRACE_MS + 1_000);
  await restart(world);
  await world.until(() => thread.view.get().view.runs.length === 2, "the second run");
  // The third has its place behind it.
  await world.until(() => thread.view.get().outgoing[0]?.status === "accepted", "the third");
  const [second, third] = await Promise.all(sent);
  expect(thread.view.get().view.runs[1]?.runId).toBe(second?.runId);
  await world.server.within(thread.stop(second?.runId));
  await world.until(() => thread.view.get().view.runs[2]?.runId === third?.runId, "the third run");
  expect(messagesOf(thread)).toEqual(["first", "second", "third"]);
  expect(thread.view.get().view.runs).toHaveLength(3);
  expect(client.metrics.get()).toMatchObject({ queued: 0, dropped: 0 });
});

test("R5: what waits for the next server keeps nobody from stopping the run that goes on", async () => {
  await using world = await openWorld({ agents: [talker(100_000)] });
  const thread = world.client().thread("t1");
  await untilDraining(world, thread);
  void thread.send("second");
  await world.until(() => thread.view.get().outgoing[0]?.status === "waiting", "the refusal");
  await world.server.within(thread.stop(thread.view.get().view.runs[0]?.runId));
  expect(thread.view.get().outgoing[0]?.status).toBe("waiting");
});

test("R5: a message that waits and is stopped comes to nothing at the next server, too", async () => {
  await using world = await openWorld({ agents: [talker(100_000)] });
  const thread = world.client().thread("t1");
  await untilDraining(world, thread);
  const sent = thread.send("second");
  await world.until(() => thread.view.get().outgoing[0]?.status === "waiting", "the refusal");
  const stopped = thread.stop(thread.view.get().outgoing[0]?.runId);
  await world.clock.advance(GRACE_MS + 1_000);
  await restart(world);
  await world.server.within(Promise.all([sent, stopped]));
  await world.until(() => thread.view.get().view.runs[1]?.status === "cancelled", "the end of the second run");
});

test("R4 D6: a question that is answered while the server goes down has its answer from the next", async () => {
  const asker: Agent = {
    name: "asker",
    run: async function* ({ threadId, runId, resume }) {
      if (resume !== undefined) return;
      const interrupts = [{ id: "q1", reason: "input_required", message: "Go on?" }];
      yield { type: EventType.RUN_FINISHED, threadId, runId, outcome: { type: "interrupt", interrupts } };
    },
  };
  await using world = await openWorld({ agents: [talker(100_000), asker] });
  const client = world.client();
  const thread = client.thread("asks");
  thread.view.subscribe(() => {});
  void thread.send({ text: "ask me", agent: "asker" });
  await world.until(() => thread.view.get().view.pendingInterrupts.length === 1, "the question");
  await untilDraining(world, client.thread("t1"));
  const answered = thread.answer("q1", "yes");
  await world.clock.advance(GRACE_MS + 1_000);
  expect(client.metrics.get().queued).toBe(1);
  await restart(world);
  await world.server.within(answered);
  await world.until(() => thread.view.get().view.runs.length === 2, "the run that goes on from it");
  expect(thread.view.get().view.pendingInterrupts).toEqual([]);
});

test("what no server takes within a minute has failed for the reason they gave, and can be sent again", async () => {
  await using world = await openWorld({ agents: [talker(100_000)] });
  const client = world.client();
  const dropped: string[] = [];
  client.on("dropped", ({ error }) => dropped.push(error.code));
  const thread = client.thread("t1");
  thread.view.subscribe(() => {});
  void thread.send("first");
  await world.until(() => thread.view.get().view.runs.length === 1, "the first run");
  void world.server.gateway.drain(10 * 60_000);
  const sent = thread.send("second").then(
    () => "sent",
    (error: unknown) => ThroughlineError.from(error).code,
  );
  await world.clock.advance(61_000);
  expect([await sent, ...dropped]).toEqual(["draining", "draining"]);
  const [failed] = thread.view.get().outgoing;
  expect(failed).toMatchObject({ status: "failed", error: { code: "draining" } });
  void thread.retry(failed?.runId ?? "");
  await restart(world);
  await world.until(() => thread.view.get().view.runs[1]?.runId === failed?.runId, "the second run");
});

test("R4: a message that waits for the next server survives a reload", async () => {
  await using world = await openWorld({ agents: [talker(100_000)] });
  const storage = memoryStorage();
  const before = world.client({ storage });
  await untilDraining(world, before.thread("t1"));
  void before.thread("t1").send("second");
  await world.until(() => before.thread("t1").view.get().outgoing[0]?.status === "waiting", "the refusal");
  before.disconnect();
  await restart(world);
  const thread = world.client({ storage }).thread("t1");
  expect(thread.view.get().outgoing).toMatchObject([{ text: "second", status: "sending", error: null }]);
  thread.view.subscribe(() => {});
  await world.until(() => thread.view.get().view.runs.length === 2, "the second run");
  expect(messagesOf(thread)).toEqual(["first", "second"]);
});

test("R4: what cannot be taken for want of a worker is sent again over the same connection, in its order", async () => {
  let reachable = false;
  const handed: string[] = [];
  const workers: TestServerOptions["workers"] = {
    serves: (threadId) => threadId === "far",
    get reachable() {
      return reachable;
    },
    onReachable: () => () => {},
    hand: ({ request }) => {
      handed.push(request.runId);
      return Promise.resolve();
    },
    tell: () => {},
  };
  await using world = await openWorld({ agents: [talker(1)], workers });
  const client = world.client();
  const thread = client.thread("far");
  thread.view.subscribe(() => {});
  const sent = ["a", "b"].map((text) => thread.send(text));
  await world.until(() => thread.view.get().outgoing[0]?.status === "waiting", "the refusal");
  expect(thread.view.get().outgoing[0]?.error?.code).toBe("unavailable");
  await world.clock.advance(10_000);
  reachable = true;
  // Said just as a worker is there again: it does not overtake.
  const last = thread.send("c");
  const runIds = (await world.server.within(Promise.all([...sent, last]))).map(({ runId }) => runId);
  expect(client.metrics.get()).toMatchObject({ connections: 1, queued: 0 });
  await world.until(() => thread.view.get().view.runs.length === 1, "the first run");
  expect(handed).toEqual([runIds[0]]);
  expect(thread.view.get().outgoing.map(({ runId }) => runId)).toEqual(runIds.slice(1));
  // Elsewhere nobody waits.
  await world.server.within(client.thread("near").send("at once"));
});
