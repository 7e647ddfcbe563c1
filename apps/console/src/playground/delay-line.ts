import type { Clock } from "@throughline/protocol";

/** Hands things on later than they came, and in their order, as on a long way. */
export class DelayLine {
  readonly #clock: Clock;
  readonly #delayMs: () => number;
  readonly #waiting: (() => void)[] = [];
  #due = 0;

  /** @param delayMs how long the next one takes */
  constructor(clock: Clock, delayMs: () => number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  push(hand: () => void): void {
    const now = this.#clock.monotonic();
    this.#due = Math.max(this.#due, now + this.#delayMs());
    if (this.#due === now && this.#waiting.length === 0) return hand();
    this.#waiting.push(hand);
    // Timers may fire a little early or late: whichever does takes the one whose turn it is.
    this.#clock.setTimeout(() => this.#waiting.shift()?.(), this.#due - now);
  }
}
