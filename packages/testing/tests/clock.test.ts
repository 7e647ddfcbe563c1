import { expect, test } from "vitest";
import { seededRandom, virtualClock } from "../src/index.ts";

test("timers are called in order of time, then of setting, each with what follows from it", async () => {
  const clock = virtualClock();
  const calls: string[] = [];
  clock.setTimeout(() => calls.push("20"), 20);
  clock.setTimeout(() => {
    calls.push("10a");
    void Promise.resolve().then(() => calls.push("10a, its promise"));
    clock.setImmediate(() => calls.push("10a, its immediate"));
    clock.setTimeout(() => calls.push("15"), 5);
  }, 10);
  clock.setTimeout(() => calls.push("10b"), 10);
  await clock.advance(19);
  expect(calls).toEqual(["10a", "10a, its promise", "10a, its immediate", "10b", "15"]);
  await clock.advance(1);
  expect(calls.at(-1)).toBe("20");
  expect(clock.pending).toBe(0);
});

test("a cancelled timer is not called, and cancelling again is safe", async () => {
  const clock = virtualClock();
  let called = 0;
  const timer = clock.setTimeout(() => called++, 5);
  timer.cancel();
  timer.cancel();
  await clock.advance(10);
  expect(called).toBe(0);
});

test("a jump moves the time of day, and neither durations nor timers", async () => {
  const clock = virtualClock({ start: 1_000 });
  let called = 0;
  clock.setTimeout(() => called++, 10);
  clock.jump(-500);
  expect([clock.now(), clock.monotonic()]).toEqual([500, 0]);
  clock.jump(3_600_000);
  await clock.runUntilIdle();
  expect(called).toBe(0);
  await clock.advance(10);
  expect([called, clock.monotonic()]).toEqual([1, 10]);
});

test("a killed process's timers are gone, and it sets no new ones; others' stay", async () => {
  const clock = virtualClock();
  const [one, other] = [clock.process(), clock.process()];
  const calls: string[] = [];
  one.setTimeout(() => calls.push("one"), 1);
  other.setTimeout(() => calls.push("other"), 1);
  expect(one.pending).toBe(1);
  one.kill();
  one.setImmediate(() => calls.push("one, later"));
  expect(one.pending).toBe(0);
  await clock.advance(1);
  expect(calls).toEqual(["other"]);
});

test("reading the time can cost time, so that work until a deadline ends", () => {
  const clock = virtualClock({ readCostMs: 1 });
  const deadline = clock.monotonic() + 4;
  let steps = 0;
  while (clock.monotonic() < deadline) steps += 1;
  expect(steps).toBe(3);
});

test("immediates without end are an error, not a test that hangs", async () => {
  const clock = virtualClock();
  const again = (): void => clock.setImmediate(again);
  again();
  await expect(clock.runUntilIdle()).rejects.toThrow("something spins");
});

test("a seed decides every draw, and a fork's draws do not shift its parent's", () => {
  const draws = (fork: boolean): unknown[] => {
    const random = seededRandom(7);
    const forked = random.fork("a");
    if (fork) forked.next();
    return [random.uuid(), random.int(1, 6), random.chance(0.5), random.pick(["a", "b", "c"]), random.next()];
  };
  expect(draws(true)).toEqual(draws(false));
  expect(seededRandom(7).fork("a").next()).not.toBe(seededRandom(7).fork("b").next());
  expect(seededRandom(7).uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
});
