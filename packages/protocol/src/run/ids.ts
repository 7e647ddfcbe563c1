import type { Ids, Random } from "../seams.ts";

const TAG_LENGTH = 8;

/** Ids such as `msg-1f0c9a2e-3`: unique in the thread by the run's random part, short because every token carries one. */
export function idsOf(random: Random): Ids {
  const tag = random.uuid().replaceAll("-", "").slice(0, TAG_LENGTH);
  let count = 0;
  return { next: (kind) => `${kind}-${tag}-${++count}` };
}
