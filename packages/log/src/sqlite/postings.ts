/**
 * Which chunk holds which record: a list of (first seq, chunk) per owner, `index.db`. What is new
 * stands in memory; now and then it is written in bulk, sorted, one row per owner (L5).
 *
 * A row's entries are pairs of 32-bit numbers, counted from the row's own `first` and `chunk`.
 */
import type { Database, Statement } from "better-sqlite3";
import { crc32 } from "node:zlib";
import { damaged } from "../core/refused.ts";
import { rowCrc } from "./schema.ts";

/** Entries in one row; a look-up reads all of one. */
const ROW_ENTRIES = 512;
/** Work done before others get a turn: each owner counts as so many entries. */
const SLICE_WORK = 8_192;
const OWNER_WORK = 16;

export interface Posting {
  readonly first: number;
  readonly chunk: number;
}

interface PostingRow {
  readonly first: number;
  readonly chunk: number;
  readonly crc: number;
  readonly entries: Buffer;
}

type Lists = Map<number, Posting[]>;

export class Postings {
  readonly #db: Database;
  readonly #at: Statement<[number, number], PostingRow>;
  readonly #behind: Statement<[number, number], PostingRow>;
  readonly #insert: Statement;
  readonly #progress: Statement<[number]>;
  readonly #forgetOwner: Statement<[number]>;
  readonly #forgetRange: Statement<{ owner: number; from: number; to: number }>;
  #pending: Lists = new Map();
  /** What is being written; found here until it is. */
  #flushing: Lists = new Map();
  #count = 0;
  #chunk: number;

  /** @param chunk everything up to this chunk is in the database */
  constructor(db: Database, chunk: number) {
    this.#db = db;
    this.#chunk = chunk;
    const columns = "SELECT first, chunk, crc, entries FROM postings";
    this.#at = db.prepare(`${columns} WHERE owner = ? AND first <= ? ORDER BY first DESC LIMIT 1`);
    this.#behind = db.prepare(`${columns} WHERE owner = ? AND first > ? ORDER BY first LIMIT 1`);
    this.#insert = db.prepare(
      "INSERT OR REPLACE INTO postings (owner, first, chunk, crc, entries) VALUES (?, ?, ?, ?, ?)",
    );
    this.#progress = db.prepare("UPDATE progress SET chunk = ?");
    this.#forgetOwner = db.prepare("DELETE FROM postings WHERE owner = ?");
    // A row ends where the next begins, so only those with a successor in the range are surely inside.
    this.#forgetRange = db.prepare(
      `DELETE FROM postings WHERE owner = :owner AND first >= :from AND first <
         (SELECT max(first) FROM postings WHERE owner = :owner AND first <= :to + 1)`,
    );
  }

  /** The last chunk that is known, in memory or in the database. */
  get chunk(): number {
    return this.#chunk;
  }

  /** How many entries are in memory only. */
  get pending(): number {
    return this.#count;
  }

  add(owner: number, first: number, chunk: number): void {
    const list = this.#pending.get(owner);
    if (list === undefined) this.#pending.set(owner, [{ first, chunk }]);
    else list.push({ first, chunk });
    this.#count += 1;
    this.#chunk = chunk;
  }

  /**
   * Entries of an owner from the one that holds `seq` (or, without one, the next) on.
   * @throws Refused with `corrupt` when a row is damaged
   */
  *from(owner: number, seq: number): Generator<Posting> {
    const memory = [...(this.#flushing.get(owner) ?? []), ...(this.#pending.get(owner) ?? [])];
    let last = 0;
    if ((memory[0]?.first ?? Infinity) > seq) {
      for (const posting of this.#stored(owner, seq)) {
        last = posting.first;
        yield posting;
      }
    }
    for (let i = startOf(memory, seq); i < memory.length; i += 1) {
      const posting = memory[i] as Posting;
      if (posting.first > last) yield posting;
    }
  }

  forget(owner: number, from: number, to: number, all: boolean): void {
    if (!all) return void this.#forgetRange.run({ owner, from, to });
    this.#forgetOwner.run(owner);
    this.#pending.delete(owner);
  }

  /** Writes what is pending, in one transaction; yields now and then so that others get a turn. */
  *flush(): Generator<void> {
    if (this.#pending.size === 0) return;
    const chunk = this.#chunk;
    this.#flushing = this.#pending;
    this.#pending = new Map();
    this.#count = 0;
    this.#db.exec("BEGIN");
    const owners = Float64Array.from(this.#flushing.keys()).sort();
    let work = 0;
    for (const owner of owners) {
      const list = this.#flushing.get(owner) ?? [];
      this.#store(owner, list);
      work += OWNER_WORK + list.length;
      if (work < SLICE_WORK) continue;
      work = 0;
      yield;
    }
    this.#progress.run(chunk);
    this.#db.exec("COMMIT");
    this.#flushing = new Map();
  }

  /** A flush has failed (a full disk, say): what it was to write is pending again. */
  restore(): void {
    if (this.#db.inTransaction) this.#db.exec("ROLLBACK");
    for (const [owner, list] of this.#pending)
      this.#flushing.set(owner, [...(this.#flushing.get(owner) ?? []), ...list]);
    this.#pending = this.#flushing;
    this.#flushing = new Map();
    this.#count = 0;
    for (const list of this.#pending.values()) this.#count += list.length;
  }

  #store(owner: number, list: readonly Posting[]): void {
    for (let i = 0; i < list.length; i += ROW_ENTRIES) {
      const part = list.slice(i, i + ROW_ENTRIES);
      const base = part[0] as Posting;
      const entries = Buffer.allocUnsafe(part.length * 8);
      for (const [n, { first, chunk }] of part.entries()) {
        entries.writeUInt32LE(first - base.first, n * 8);
        entries.writeUInt32LE(chunk - base.chunk, n * 8 + 4);
      }
      this.#insert.run(owner, base.first, base.chunk, crcOf(owner, { ...base, entries }), entries);
    }
  }

  *#stored(owner: number, seq: number): Generator<Posting> {
    let row = this.#at.get(owner, seq) ?? this.#behind.get(owner, seq);
    let from = seq;
    while (row !== undefined) {
      const list = unpack(owner, row);
      for (let i = startOf(list, from); i < list.length; i += 1) yield list[i] as Posting;
      from = 0;
      row = this.#behind.get(owner, row.first);
    }
  }
}

/** Place of the last entry at or before `seq`; 0 when there is none. */
function startOf(list: readonly Posting[], seq: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as Posting).first <= seq) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

function unpack(owner: number, row: PostingRow): Posting[] {
  if (crcOf(owner, row) !== row.crc) throw damaged(`an index entry of owner ${owner}`);
  return Array.from({ length: row.entries.byteLength / 8 }, (_, i) => ({
    first: row.first + row.entries.readUInt32LE(i * 8),
    chunk: row.chunk + row.entries.readUInt32LE(i * 8 + 4),
  }));
}

function crcOf(owner: number, row: Omit<PostingRow, "crc">): number {
  return crc32(row.entries, rowCrc(owner, row.first, row.chunk));
}
