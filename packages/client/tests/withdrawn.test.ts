import { ThroughlineError } from "@throughline/protocol";
import { expect, test } from "vitest";
import { memoryStorage, type Thread } from "../src/index.ts";
import { talker } from "./support/agents.ts";
import { openWorld, storedEvents, type World } from "./support/world.ts";

/** Messages that wait for their turn and never get it, and those that are taken back before they are sent. */

const FIRST_MS = 5_000;

/** A run goes on, and behind it a message of the same person waits. @returns that message's run */
async function waitBehindFirst(world: World, thread: Thread): Promise<string> {
  thread.view.subscribe(() => {});
  void thread.send("first");
  await world.until(() => thread.view.get().view.status === "running", "the first run");
  const { runId } = await world.server.within(thread.send("second"));
  await world.until(() => thread.view.get().outgoing[0]?.status === "accepted", "its place behind the first");
  return runId;
}

const outgoingOf = (thread: Thread): unknown[] =>
  thread.view.get().outgoing.map(({ text, status, error }) => [text, status, error?.code]);

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "done",
    (error: unknown) => ThroughlineError.from(error).code,
  );

test("R5: a message that waits and that somebody else cancels is on its way no more", async () => {
  await using world = await openWorld({ agents: [talker(FIRST_MS / 10)] });
  const thread = world.client().thread("t1");
  const waiting = await waitBehindFirst(world, thread);
  await world.server.within(world.client().thread("t1").stop(waiting));
  await world.until(() => thread.view.get().outgoing.length === 0, "the cancel, told at once");
  expect(thread.view.get()).toMatchObject({ status: "streaming", view: { withdrawnRuns: [{ runId: waiting }] } });
  await world.until(() => thread.view.get().status === "ready", "the end of the first run");
  expect(thread.view.get().view.runs).toHaveLength(1);
});

test("R5 D1: one that was cancelled while its sender was cut off is told behind the sender's position", async () => {
  await using world = await openWorld({ agents: [talker(FIRST_MS / 10)] });
  const client = world.client({ policy: () => 1_000 });
  const thread = client.thread("t1");
  const waiting = await waitBehindFirst(world, thread);
  world.server.drop();
  await world.until(() => client.connection.get().state === "reconnecting", "the break");
  const path = `${world.server.url}/api/v1/runs/${waiting}/cancel`;
  const { status } = await world.server.within(world.server.fetch(path, { method: "POST" }));
  expect(status).toBe(200);
  await world.until(() => thread.view.get().outgoing.length === 0, "the cancel");
  const withdrawn = (await storedEvents(world, "t1")).filter(
    ({ event }) => event.type === "CUSTOM" && event.name === "run.withdrawn",
  );
  expect(withdrawn).toMatchObject([{ event: { value: { runId: waiting } } }]);
});

test("R5: one that was cancelled while its sender's page was reloaded is told with the view", async () => {
  await using world = await openWorld({ agents: [talker(FIRST_MS / 10)] });
  const storage = memoryStorage();
  const before = world.client({ storage });
  const waiting = await waitBehindFirst(world, before.thread("t1"));
  before.close();
  await world.server.within(world.client().thread("t1").stop(waiting));
  const after = world.client({ storage }).thread("t1");
  expect(after.view.get().outgoing).toMatchObject([{ runId: waiting, status: "accepted" }]);
  after.view.subscribe(() => {});
  await world.until(() => after.view.get().isLoaded, "the view");
  expect(after.view.get().outgoing).toEqual([]);
});

test("one whose turn comes when it cannot start any more has failed; sent again, it is another run", async () => {
  const stayer = talker(100);
  await using world = await openWorld({ agents: [stayer, talker(1, "leaver")] });
  const thread = world.client().thread("t1");
  thread.view.subscribe(() => {});
  void thread.send({ text: "first", agent: "talker" });
  await world.until(() => thread.view.get().view.status === "running", "the first run");
  const { runId } = await world.server.within(thread.send({ text: "second", agent: "leaver" }));
  await world.server.stop();
  world.serve([stayer]);
  await world.server.start();
  await world.until(() => thread.view.get().outgoing[0]?.status === "failed", "its failure");
  expect(outgoingOf(thread)).toEqual([["second", "failed", "unknown_agent"]]);
  const [failed] = thread.view.get().outgoing;
  expect(failed?.runId).not.toBe(runId);
  expect(await world.server.within(codeOf(thread.retry(failed!.runId)))).toBe("unknown_agent");
});

test("what was not sent yet is taken back for good; what may have been sent is not", async () => {
  await using world = await openWorld({ agents: [talker(1)] });
  const storage = memoryStorage();
  const client = world.client({ storage });
  const dropped: string[] = [];
  client.on("dropped", ({ error }) => dropped.push(error.code));
  const thread = client.thread("t1");
  thread.view.subscribe(() => {});
  world.server.offline = true;
  const kept = thread.send("kept");
  const unsent = codeOf(thread.send("taken back"));
  await world.until(() => thread.view.get().outgoing.length === 2, "both to show");
  expect(thread.discard(thread.view.get().outgoing[1]!.runId)).toBe("taken back");
  expect(await world.server.within(unsent)).toBe("not_delivered");
  await world.until(() => thread.view.get().outgoing.length === 1, "one to go");
  expect(outgoingOf(thread)).toEqual([["kept", "sending", undefined]]);
  world.server.offline = false;
  // It goes with the connection, and nothing of the client's can take it back then.
  const discarded: (string | undefined)[] = [];
  const [{ runId } = { runId: "" }] = thread.view.get().outgoing;
  client.on("connected", () => void Promise.resolve().then(() => discarded.push(thread.discard(runId))));
  await world.until(() => client.connection.get().state === "connected", "the connection");
  await world.server.within(kept);
  expect(discarded).toEqual([undefined]);
  await world.until(() => thread.view.get().view.runs[0]?.status === "completed", "the answer");
  await world.clock.advance(60_000);
  expect(thread.view.get().view.messages.filter(({ role }) => role === "user")).toMatchObject([{ content: "kept" }]);
  expect(thread.view.get()).toMatchObject({ status: "ready", outgoing: [] });
  expect(dropped).toEqual([]);
});
