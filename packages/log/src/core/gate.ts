/** Back-pressure: counts what waits for the writer and holds producers back while it is too much. */
import { ThroughlineError } from "@throughline/protocol";

export class Gate {
  readonly #bound: number;
  #queued = 0;
  #waiting: (() => void)[] = [];

  /** @param bound bytes; twice as many are the hard bound */
  constructor(bound: number) {
    this.#bound = bound;
  }

  get queuedBytes(): number {
    return this.#queued;
  }

  /** @throws overloaded; a queue that is empty takes anything */
  enter(bytes: number): void {
    if (this.#queued > 0 && this.#queued + bytes > 2 * this.#bound) {
      throw new ThroughlineError("overloaded", "More is waiting to be written than the log may hold.", {
        details: { queuedBytes: this.#queued, maxQueuedBytes: this.#bound },
      });
    }
    this.#queued += bytes;
  }

  leave(bytes: number): void {
    this.#queued -= bytes;
    if (this.#queued < this.#bound) this.open();
  }

  async wait(): Promise<void> {
    // Looked at again on waking: whoever woke first may have filled the queue.
    while (this.#queued >= this.#bound) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Lets those who wait look again. */
  open(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
