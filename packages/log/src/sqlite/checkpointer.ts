/**
 * Moves what is in the write-ahead log into the database file, a slice at a time, between commits.
 * The writer does it itself: beside a busy writer, a checkpoint from another connection finishes
 * never and the write-ahead log grows without end (L5).
 */
import type { Database } from "better-sqlite3";
import type { Hooks } from "./hooks.ts";

/** A checkpoint comes after this many bytes, so that each is short. */
export const SLICE_BYTES = 8 * 1024 * 1024;
/** From here on the writer waits for readers to let go of the write-ahead log. */
export const CEILING_BYTES = 64 * 1024 * 1024;
/** What a commit writes beside the records: their rows, and pages only partly new. */
const OVERHEAD = 1.3;
const COMMIT_BYTES = 4 * 4096;

interface CheckpointRow {
  readonly busy: number;
  /** Pages in the write-ahead log. */
  readonly log: number;
  readonly checkpointed: number;
}

export class Checkpointer {
  readonly #db: Database;
  readonly #hooks: Hooks;
  readonly #pageSize: number;
  #bytes = 0;

  constructor(db: Database, hooks: Hooks) {
    this.#db = db;
    this.#hooks = hooks;
    this.#pageSize = Number(db.pragma("page_size", { simple: true }));
  }

  /** @param bytes of records in the commit */
  wrote(bytes: number): void {
    this.#bytes += bytes * OVERHEAD + COMMIT_BYTES;
  }

  /** @throws what SQLite throws; the commits are safe in the write-ahead log all the same */
  run(): void {
    if (this.#bytes < SLICE_BYTES) return;
    this.#bytes = 0;
    this.#hooks.reach("checkpointing");
    const { log } = this.#checkpoint("PASSIVE");
    // Readers that were in the way are gone after a moment: each reads one bounded window.
    if (log * this.#pageSize > CEILING_BYTES) this.#checkpoint("RESTART");
    this.#hooks.reach("checkpointed");
  }

  /** Leaves nothing in the write-ahead log, so that nothing deleted lingers there. */
  finish(): void {
    this.#checkpoint("TRUNCATE");
  }

  #checkpoint(mode: "PASSIVE" | "RESTART" | "TRUNCATE"): CheckpointRow {
    const [row] = this.#db.pragma(`wal_checkpoint(${mode})`) as CheckpointRow[];
    return row ?? { busy: 1, log: 0, checkpointed: 0 };
  }
}
