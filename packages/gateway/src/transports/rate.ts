import type { Clock } from "@throughline/protocol";

export interface Rate {
  /** Frames a second in the long run. */
  readonly perSecond: number;
  /** Frames at once after a quiet time. */
  readonly burst: number;
}

/** A token bucket: one connection's frames against its {@link Rate} (A3). */
export class RateLimit {
  readonly #rate: Rate;
  readonly #clock: Clock;
  #tokens: number;
  #at: number;

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
    this.#tokens = rate.burst;
    this.#at = clock.monotonic();
  }

  /** Takes one frame's token; false when there is none. */
  take(): boolean {
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + ((now - this.#at) / 1_000) * this.#rate.perSecond);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
