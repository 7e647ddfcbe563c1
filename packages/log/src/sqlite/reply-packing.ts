/**
 * How the outcomes of a group come back: per op 0 and, for each of its appends, the first seq and
 * the epoch's place; or 1 + the outcome's place among the rare ones.
 */
import type { Appended } from "../stream-log.ts";
import type { GroupReply, Op, Outcome } from "../core/ops.ts";

export interface PackedReply {
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly epochs: readonly string[];
  readonly rare: readonly Outcome[];
}

export function packReply(outcomes: readonly Outcome[]): PackedReply {
  const numbers: number[] = [];
  const epochs: string[] = [];
  const places = new Map<string, number>();
  const rare: Outcome[] = [];
  for (const outcome of outcomes) {
    if (outcome.type !== "appended" || outcome.duplicate) {
      numbers.push(rare.push(outcome));
      continue;
    }
    numbers.push(0);
    for (const { first, epoch } of outcome.appended) {
      let place = places.get(epoch);
      if (place === undefined) {
        place = epochs.push(epoch) - 1;
        places.set(epoch, place);
      }
      numbers.push(first, place);
    }
  }
  return { numbers: Float64Array.from(numbers), epochs, rare };
}

/** @param ops what was asked, for the names and the numbers of records */
export function unpackReply(
  { numbers, epochs, rare }: PackedReply,
  ops: readonly Op<readonly Uint8Array[]>[],
): GroupReply {
  let i = 0;
  const outcomes = ops.map((op): Outcome => {
    const place = numbers[i++] as number;
    if (place > 0 || op.type !== "append") return rare[place - 1] as Outcome;
    const appended = op.appends.map(({ stream, records }): Appended => {
      const first = numbers[i++] as number;
      return { stream, epoch: epochs[numbers[i++] as number] as string, first, last: first + records.length - 1 };
    });
    return { type: "appended", appended, duplicate: false };
  });
  return { type: "committed", outcomes };
}
