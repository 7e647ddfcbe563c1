/** The committed state as the writer sees it: rows of `log.db`, with the streams lately used in memory. */
import type { Database, Statement } from "better-sqlite3";
import type { Draft, Shelf } from "../core/draft.ts";
import { damaged } from "../core/refused.ts";
import { renewEpoch } from "../core/epoch-mint.ts";
import { expiresAt, type ProducerState, type StreamState } from "../core/state.ts";
import type { Span } from "./packing.ts";
import { producerState, streamState, type SealedRow, type StreamRow } from "./rows.ts";
import { rowCrc } from "./schema.ts";
import type { TailHeads } from "./tail-heads.ts";

/** Streams kept in memory before the older half is let go. */
const CACHED_STREAMS = 100_000;
const PRODUCER_PAGE = 200;

export class SqliteShelf implements Shelf {
  readonly #tails: TailHeads;
  readonly #epochEnd: string;
  readonly #byName: Statement<[string], StreamRow>;
  readonly #byOwner: Statement<[number], StreamRow>;
  readonly #expired: Statement<[number, number], StreamRow>;
  readonly #control: Statement<[string], { value: string; crc: number }>;
  readonly #producer: Statement<[string], SealedRow>;
  readonly #producers: Statement<[string, number], { id: string; at: number }>;
  readonly #sharers: Statement<[number], { fork: number }>;
  #young = new Map<string, StreamState>();
  #old = new Map<string, StreamState>();
  #producerCursor = "";

  constructor(db: Database, tails: TailHeads, epochEnd: string) {
    this.#tails = tails;
    this.#epochEnd = epochEnd;
    this.#byName = db.prepare("SELECT owner, name, state, crc FROM streams WHERE name = ?");
    this.#byOwner = db.prepare("SELECT owner, name, state, crc FROM streams WHERE owner = ?");
    this.#expired = db.prepare(
      "SELECT owner, name, state, crc FROM streams WHERE expires_at <= ? ORDER BY expires_at LIMIT ?",
    );
    this.#control = db.prepare("SELECT value, crc FROM controls WHERE key = ?");
    this.#producer = db.prepare("SELECT state, crc FROM producers WHERE id = ?");
    this.#producers = db.prepare("SELECT id, at FROM producers WHERE id > ? ORDER BY id LIMIT ?");
    this.#sharers = db.prepare("SELECT fork FROM shared WHERE owner = ?");
  }

  stream(name: string): StreamState | undefined {
    const cached = this.#young.get(name);
    if (cached !== undefined) return cached;
    const state = this.#old.get(name) ?? this.#load(this.#byName.get(name));
    if (state !== undefined) this.#keep(state);
    return state;
  }

  streamOf(owner: number): StreamState | undefined {
    return this.#load(this.#byOwner.get(owner));
  }

  /** Every stream that may need records of this owner. */
  users(owner: number): StreamState[] {
    const owners = [owner, ...this.#sharers.all(owner).map((row) => row.fork)];
    return owners.map((user) => this.streamOf(user)).filter((state) => state !== undefined);
  }

  control(key: string): string | undefined {
    const row = this.#control.get(key);
    if (row === undefined) return undefined;
    if (rowCrc(key, row.value) !== row.crc) throw damaged(`control record ${JSON.stringify(key)}`);
    return row.value;
  }

  producer(id: string): ProducerState | undefined {
    const row = this.#producer.get(id);
    return row === undefined ? undefined : producerState(id, row);
  }

  // `expires_at` is as of the row's last writing; those that have grown since are looked at again then.
  expired(at: number, limit: number): string[] {
    return this.#expired
      .all(at, limit)
      .map((row) => this.#load(row))
      .filter((state) => state !== undefined && (expiresAt(state) ?? Infinity) <= at)
      .map((state) => (state as StreamState).name);
  }

  /** Streams whose row says they are over, though they have grown since. */
  prolonged(at: number, limit: number): StreamState[] {
    return this.#expired
      .all(at, limit)
      .map((row) => this.#load(row))
      .filter((state) => state !== undefined)
      .filter((state) => (expiresAt(state) ?? Infinity) > at);
  }

  idleProducers(before: number): string[] {
    const page = this.#producers.all(this.#producerCursor, PRODUCER_PAGE);
    this.#producerCursor = page.length < PRODUCER_PAGE ? "" : (page.at(-1)?.id ?? "");
    return page.filter((row) => row.at < before).map((row) => row.id);
  }

  /** Takes over what was just committed. */
  take(draft: Draft<Span>): void {
    for (const [name, state] of draft.streams) {
      if (state !== null) this.#keep(state);
      else {
        this.#young.delete(name);
        this.#old.delete(name);
      }
    }
  }

  #keep(state: StreamState): void {
    this.#young.set(state.name, state);
    if (this.#young.size <= CACHED_STREAMS) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  #load(row: StreamRow | undefined): StreamState | undefined {
    if (row === undefined) return undefined;
    return current(streamState(row), this.#tails.get(row.owner), this.#epochEnd);
  }
}

/** A row brought up to date with what came after it. */
export function current(
  state: StreamState,
  tail: { readonly head: number; readonly at: number } | undefined,
  epochEnd: string,
): StreamState {
  return {
    ...state,
    epoch: renewEpoch(state.epoch, epochEnd),
    head: Math.max(state.head, tail?.head ?? 0),
    touchedAt: Math.max(state.touchedAt, tail?.at ?? 0),
  };
}
