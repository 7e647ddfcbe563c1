/**
 * Which owner holds which records of a stream. A fork shares its ancestors' records instead of
 * copying them; seqs are the same in both, so a range of a stream maps to ranges of owners.
 */
import type { OwnerRange, StreamState } from "./state.ts";

/** Where the stream's records from `from` to `to` lie, in order. */
export function locate(state: StreamState, from: number, to: number): OwnerRange[] {
  const ranges: OwnerRange[] = [];
  let next = from;
  for (const part of state.shared) {
    if (next > to) break;
    if (part.upTo < next) continue;
    const end = Math.min(part.upTo, to);
    ranges.push({ owner: part.owner, from: next, to: end });
    next = end + 1;
  }
  if (next <= to) ranges.push({ owner: state.owner, from: next, to });
  return ranges;
}

/** What a fork of `state` at `at` shares. */
export function sharedParts(state: StreamState, at: number): StreamState["shared"] {
  return [...state.shared, { owner: state.owner, upTo: state.head }]
    .map((part) => ({ owner: part.owner, upTo: Math.min(part.upTo, at) }))
    .filter((part, i, all) => part.upTo > (all[i - 1]?.upTo ?? 0));
}

/** Every owner whose records the stream may need. */
export function owners(state: StreamState): number[] {
  return [...state.shared.map((part) => part.owner), state.owner];
}

/** What is left of `range` when the records that `streams` still need are taken out (L6). */
export function unneeded(range: OwnerRange, streams: Iterable<StreamState>): OwnerRange[] {
  let left = [range];
  for (const state of streams) {
    if (state.first > state.head) continue;
    for (const needed of locate(state, state.first, state.head)) {
      if (needed.owner === range.owner) left = left.flatMap((piece) => without(piece, needed));
    }
  }
  return left;
}

function without(range: OwnerRange, hole: OwnerRange): OwnerRange[] {
  if (hole.to < range.from || hole.from > range.to) return [range];
  const before = { owner: range.owner, from: range.from, to: hole.from - 1 };
  const behind = { owner: range.owner, from: hole.to + 1, to: range.to };
  return [before, behind].filter((piece) => piece.from <= piece.to);
}
