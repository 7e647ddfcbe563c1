/** What the memory store holds: the committed state, and the records by owner. */
import type { Draft, Shelf } from "../core/draft.ts";
import { owners, unneeded } from "../core/lineage.ts";
import { expiresAt, type OwnerRange, type ProducerState, type StreamState } from "../core/state.ts";
import { SortedMap } from "./sorted-map.ts";

export type MemoryDraft = Draft<readonly Uint8Array[]>;

/** What a commit writes. Values are never changed later, so a journal may keep them. */
export type Commit = Pick<MemoryDraft, "streams" | "controls" | "producers" | "pieces" | "freed">;

export class Tables implements Shelf {
  readonly streams = new SortedMap<StreamState>();
  readonly controls = new SortedMap<string>();
  readonly #producers = new Map<string, ProducerState>();
  /** By owner, by seq. */
  readonly #records = new Map<number, Map<number, Uint8Array>>();

  stream(name: string): StreamState | undefined {
    return this.streams.get(name);
  }

  control(key: string): string | undefined {
    return this.controls.get(key);
  }

  producer(id: string): ProducerState | undefined {
    return this.#producers.get(id);
  }

  expired(at: number, limit: number): string[] {
    const names: string[] = [];
    for (const state of this.streams.values()) {
      if (names.length === limit) break;
      if ((expiresAt(state) ?? Infinity) <= at) names.push(state.name);
    }
    return names;
  }

  idleProducers(before: number): string[] {
    return [...this.#producers].filter(([, state]) => state.at < before).map(([id]) => id);
  }

  record(owner: number, seq: number): Uint8Array | undefined {
    return this.#records.get(owner)?.get(seq);
  }

  /** How many records there are, shared ones counted once. */
  get recordCount(): number {
    let count = 0;
    for (const records of this.#records.values()) count += records.size;
    return count;
  }

  apply(commit: Commit): void {
    for (const piece of commit.pieces.values()) {
      const records = this.#records.get(piece.owner) ?? new Map<number, Uint8Array>();
      this.#records.set(piece.owner, records);
      let seq = piece.first;
      for (const record of piece.records.flat()) records.set(seq++, record);
    }
    for (const [name, state] of commit.streams) {
      if (state === null) this.streams.delete(name);
      else this.streams.set(name, state);
    }
    for (const [key, value] of commit.controls) {
      if (value === null) this.controls.delete(key);
      else this.controls.set(key, value);
    }
    for (const [id, state] of commit.producers) {
      if (state === null) this.#producers.delete(id);
      else this.#producers.set(id, state);
    }
    for (const range of commit.freed) this.#free(range);
  }

  #free(range: OwnerRange): void {
    const sharers = [...this.streams.values()].filter((state) => owners(state).includes(range.owner));
    const records = this.#records.get(range.owner);
    if (records === undefined) return;
    for (const { from, to } of unneeded(range, sharers)) {
      for (let seq = from; seq <= to; seq += 1) records.delete(seq);
    }
    if (records.size === 0) this.#records.delete(range.owner);
  }
}
