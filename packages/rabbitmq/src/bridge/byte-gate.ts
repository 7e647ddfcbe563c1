/**
 * Lets items through in order, as long as those that are inside have no more than so many bytes together.
 * One may always be, however large.
 */
export class ByteGate<Item> {
  readonly #most: number;
  readonly #admit: (item: Item) => void;
  readonly #waiting = new Set<{ readonly item: Item; readonly bytes: number }>();
  #inside = 0;

  /** @param options.admit called once for each item; must not throw */
  constructor(options: { readonly most: number; readonly admit: (item: Item) => void }) {
    this.#most = options.most;
    this.#admit = options.admit;
  }

  add(item: Item, bytes: number): void {
    this.#waiting.add({ item, bytes });
    this.#open();
  }

  /** As many bytes as an item was added with have left. */
  left(bytes: number): void {
    this.#inside -= bytes;
    this.#open();
  }

  #open(): void {
    for (const next of this.#waiting) {
      if (this.#inside > 0 && this.#inside + next.bytes > this.#most) return;
      this.#waiting.delete(next);
      this.#inside += next.bytes;
      this.#admit(next.item);
    }
  }
}
