import { expect, test } from "vitest";
import type { Message, ThreadView } from "@throughline/protocol";
import { linkOfFeed } from "../src/live/link.ts";
import { ThreadFeed } from "../src/live/thread-feed.ts";
import { createWorld } from "./support/world.ts";
import type { World } from "./support/world.ts";

const THREAD = "web-1";
/** Longer than any back-off. */
const LONG = 20_000;

function follow(world: World): ThreadFeed {
  const live = new ThreadFeed(world.api, world.system, THREAD, () => {});
  live.start();
  return live;
}

function start(world: World, text: string, runId = "run-1"): Promise<void> {
  return world.run(THREAD, runId, text);
}

function lastText(view: ThreadView | null): string {
  const said = (view?.messages ?? []).filter((message: Message) => message.role === "assistant");
  const content = said.at(-1)?.content;
  return typeof content === "string" ? content : "";
}

test("L1: shows the view and then each event as it comes", async () => {
  await using world = await createWorld();
  await start(world, "tokens=20 interval=10");
  await world.clock.advance(100);
  const live = follow(world);
  await world.clock.advance(60);
  expect(lastText(live.feed.get().view)).toMatch(/^t0 t1 /);
  expect(linkOfFeed(live.feed.get())).toEqual({ phase: "live" });
  await world.clock.advance(1_000);
  expect(live.feed.get().view).toEqual(await world.serverView(THREAD));
  expect(live.feed.get().view?.runs[0]?.status).toBe("completed");
});

test.each([1, 30, 250, 777, 1_500, 4_000])("D1: cut off every %i bytes, nothing is lost or doubled", async (bytes) => {
  await using world = await createWorld();
  await start(world, "tokens=60 interval=20 tools=2");
  await world.clock.advance(30);
  const live = follow(world);
  world.wire.cutAfter = bytes;
  await world.clock.advance(400_000);
  world.wire.cutAfter = Number.POSITIVE_INFINITY;
  await world.clock.advance(LONG);
  expect(world.wire.requests.filter((request) => request.includes("/events")).length).toBeGreaterThan(2);
  expect(live.feed.get().view).toEqual(await world.serverView(THREAD));
  expect(lastText(live.feed.get().view)).toBe(Array.from({ length: 60 }, (_, n) => `t${n} `).join(""));
});

test("after a break it goes on from its position, without fetching the view again", async () => {
  await using world = await createWorld();
  await start(world, "tokens=100 interval=50");
  await world.clock.advance(200);
  const live = follow(world);
  await world.clock.advance(500);
  const seen = live.feed.peek();
  world.wire.requests.length = 0;
  world.wire.cut();
  await world.clock.advance(LONG);
  expect(world.wire.requests).not.toContain(`GET /api/v1/threads/${THREAD}`);
  expect(world.wire.requests).toContain(
    `GET /api/v1/threads/${THREAD}/events?after=${seen.epoch}.${seen.view?.lastSeq}`,
  );
  expect(live.feed.get().view).toEqual(await world.serverView(THREAD));
});

test("while the server is away what was seen stays, and the page says when it tries next", async () => {
  await using world = await createWorld();
  await start(world, "tokens=5 interval=10");
  await world.clock.advance(500);
  const live = follow(world);
  await world.clock.advance(100);
  const { view } = live.feed.get();
  world.wire.isDown = true;
  world.wire.cut();
  await world.clock.advance(120_000);
  expect(live.feed.get().view).toEqual(view);
  const { connection } = live.feed.get();
  expect(linkOfFeed(live.feed.get())).toMatchObject({ phase: "reconnecting", behind: null });
  expect(connection).toMatchObject({ phase: "waiting", failure: { code: "network" } });
  world.wire.isDown = false;
  live.nudge();
  await world.clock.advance(100);
  expect(linkOfFeed(live.feed.get())).toEqual({ phase: "live" });
});

test("back again, it says how many events it is behind until it has them", async () => {
  await using world = await createWorld();
  await start(world, "tokens=5 interval=10");
  await world.clock.advance(500);
  const live = follow(world);
  await world.clock.advance(100);
  world.wire.isDown = true;
  world.wire.cut();
  await world.clock.advance(100);
  world.wire.isDown = false;
  await start(world, "tokens=50 interval=0", "run-2");
  await world.clock.advance(0);
  world.wire.isSilent = true;
  live.nudge();
  await world.clock.advance(100);
  const head = (await world.serverView(THREAD)).lastSeq;
  const behind = head - (live.feed.get().view?.lastSeq ?? 0);
  expect(linkOfFeed(live.feed.get())).toEqual({ phase: "catching-up", behind });
  expect(behind).toBeGreaterThan(50);
});

test("a socket that is half open is found by its missing keep-alives", async () => {
  await using world = await createWorld();
  await start(world, "tokens=50 interval=1000");
  await world.clock.advance(100);
  const live = follow(world);
  await world.clock.advance(2_000);
  world.wire.isSilent = true;
  await world.clock.advance(30_000);
  expect(linkOfFeed(live.feed.get())).toEqual({ phase: "live" });
  world.wire.isSilent = false;
  await world.clock.advance(60_000);
  expect(live.feed.get().view).toEqual(await world.serverView(THREAD));
});

test("L2: when the thread's history is another one, it drops what it had and takes the new", async () => {
  await using world = await createWorld();
  await start(world, "tokens=30 interval=0");
  await world.clock.advance(100);
  const live = follow(world);
  await world.clock.advance(100);
  const { epoch } = live.feed.get();
  await world.replaceServer();
  await start(world, "tokens=3 interval=0", "run-other");
  await world.clock.advance(100);
  world.wire.cut();
  await world.clock.advance(LONG);
  expect(live.feed.get().epoch).not.toBe(epoch);
  expect(live.feed.get().view).toEqual(await world.serverView(THREAD));
  expect(lastText(live.feed.get().view)).toBe("t0 t1 t2 ");
});

test("a thread that is not there is refused, not asked for again and again", async () => {
  await using world = await createWorld();
  const live = follow(world);
  await world.clock.advance(60_000);
  expect(linkOfFeed(live.feed.get())).toMatchObject({ phase: "refused", failure: { code: "not_found" } });
  expect(world.wire.requests).toEqual([`GET /api/v1/threads/${THREAD}`]);
});

test("stopped, it lets go of its request and its timers", async () => {
  await using world = await createWorld();
  await start(world, "tokens=500 interval=100");
  await world.clock.advance(100);
  const live = follow(world);
  await world.clock.advance(1_000);
  live.stop();
  await world.clock.advance(100);
  const seen = live.feed.get().view?.lastSeq;
  world.wire.requests.length = 0;
  await world.clock.advance(100_000);
  expect(live.feed.get().view?.lastSeq).toBe(seen);
  expect(world.wire.requests).toEqual([]);
});
