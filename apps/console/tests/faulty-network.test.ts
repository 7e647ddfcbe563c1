import type { Thread, WebSocketClass } from "@throughline/client";
import { describe, expect, test } from "vitest";
import { FaultyNetwork, NO_FAULTS } from "../src/playground/faulty-network.ts";
import { channelsOf, createWorld, type World } from "./support/world.ts";

const THREAD = "web-1";

async function follow(world: World, network: FaultyNetwork): Promise<Thread> {
  const client = world.client(network);
  const thread = client.thread(THREAD);
  const loaded = new Promise<void>((resolve) => {
    thread.on("view", () => resolve());
  });
  await world.server.within(loaded);
  return thread;
}

const seen = (thread: Thread): number => thread.view.get().view.lastSeq;

/** The view must be the server's own, text and all: nothing lost, nothing twice. */
async function expectWhole(world: World, thread: Thread): Promise<void> {
  const { view } = thread.view.get();
  expect(view).toEqual(await world.serverView(THREAD));
  expect(view.status).toBe("idle");
}

describe("a connection with faults", () => {
  test("killed again and again, the run comes through whole", async () => {
    await using world = await createWorld();
    const network = new FaultyNetwork(world.network);
    await world.run(THREAD, "run-1", "tokens=300 interval=20 tools=2");
    const thread = await follow(world, network);
    for (let kills = 0; kills < 6; kills++) {
      await world.clock.advance(700);
      network.kill();
    }
    await world.clock.advance(60_000);
    expect(network.damage.get()).toMatchObject({ kills: 6 });
    await expectWhole(world, thread);
  });

  test("slow, jittery and dropping, it loses nothing and doubles nothing", async () => {
    await using world = await createWorld();
    const network = new FaultyNetwork(world.network);
    network.set({ latencyMs: 300, jitterMs: 200, dropEveryMs: 2_000 });
    await world.run(THREAD, "run-1", "tokens=300 interval=50");
    const thread = await follow(world, network);
    await world.clock.advance(20_000);
    network.set(NO_FAULTS);
    await world.clock.advance(60_000);
    expect(network.damage.get().drops).toBeGreaterThan(2);
    await expectWhole(world, thread);
  });

  test("latency is a delay and no brake: pieces follow each other as they were sent", async () => {
    await using world = await createWorld();
    const network = new FaultyNetwork(world.network);
    await world.run(THREAD, "run-1", "tokens=200 interval=20");
    const thread = await follow(world, network);
    network.set({ latencyMs: 500 });
    await world.clock.advance(1_000);
    const behind = (await world.serverView(THREAD)).lastSeq - seen(thread);
    // Half a second at an event in 20 ms.
    expect(behind).toBeGreaterThan(20);
    expect(behind).toBeLessThan(32);
  });

  test("offline, nothing gets through; back again, it goes on", async () => {
    await using world = await createWorld();
    const network = new FaultyNetwork(world.network);
    await world.run(THREAD, "run-1", "tokens=100 interval=20");
    const thread = await follow(world, network);
    network.set({ isOffline: true });
    await world.clock.advance(100);
    const before = seen(thread);
    await world.clock.advance(30_000);
    expect(seen(thread)).toBe(before);
    expect(network.damage.get().refused).toBeGreaterThan(0);
    network.set({ isOffline: false });
    await world.clock.advance(60_000);
    await expectWhole(world, thread);
  });

  test("where no WebSocket gets through, the stream has the same faults", async () => {
    await using world = await createWorld();
    const WebSocket = function (): never {
      throw new Error("A proxy lets no upgrade through.");
    } as unknown as WebSocketClass;
    const network = new FaultyNetwork({ ...world.network, WebSocket });
    network.set({ latencyMs: 40 });
    await world.run(THREAD, "run-1", "tokens=200 interval=20");
    const thread = await follow(world, network);
    for (let kills = 0; kills < 3; kills++) {
      await world.clock.advance(900);
      network.kill();
    }
    await world.clock.advance(60_000);
    await expectWhole(world, thread);
  });

  test("the tabs of a browser share their faults, since they share their connection", async () => {
    await using world = await createWorld();
    const [mine, theirs, late] = channelsOf(3);
    if (mine === undefined || theirs === undefined || late === undefined) throw new Error("There are three.");
    const leading = new FaultyNetwork({ ...world.network, tabs: mine });
    const other = new FaultyNetwork({ ...world.network, tabs: theirs });
    await world.run(THREAD, "run-1", "tokens=100 interval=20");
    const client = world.client(leading);
    client.connect();
    let ends = 0;
    client.on("disconnected", () => (ends += 1));
    await world.clock.advance(100);
    other.kill();
    await world.clock.advance(0);
    expect(ends).toBe(1);
    other.set({ latencyMs: 70 });
    const third = new FaultyNetwork({ ...world.network, tabs: late });
    for (const network of [leading, other, third]) {
      expect(network.faults.get().latencyMs).toBe(70);
      expect(network.damage.get().kills).toBe(1);
    }
  });
});
