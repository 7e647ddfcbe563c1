/** Heads of streams whose rows are behind, as the librarian hears of them. */
import type { Database } from "better-sqlite3";

interface RecentHead {
  readonly head: number;
  readonly at: number;
  readonly chunk: number;
}

export class RecentHeads {
  readonly #heads = new Map<number, RecentHead>();
  /** The rows hold all heads up to this chunk. */
  settledTo = 0;

  get(owner: number): RecentHead | undefined {
    return this.#heads.get(owner);
  }

  grew(owner: number, head: number, at: number, chunk: number): void {
    this.#heads.set(owner, { head, at, chunk });
  }

  /** Reads the chunks that rows do not know of. */
  catchUp(log: Database, headsTo: number): void {
    this.settledTo = headsTo;
    const chunks = log
      .prepare<[number], { id: number; owner: number; last: number; at: number }>(
        "SELECT id, owner, first + count - 1 AS last, at FROM chunks WHERE id > ? ORDER BY id",
      )
      .iterate(headsTo);
    for (const { id, owner, last, at } of chunks) this.grew(owner, last, at, id);
  }

  /** Lets go of what the rows know by now. */
  drop(): void {
    for (const [owner, { chunk }] of this.#heads) if (chunk <= this.settledTo) this.#heads.delete(owner);
  }
}
