/**
 * Where tests reach into the writer: a few numbers in shared memory. Only {@link openSqliteLogWith}
 * can pass them, which the package does not export.
 */

/** Places where the process can be killed, in the order a commit passes them. */
export const CRASH_POINTS = [
  "written",
  "committed",
  "marked",
  "indexing",
  "checkpointing",
  "checkpointed",
  "collecting",
  "closing",
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];

const POINT = 0;
const COUNTDOWN = 1;
const SYNC_FAULT = 2;
const MAX_PAGES = 3;

export class Hooks {
  readonly #cells: Int32Array | undefined;

  /** @param memory from {@link hookMemory}; undefined = no test is reaching in */
  constructor(memory: SharedArrayBuffer | undefined) {
    this.#cells = memory === undefined ? undefined : new Int32Array(memory);
  }

  /** Kills the process here, as `kill -9` would, when a test asked for it. */
  reach(point: CrashPoint): void {
    const cells = this.#cells;
    if (cells === undefined || Atomics.load(cells, POINT) !== CRASH_POINTS.indexOf(point) + 1) return;
    if (Atomics.sub(cells, COUNTDOWN, 1) <= 1) process.kill(process.pid, "SIGKILL");
  }

  /** Throws what SQLite throws when fsync fails, when a test asked for it. */
  sync(): void {
    if (this.#cells === undefined || Atomics.load(this.#cells, SYNC_FAULT) === 0) return;
    throw Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR_FSYNC" });
  }

  /** The greatest number of pages the file may have, 0 = no bound; undefined = no test is reaching in. */
  get maxPages(): number | undefined {
    return this.#cells === undefined ? undefined : Atomics.load(this.#cells, MAX_PAGES);
  }

  /** Dies at the `times`-th passing of `point`. */
  crashAt(point: CrashPoint, times: number): void {
    this.#set(COUNTDOWN, times);
    this.#set(POINT, CRASH_POINTS.indexOf(point) + 1);
  }

  failSync(): void {
    this.#set(SYNC_FAULT, 1);
  }

  /** @param pages 0 = no bound */
  limitPages(pages: number): void {
    this.#set(MAX_PAGES, pages);
  }

  #set(cell: number, value: number): void {
    if (this.#cells !== undefined) Atomics.store(this.#cells, cell, value);
  }
}

export function hookMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT);
}
