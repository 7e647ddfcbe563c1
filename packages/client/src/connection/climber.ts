import type { Clock, Timer } from "@throughline/protocol";

/** The first try comes after this, in ms; each further one twice as late, up to the cap. */
const FIRST_MS = 15_000;
const CAP_MS = 10 * 60_000;

/**
 * From a transport that is not the best one, tries the better ones from time to time, beside the one
 * that works: nothing is given up before something better is open.
 */
export class Climber {
  readonly #clock: Clock;
  /** Begins a try; `undefined` where there is nothing better. */
  readonly #climb: () => { cancel(): void } | undefined;
  #waitMs = FIRST_MS;
  #timer: Timer | undefined;
  #attempt: { cancel(): void } | undefined;

  constructor(clock: Clock, climb: () => { cancel(): void } | undefined) {
    this.#clock = clock;
    this.#climb = climb;
  }

  /** Begins anew, with a carrier that has just opened. */
  start(): void {
    this.#waitMs = FIRST_MS;
    this.#attempt = undefined;
    this.#schedule();
  }

  /** The try has come to nothing. */
  failed(): void {
    this.#attempt = undefined;
    this.#waitMs = Math.min(CAP_MS, this.#waitMs * 2);
    this.#schedule();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#attempt?.cancel();
    this.#attempt = undefined;
  }

  #schedule(): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimeout(() => {
      this.#attempt = this.#climb();
    }, this.#waitMs);
  }
}
