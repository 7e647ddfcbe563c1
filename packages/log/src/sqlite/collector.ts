/**
 * Gives back the room of records nobody needs any more, a few chunks at a time between commits (L6).
 * What is to be collected stands in the `garbage` table, so a crash only puts it off.
 */
import type { Database, Statement } from "better-sqlite3";
import { unneeded } from "../core/lineage.ts";
import type { OwnerRange } from "../core/state.ts";
import { chunkCrc, scrub, verifyChunk, type ChunkRow } from "./chunk.ts";
import type { Hooks } from "./hooks.ts";
import type { FromLibrarian, ToLibrarian } from "./messages.ts";
import type { SqliteShelf } from "./shelf.ts";

interface GarbageRow {
  readonly id: number;
  readonly owner: number;
  readonly first: number;
  readonly last: number;
}

interface Job {
  readonly row: GarbageRow;
  /** What is left to collect, oldest first. */
  readonly ranges: OwnerRange[];
}

export class Collector {
  readonly #db: Database;
  readonly #shelf: SqliteShelf;
  readonly #hooks: Hooks;
  readonly #ask: (message: ToLibrarian) => void;
  readonly #next: Statement<[], GarbageRow>;
  readonly #advance: Statement<[number, number]>;
  readonly #done: Statement<[number]>;
  readonly #chunk: Statement<[number], ChunkRow>;
  readonly #drop: Statement<[number]>;
  readonly #replace: Statement<[number, Buffer, number]>;
  #job: Job | undefined;

  /** @param ask sends a message to the librarian, who knows where the chunks are */
  constructor(db: Database, shelf: SqliteShelf, hooks: Hooks, ask: (message: ToLibrarian) => void) {
    this.#db = db;
    this.#shelf = shelf;
    this.#hooks = hooks;
    this.#ask = ask;
    this.#next = db.prepare("SELECT id, owner, first, last FROM garbage ORDER BY id LIMIT 1");
    this.#advance = db.prepare("UPDATE garbage SET first = ? WHERE id = ?");
    this.#done = db.prepare("DELETE FROM garbage WHERE id = ?");
    this.#chunk = db.prepare(
      "SELECT id, owner, first, count, commit_no AS 'commit', at, crc, body FROM chunks WHERE id = ?",
    );
    this.#drop = db.prepare("DELETE FROM chunks WHERE id = ?");
    this.#replace = db.prepare("UPDATE chunks SET crc = ?, body = ? WHERE id = ?");
  }

  get busy(): boolean {
    return this.#job !== undefined;
  }

  /** Starts on the next garbage unless it is at work already. */
  start(): void {
    if (this.#job !== undefined) return;
    const row = this.#next.get();
    if (row === undefined) return;
    const range = { owner: row.owner, from: row.first, to: row.last };
    this.#locate({ row, ranges: unneeded(range, this.#shelf.users(row.owner)) });
  }

  /** The librarian's answer: chunks that hold records of the first range, and where to go on. */
  located({ chunks, next }: Extract<FromLibrarian, { type: "located" }>): void {
    const job = this.#job;
    if (job === undefined) return;
    // Should this fail, the next start begins the job anew.
    this.#job = undefined;
    const [range, ...rest] = job.ranges;
    const left = range === undefined || next > range.to ? rest : [{ ...range, from: next }, ...rest];
    this.#db.transaction(() => {
      if (range !== undefined) for (const id of chunks) this.#collect(id, range);
      if (left[0] === undefined) this.#done.run(job.row.id);
      else this.#advance.run(left[0].from, job.row.id);
    })();
    this.#hooks.reach("collecting");
    if (left.length > 0) return this.#locate({ row: job.row, ranges: left });
    const { owner, first, last } = job.row;
    this.#ask({ type: "forget", owner, from: first, to: last, all: this.#shelf.users(owner).length === 0 });
    this.start();
  }

  // Asked also when all of it is still needed: each step is a message, so that commits come between.
  #locate(job: Job): void {
    this.#job = job;
    this.#ask({ type: "locate", ...(job.ranges[0] ?? { owner: job.row.owner, from: 1, to: 0 }) });
  }

  #collect(id: number, { owner, from, to }: OwnerRange): void {
    const row = this.#chunk.get(id);
    // Gone already when a crash came between this and the index.
    if (row === undefined || row.owner !== owner) return;
    verifyChunk(row);
    const body = scrub(row, from, to);
    if (body === undefined) this.#drop.run(id);
    else this.#replace.run(chunkCrc(row, body), body, id);
  }
}
