/** What is wrong with the numbered words `t0 t1 t2 …` of a scripted run, as far as they have come. */
export interface Proof {
  /** How many have come. */
  readonly count: number;
  /** Numbers passed over. */
  readonly missing: readonly number[];
  /** Numbers that came more than once. */
  readonly doubled: readonly number[];
}

/** Reads the words in their order. The last one may be still on its way and counts once it is followed by a space. */
export function proofOf(text: string): Proof {
  const numbers = [...text.matchAll(/\bt(\d+)(?=\s)/g)].map(([, digits]) => Number(digits));
  const seen = new Set<number>();
  const doubled: number[] = [];
  for (const number of numbers) {
    if (seen.has(number)) doubled.push(number);
    seen.add(number);
  }
  const last = numbers.at(-1) ?? -1;
  const missing = Array.from({ length: last + 1 }, (_, number) => number).filter((number) => !seen.has(number));
  return { count: numbers.length, missing, doubled };
}
