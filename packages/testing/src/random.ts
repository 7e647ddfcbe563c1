import { type Random, randomFrom } from "@throughline/protocol";

/** Randomness that a seed decides, with the draws that tests need. */
export interface SeededRandom extends Random {
  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** @throws RangeError for an empty list */
  pick<T>(list: readonly T[]): T;
  /** A source of its own: what is drawn from it does not shift what is drawn from this one. */
  fork(name: string): SeededRandom;
}

/** Randomness that follows from a seed, the same on every machine. */
export function seededRandom(seed: number): SeededRandom {
  const source = randomFrom(seed);
  const { next } = source;
  return {
    ...source,
    int: (least, most) => least + Math.floor(next() * (most - least + 1)),
    chance: (probability) => next() < probability,
    pick: (list) => {
      if (list.length === 0) throw new RangeError("There is nothing to pick from.");
      return list[Math.floor(next() * list.length)] as (typeof list)[number];
    },
    fork: (name) => seededRandom(hash(name, seed)),
  };
}

/** FNV-1a over the name, begun with the seed. */
function hash(name: string, seed: number): number {
  let value = (0x811c9dc5 ^ seed) >>> 0;
  for (const char of name) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return value;
}
