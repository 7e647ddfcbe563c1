import type { Clock } from "@throughline/protocol";

/** How many pieces of work go into one turn of the event loop. */
const PIECES = 8;

/**
 * Shares the turns of the event loop among all who have much to do at once: agents that never wait,
 * clients far behind. Each asks before every piece of work, and gets its turns in the order of asking,
 * so that however many they are, sockets and timers are served in between.
 */
export class Turns {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  #left = PIECES;
  #scheduled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when a piece of work may be done, of a millisecond at most. */
  next(): Promise<void> {
    this.#schedule();
    if (this.#left > 0) {
      this.#left -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.setImmediate(() => this.#begin());
  }

  #begin(): void {
    this.#scheduled = false;
    const lucky = this.#waiting.splice(0, PIECES);
    this.#left = PIECES - lucky.length;
    if (lucky.length > 0) this.#schedule();
    for (const go of lucky) go();
  }
}
