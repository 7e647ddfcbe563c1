/** Lets work through one after another, as far as it has the same key. */
export class Turnstile {
  readonly #last = new Map<string, Promise<void>>();
  #waiting = 0;

  /** How much has been let in and not yet begun. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Whether anything with this key waits or is under way. */
  busy(key: string): boolean {
    return this.#last.has(key);
  }

  /** @param work must not reject */
  pass(key: string, work: () => Promise<void>): void {
    this.#waiting += 1;
    const before = this.#last.get(key) ?? Promise.resolve();
    const done = before.then(() => {
      this.#waiting -= 1;
      return work();
    });
    this.#last.set(key, done);
    void done.then(() => {
      if (this.#last.get(key) === done) this.#last.delete(key);
    });
  }
}
