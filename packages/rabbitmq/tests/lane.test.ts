import { seededRandom, virtualClock } from "@throughline/testing";
import { describe, expect, test } from "vitest";
import { Lane } from "../src/bridge/lane.ts";

interface World {
  readonly lane: Lane<number>;
  readonly given: number[];
  readonly clock: ReturnType<typeof virtualClock>;
  readonly abort: AbortController;
  empty: boolean;
}

/** A lane into a store that `refuses` as it is told. */
function laneInto(refuses: (item: number, times: number) => boolean): World {
  const clock = virtualClock();
  const abort = new AbortController();
  const given: number[] = [];
  const give = async (item: number): Promise<"done" | "again"> => {
    given.push(item);
    const times = given.filter((other) => other === item).length;
    await Promise.resolve();
    return refuses(item, times) ? "again" : "done";
  };
  const world: World = {
    given,
    clock,
    abort,
    empty: false,
    lane: new Lane({ give, clock, signal: abort.signal, onEmpty: () => (world.empty = true) }),
  };
  return world;
}

describe("a lane", () => {
  test("gives without waiting", () => {
    const { lane, given } = laneInto(() => false);
    for (let item = 0; item < 5; item++) lane.add(item);
    expect(given).toEqual([0, 1, 2, 3, 4]);
  });

  test("D1: repeats what was refused in order, before anything later", async () => {
    // The store takes nothing for a while: what was refused takes all later ones with it.
    let full = true;
    const world = laneInto(() => full);
    const { lane, given, clock } = world;
    lane.add(0);
    lane.add(1);
    await clock.runUntilIdle();
    lane.add(2);
    expect(given).toEqual([0, 1]);
    await clock.advance(60);
    expect(given).toEqual([0, 1, 0, 1, 2]);
    full = false;
    await clock.advance(200);
    expect(given).toEqual([0, 1, 0, 1, 2, 0, 1, 2]);
    expect(world.empty).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test("keeps the order of what is done, whatever is refused how often", async () => {
    for (let seed = 0; seed < 50; seed++) {
      const random = seededRandom(seed);
      let refusing = false;
      const done: number[] = [];
      // As the gateway promises: a refusal refuses all that is given before it was told.
      const { lane, clock } = laneInto((item) => {
        refusing ||= random.chance(0.2);
        if (!refusing) done.push(item);
        return refusing;
      });
      const tell = async (ms: number): Promise<void> => {
        await clock.advance(ms);
        refusing = false;
      };
      for (let item = 0; item < 30; item++) {
        lane.add(item);
        if (random.chance(0.5)) await tell(random.int(0, 100));
      }
      for (let rounds = 0; done.length < 30 && rounds < 1_000; rounds++) await tell(1_000);
      expect(done, `seed ${seed}`).toEqual(Array.from({ length: 30 }, (_, item) => item));
    }
  });

  test("stops repeating when the connection is gone", async () => {
    const { lane, given, clock, abort } = laneInto(() => true);
    lane.add(0);
    await clock.runUntilIdle();
    abort.abort();
    await clock.advance(60_000);
    expect(given).toEqual([0]);
    expect(clock.pending).toBe(0);
  });
});
