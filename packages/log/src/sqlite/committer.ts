/** Turns groups into transactions, in the writer thread. One group, one commit, one chunk per stream. */
import type { Database, Statement } from "better-sqlite3";
import { Draft, type Piece } from "../core/draft.ts";
import type { EpochMint } from "../core/epoch-mint.ts";
import { expiresAt, type StreamState } from "../core/state.ts";
import type { Op } from "../core/ops.ts";
import { BodyBuilder, chunkCrc } from "./chunk.ts";
import { writeFault, type WriteFault } from "./faults.ts";
import type { Hooks } from "./hooks.ts";
import type { Mark } from "./mark.ts";
import { unpackGroup, type PackedGroup, type Span } from "./packing.ts";
import { packReply, type PackedReply } from "./reply-packing.ts";
import type { Progress } from "./rows.ts";
import type { SqliteShelf } from "./shelf.ts";
import type { TailHeads } from "./tail-heads.ts";
import { LogTables } from "./tables.ts";

const TAIL_CHUNKS = 100_000;

/** New chunks, four numbers each: id, owner, first seq, records. */
export type ChunkFeed = Float64Array<ArrayBuffer>;

export interface Committed {
  readonly reply: PackedReply;
  readonly feed: ChunkFeed;
  /** Bytes that went into the file, about. */
  readonly bytes: number;
  /** Whether records were given up, so that there is something to collect. */
  readonly freed: boolean;
}

export interface CommitterParts {
  readonly db: Database;
  readonly shelf: SqliteShelf;
  readonly tails: TailHeads;
  readonly mint: EpochMint;
  readonly mark: Mark;
  readonly hooks: Hooks;
  readonly progress: Progress;
  /** A stream's row is brought up to date when it has been behind for this many chunks. Default 100,000. */
  readonly tailChunks?: number;
}

export class Committer {
  readonly #parts: CommitterParts;
  readonly #tables: LogTables;
  readonly #bodies = new BodyBuilder();
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #rollback: Statement;
  #progress: Progress;

  constructor(parts: CommitterParts) {
    this.#parts = parts;
    this.#progress = parts.progress;
    this.#tables = new LogTables(parts.db);
    this.#begin = parts.db.prepare("BEGIN IMMEDIATE");
    this.#commit = parts.db.prepare("COMMIT");
    this.#rollback = parts.db.prepare("ROLLBACK");
  }

  get progress(): Progress {
    return this.#progress;
  }

  /** Gives back why it could not be written, if so; then nothing of the group is in the log. */
  commit(group: PackedGroup): Committed | WriteFault {
    try {
      return this.#write(unpackGroup(group), group.at);
    } catch (error) {
      if (this.#parts.db.inTransaction) this.#rollback.run();
      return writeFault(error);
    }
  }

  #write(ops: readonly Op<Span>[], at: number): Committed {
    const { shelf, hooks, mark } = this.#parts;
    this.#begin.run();
    const draft = new Draft<Span>(shelf, this.#parts.mint, at);
    const outcomes = ops.map((op) => draft.apply(op));
    const reply = packReply(outcomes);
    const sweeping = ops.some((op) => op.type === "sweep");
    if (draft.empty && !sweeping) {
      this.#commit.run();
      return { reply, feed: new Float64Array(0), bytes: 0, freed: false };
    }
    if (sweeping) this.#prolong(at);
    const { feed, bytes } = this.#writeChunks([...draft.pieces.values()], at);
    this.#tables.write(draft, (name) => shelf.stream(name));
    const settled = this.#settleTails(draft.pieces.size);
    const progress = this.#advance(draft, settled);
    this.#tables.putProgress(progress);
    hooks.reach("written");
    hooks.sync();
    this.#commit.run();
    hooks.reach("committed");
    this.#take(draft, progress, settled, at);
    mark.write(progress.commit);
    hooks.reach("marked");
    return { reply, feed, bytes, freed: draft.freed.length > 0 };
  }

  #writeChunks(pieces: readonly Piece<Span>[], at: number): { feed: ChunkFeed; bytes: number } {
    const feed = new Float64Array(pieces.length * 4);
    const commit = this.#progress.commit + 1;
    let id = this.#progress.chunk;
    let bytes = 0;
    for (const [i, { owner, first, count, records }] of pieces.entries()) {
      id += 1;
      const body = this.#bodies.build(count, records);
      const head = { owner, first, count, commit, at };
      this.#tables.addChunk(id, head, chunkCrc(head, body), body);
      feed.set([id, owner, first, count], i * 4);
      bytes += body.byteLength;
    }
    return { feed, bytes };
  }

  /** Rows whose heads have been elsewhere for long; as many as come anew, and some, so that they never pile up. */
  #settleTails(pieces: number): number[] {
    const { shelf, tails, tailChunks = TAIL_CHUNKS } = this.#parts;
    const settled: number[] = [];
    for (const owner of tails.behind(this.#progress.chunk - tailChunks)) {
      if (settled.length > pieces + 64) break;
      // The row as it was before this group: what the group adds goes on the tail again.
      const state = shelf.streamOf(owner);
      if (state !== undefined) this.#updateRow(state);
      settled.push(owner);
    }
    return settled;
  }

  #prolong(at: number): void {
    for (const state of this.#parts.shelf.prolonged(at, 100)) this.#updateRow(state);
  }

  #updateRow(state: StreamState): void {
    this.#tables.putStream(state, expiresAt(state) ?? null);
  }

  #advance(draft: Draft<Span>, settled: readonly number[]): Progress {
    const { tails, mint } = this.#parts;
    const gone = new Set(settled);
    let headsTo = this.#progress.chunk;
    for (const [owner, tail] of tails.entries()) {
      if (gone.has(owner)) continue;
      headsTo = tail.since - 1;
      break;
    }
    return {
      commit: this.#progress.commit + 1,
      chunk: this.#progress.chunk + draft.pieces.size,
      owner: mint.lastOwner,
      headsTo,
    };
  }

  #take(draft: Draft<Span>, progress: Progress, settled: readonly number[], at: number): void {
    const { shelf, tails } = this.#parts;
    for (const owner of settled) tails.settled(owner);
    let id = this.#progress.chunk;
    for (const { owner, first, count } of draft.pieces.values()) {
      id += 1;
      tails.grew(owner, first + count - 1, at, id);
    }
    shelf.take(draft);
    this.#progress = progress;
  }
}
