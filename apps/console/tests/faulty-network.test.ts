import { describe, expect, test } from "vitest";
import type { ThreadView } from "@throughline/protocol";
import { createApi } from "../src/live/api.ts";
import { ThreadFeed } from "../src/live/thread-feed.ts";
import { FaultyNetwork, NO_FAULTS } from "../src/playground/faulty-network.ts";
import { createWorld, type World } from "./support/world.ts";

const THREAD = "web-1";

function follow(world: World, network: FaultyNetwork): ThreadFeed {
  const system = { ...world.system, fetch: network.fetch };
  const feed = new ThreadFeed(createApi(system), system, THREAD, () => {});
  feed.start();
  return feed;
}

/** The view must be the server's own, text and all: nothing lost, nothing twice. */
async function expectWhole(world: World, feed: ThreadFeed): Promise<void> {
  const view = feed.feed.get().view as ThreadView;
  expect(view).toEqual(await world.serverView(THREAD));
  expect(view.status).toBe("idle");
}

describe("a connection with faults", () => {
  test("killed again and again, the run comes through whole", async () => {
    await using world = await createWorld();
    const network = new FaultyNetwork(world.system);
    await world.run(THREAD, "run-1", "tokens=300 interval=20 tools=2");
    await world.clock.advance(50);
    const feed = follow(world, network);
    for (let kills = 0; kills < 6; kills++) {
      await world.clock.advance(700);
      network.kill();
    }
    await world.clock.advance(60_000);
    expect(network.damage.get()).toMatchObject({ kills: 6 });
    await expectWhole(world, feed);
    feed.stop();
  });

  test("slow, jittery and dropping, it loses nothing and doubles nothing", async () => {
    await using world = await createWorld();
    const network = new FaultyNetwork(world.system);
    network.set({ latencyMs: 300, jitterMs: 200, dropEveryMs: 1_000 });
    await world.run(THREAD, "run-1", "tokens=200 interval=20");
    await world.clock.advance(50);
    const feed = follow(world, network);
    await world.clock.advance(20_000);
    network.set(NO_FAULTS);
    await world.clock.advance(60_000);
    expect(network.damage.get().drops).toBeGreaterThan(2);
    await expectWhole(world, feed);
    feed.stop();
  });

  test("latency is a delay and no brake: pieces follow each other as they were sent", async () => {
    await using world = await createWorld();
    const network = new FaultyNetwork(world.system);
    await world.run(THREAD, "run-1", "tokens=100 interval=20");
    await world.clock.advance(50);
    const feed = follow(world, network);
    await world.clock.advance(100);
    network.set({ latencyMs: 500 });
    await world.clock.advance(1_000);
    const behind = (await world.serverView(THREAD)).lastSeq - (feed.feed.get().view?.lastSeq ?? 0);
    // Half a second at an event in 20 ms.
    expect(behind).toBeGreaterThan(20);
    expect(behind).toBeLessThan(30);
    feed.stop();
  });

  test("offline, nothing gets through; back again, it goes on", async () => {
    await using world = await createWorld();
    const network = new FaultyNetwork(world.system);
    await world.run(THREAD, "run-1", "tokens=100 interval=20");
    await world.clock.advance(50);
    const feed = follow(world, network);
    await world.clock.advance(200);
    network.set({ isOffline: true });
    const seen = feed.feed.get().view?.lastSeq;
    await world.clock.advance(30_000);
    expect(feed.feed.get().view?.lastSeq).toBe(seen);
    expect(feed.feed.get().connection.phase).toBe("waiting");
    expect(network.damage.get().refused).toBeGreaterThan(0);
    network.set({ isOffline: false });
    await world.clock.advance(60_000);
    await expectWhole(world, feed);
    feed.stop();
  });
});
