import { type Agent, EventType, ThroughlineError } from "@throughline/protocol";
import { expect, test } from "vitest";
import type { Client, Thread } from "../src/index.ts";
import { talker } from "./support/agents.ts";
import { openWorld, type World } from "./support/world.ts";

/** Long enough to be stopped. */
const talking = talker(300);

/** Asks; once answered, talks. */
const asking: Agent = {
  name: "asking",
  run: async function* (input, context) {
    const { threadId, runId } = input;
    if ((input.resume ?? []).length > 0) return yield* talking.run(input, context);
    const interrupts = [{ id: "q1", reason: "input_required", message: "Go on?" }];
    yield { type: EventType.RUN_FINISHED, threadId, runId, outcome: { type: "interrupt", interrupts } };
  },
};

test("R5: a stop means the run that was seen, not the one that goes on when it arrives", async () => {
  await using world = await openWorld({ agents: [talking] });
  const { ada, bob, adas, bobs } = await twoOf(world);
  void adas.send("Ada's");
  await world.until(() => adas.view.get().status === "streaming", "the first run");
  await cutOff(world, ada, bob);
  const stopped = codeOf(adas.stop());
  await world.until(() => bobs.view.get().status === "ready", "the end of the first run");
  void bobs.send("Bob's");
  await world.until(() => bobs.view.get().status === "streaming", "the second run");
  ada.connect();
  expect(await world.server.within(stopped)).toBe("run_not_active");
  await world.clock.advance(6_000);
  expect(statusesIn(bobs)).toEqual(["completed", "completed"]);
});

test.each(["pause", "resume"] as const)("R5: so does a %s", async (what) => {
  await using world = await openWorld({ agents: [talking] });
  const { ada, bob, adas, bobs } = await twoOf(world);
  void adas.send("Ada's");
  await world.until(() => adas.view.get().status === "streaming", "the first run");
  if (what === "resume") await world.server.within(adas.pause());
  await world.until(() => statusesIn(adas)[0] === (what === "pause" ? "running" : "paused"), "what Ada sees");
  await cutOff(world, ada, bob);
  const steered = codeOf(adas[what]());
  await world.server.within(bobs.stop());
  void bobs.send("Bob's");
  await world.until(() => statusesIn(bobs)[1] === "running", "the second run");
  if (what === "resume") await world.server.within(bobs.pause());
  ada.connect();
  expect(await world.server.within(steered)).toBe("run_not_active");
  await world.clock.advance(100);
  expect(statusesIn(bobs)).toEqual(["cancelled", what === "pause" ? "running" : "paused"]);
});

test("R5: a stop before anything shows means the message that is on its way, and nobody else's", async () => {
  await using world = await openWorld({ agents: [talking] });
  const { ada, bob, adas, bobs } = await twoOf(world);
  await cutOff(world, ada, bob);
  const sent = adas.send("Ada's");
  const stopped = codeOf(adas.stop());
  void bobs.send("Bob's");
  await world.until(() => bobs.view.get().status === "streaming", "Bob's run");
  ada.connect();
  await world.server.within(sent);
  expect(await world.server.within(stopped)).toBe("done");
  await world.clock.advance(6_000);
  expect(statusesIn(adas)).toEqual(["completed"]);
  expect(adas.view.get()).toMatchObject({ status: "ready", outgoing: [] });
});

test("R5: a stop while a question is open withdraws it, and does not end what its answer began", async () => {
  await using world = await openWorld({ agents: [asking] });
  const { ada, bob, adas, bobs } = await twoOf(world);
  void bobs.send("go");
  await world.until(() => adas.view.get().view.pendingInterrupts.length === 1, "the question");
  await cutOff(world, ada, bob);
  const tooLate = codeOf(adas.stop());
  void bobs.answer("q1", "yes");
  await world.until(() => bobs.view.get().status === "streaming", "what the answer began");
  ada.connect();
  expect(await world.server.within(tooLate)).toBe("run_not_active");
  await world.until(() => bobs.view.get().status === "ready", "the end");
  void bobs.send("again");
  await world.until(() => adas.view.get().view.pendingInterrupts.length === 1, "the next question");
  expect(await world.server.within(codeOf(adas.stop()))).toBe("done");
  await world.until(() => adas.view.get().view.pendingInterrupts.length === 0, "the withdrawal");
  expect(statusesIn(adas).slice(0, 3)).toEqual(["waiting", "completed", "cancelled"]);
});

test("who follows nothing has seen nothing: a stop takes what the server finds", async () => {
  await using world = await openWorld({ agents: [talking] });
  const { bobs } = await twoOf(world);
  void bobs.send("Bob's");
  await world.until(() => bobs.view.get().status === "streaming", "the run");
  expect(await world.server.within(codeOf(world.client().thread("t1").stop()))).toBe("done");
  await world.until(() => statusesIn(bobs)[0] === "cancelled", "its end");
});

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "done",
    (error: unknown) => ThroughlineError.from(error).code,
  );

const statusesIn = (thread: Thread): string[] => thread.view.get().view.runs.map(({ status }) => status);

/** Two people who look at one thread. */
async function twoOf(world: World): Promise<{ ada: Client; bob: Client; adas: Thread; bobs: Thread }> {
  // Each comes back when the test says so.
  const policy = (): number => 50_000;
  const [ada, bob] = [world.client({ clientId: "ada", policy }), world.client({ clientId: "bob", policy })];
  const [adas, bobs] = [ada.thread("t1"), bob.thread("t1")];
  for (const thread of [adas, bobs]) thread.view.subscribe(() => {});
  await world.until(() => adas.view.get().isLoaded && bobs.view.get().isLoaded, "the thread");
  return { ada, bob, adas, bobs };
}

/** The network breaks; one is back at once, the other waits until told to connect. */
async function cutOff({ server, until }: World, client: Client, other: Client): Promise<void> {
  server.drop();
  await until(() => client.connection.get().state === "reconnecting", "the break");
  other.connect();
  await until(() => other.connection.get().state === "connected", "the other's return");
}
