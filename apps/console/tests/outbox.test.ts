import { expect, test } from "vitest";
import { ThreadSession } from "../src/live/thread-session.ts";
import { createWorld } from "./support/world.ts";
import type { World } from "./support/world.ts";

const THREAD = "web-1";

function open(world: World): ThreadSession {
  const session = new ThreadSession(world.api, world.system, THREAD);
  session.open();
  return session;
}

const statuses = (session: ThreadSession) => session.outbox.items.get().map(({ status }) => status);
const asked = (session: ThreadSession) => session.live.feed.get().view?.runs.map(({ runId }) => runId);

test("a message shows at once, and once only when its run begins", async () => {
  await using world = await createWorld();
  const session = open(world);
  const runId = session.outbox.send("scripted", "tokens=3 interval=10");
  expect(session.outbox.items.get()).toMatchObject([{ runId, text: "tokens=3 interval=10", status: "sending" }]);
  await world.clock.advance(500);
  expect(statuses(session)).toEqual([]);
  expect(asked(session)).toEqual([runId]);
});

test("the first message of a thread is sent before the thread is asked for", async () => {
  await using world = await createWorld();
  const session = new ThreadSession(world.api, world.system, THREAD);
  session.outbox.send("scripted", "tokens=3");
  session.open();
  await world.clock.advance(500);
  expect(world.wire.requests[0]).toBe(`POST /api/v1/threads/${THREAD}/runs`);
  expect(session.live.feed.get().connection.phase).toBe("live");
});

test("a message that could not be sent says why and can be sent again", async () => {
  await using world = await createWorld();
  const session = open(world);
  world.wire.isDown = true;
  const runId = session.outbox.send("scripted", "tokens=3");
  await world.clock.advance(100);
  expect(session.outbox.items.get()).toMatchObject([{ status: "failed", failure: { code: "network" } }]);
  world.wire.isDown = false;
  session.outbox.retry(runId);
  await world.clock.advance(500);
  expect(statuses(session)).toEqual([]);
  expect(asked(session)).toEqual([runId]);
});

test("what the server refuses can be taken back into the composer", async () => {
  await using world = await createWorld();
  const session = open(world);
  const runId = session.outbox.send("nobody", "Hello?");
  await world.clock.advance(100);
  expect(session.outbox.items.get()).toMatchObject([{ failure: { code: "unknown_agent", status: 404 } }]);
  expect(session.outbox.discard(runId)).toBe("Hello?");
  expect(statuses(session)).toEqual([]);
});

test("R4: reloaded before the answer came, the page sends it again and nothing runs twice", async () => {
  await using world = await createWorld();
  const before = open(world);
  const runId = before.outbox.send("scripted", "tokens=30 interval=50");
  await world.clock.advance(0);
  // As if the page went while the request was under way: nobody took note of the answer.
  before.close();
  world.system.storage.set(
    `throughline.outbox.${THREAD}`,
    JSON.stringify([{ runId, agent: "scripted", text: "tokens=30 interval=50" }]),
  );
  const after = open(world);
  expect(statuses(after)).toEqual(["sending"]);
  await world.clock.advance(5_000);
  expect(statuses(after)).toEqual([]);
  expect(asked(after)).toEqual([runId]);
  expect(world.system.storage.get(`throughline.outbox.${THREAD}`)).toBeNull();
});

test("a message on a busy thread waits for its turn, over a reload too", async () => {
  await using world = await createWorld();
  const before = open(world);
  before.outbox.send("scripted", "tokens=100 interval=50");
  await world.clock.advance(500);
  before.outbox.send("scripted", "tokens=1");
  await world.clock.advance(500);
  expect(statuses(before)).toEqual(["accepted"]);
  before.close();
  const after = open(world);
  await world.clock.advance(500);
  expect(statuses(after)).toEqual(["accepted"]);
  await world.clock.advance(10_000);
  expect(statuses(after)).toEqual([]);
  expect(asked(after)).toHaveLength(2);
});

test("what lies in the storage and is not ours is left alone", async () => {
  await using world = await createWorld();
  for (const text of ["{", "{}", '[{"runId":1}]']) {
    world.system.storage.set(`throughline.outbox.${THREAD}`, text);
    expect(statuses(open(world))).toEqual([]);
  }
});
