import type { Thread } from "./thread.ts";

/** Threads that nobody looks at and whose view is kept all the same, to go on from. */
const MOST_IDLE = 50;
/** So many threads more make it worth a look which of them are gone. */
const SWEEP_EVERY = 100;

/**
 * A client's threads: those that somebody needs, some that were needed last, and of the others only
 * those that the app still holds, so that a page which shows ten thousand in a day does not keep them.
 */
export class Threads {
  /** The longest idle first. */
  readonly #kept = new Map<string, Thread>();
  /** All that there are: the same thread is the same object for as long as anybody has it. */
  readonly #known = new Map<string, WeakRef<Thread>>();
  #sweepAt = SWEEP_EVERY;

  get(id: string): Thread | undefined {
    return this.#kept.get(id) ?? this.#known.get(id)?.deref();
  }

  /** Those that are kept; the others have nothing to tell and nothing to be told. */
  [Symbol.iterator](): IterableIterator<Thread> {
    return this.#kept.values();
  }

  /** It is new, or needed again. */
  keep(thread: Thread): void {
    const { id } = thread;
    this.#kept.delete(id);
    this.#kept.set(id, thread);
    if (this.#known.get(id)?.deref() !== thread) this.#known.set(id, new WeakRef(thread));
    this.#letGo();
    if (this.#known.size >= this.#sweepAt) this.#sweep();
  }

  #letGo(): void {
    if (this.#kept.size <= MOST_IDLE) return;
    const idle = [...this.#kept.values()].filter((thread) => thread.isIdle);
    for (const thread of idle.slice(0, Math.max(0, idle.length - MOST_IDLE))) {
      thread.forget();
      this.#kept.delete(thread.id);
    }
  }

  #sweep(): void {
    for (const [id, thread] of this.#known) if (thread.deref() === undefined) this.#known.delete(id);
    this.#sweepAt = this.#known.size + SWEEP_EVERY;
  }
}
