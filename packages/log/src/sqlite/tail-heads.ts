/**
 * Heads of streams whose row is behind their chunks. A stream that grows does not have its row
 * rewritten with every commit; on open the chunks behind `headsTo` are read through instead.
 */
export interface TailHead {
  head: number;
  /** Time of the last chunk, in ms. */
  at: number;
  /** First chunk that the row does not know of. */
  readonly since: number;
}

export class TailHeads {
  // In the order of `since`, as entries are only added behind.
  readonly #heads = new Map<number, TailHead>();

  get(owner: number): TailHead | undefined {
    return this.#heads.get(owner);
  }

  /** The owner has a chunk that ends with seq `head`. */
  grew(owner: number, head: number, at: number, chunk: number): void {
    const known = this.#heads.get(owner);
    if (known === undefined) this.#heads.set(owner, { head, at, since: chunk });
    else {
      known.head = head;
      known.at = at;
    }
  }

  /** The row is up to date, or gone. */
  settled(owner: number): void {
    this.#heads.delete(owner);
  }

  /** Longest behind first. */
  entries(): Iterable<[number, Readonly<TailHead>]> {
    return this.#heads.entries();
  }

  /** Owners whose rows have been behind since before `chunk`, longest first. */
  *behind(chunk: number): Iterable<number> {
    for (const [owner, head] of this.#heads) {
      if (head.since >= chunk) return;
      yield owner;
    }
  }
}
