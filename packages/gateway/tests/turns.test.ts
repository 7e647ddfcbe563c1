import type { Clock } from "@throughline/protocol";
import { expect, test } from "vitest";
import { Turns } from "../src/turns.ts";

/** Who has had a turn after each turn of the event loop. */
async function turnsOf(askers: number): Promise<string[][]> {
  const immediates: (() => void)[] = [];
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    setTimeout: () => ({ cancel: () => undefined }),
    setImmediate: (fn) => void immediates.push(fn),
  };
  const turns = new Turns(clock);
  const rounds: string[][] = [[]];
  const ask = async (name: string): Promise<void> => {
    await turns.next();
    rounds.at(-1)?.push(name);
  };
  const asked = Array.from({ length: askers }, (_, i) => ask(`a${i}`));
  for (;;) {
    await new Promise((resolve) => process.nextTick(resolve));
    const next = immediates.shift();
    if (next === undefined) break;
    rounds.push([]);
    next();
  }
  await Promise.all(asked);
  return rounds.filter((round) => round.length > 0);
}

test("D4: many who have much to do are spread over turns of the event loop, in the order of asking", async () => {
  const rounds = await turnsOf(20);
  expect(rounds.flat()).toEqual(Array.from({ length: 20 }, (_, i) => `a${i}`));
  expect(rounds.map((round) => round.length)).toEqual([8, 8, 4]);
});

test("D4: few wait for nothing", async () => {
  expect(await turnsOf(3)).toEqual([["a0", "a1", "a2"]]);
});
