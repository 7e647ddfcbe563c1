import type { Clock, Timer } from "@throughline/protocol";
import type { Workers } from "../run/workers.ts";

/**
 * How long a worker elsewhere may be silent (R3). While nothing of it could arrive the lease stands
 * still, and begins anew after that.
 */
export class WorkerLease {
  readonly #clock: Clock;
  readonly #workers: Workers;
  readonly #ms: number;
  readonly #lost: () => void;
  readonly #busy: () => boolean;
  readonly #unwatch: () => void;
  #timer: Timer | undefined;
  #renewedAt = 0;
  #closed = false;

  constructor(options: {
    readonly clock: Clock;
    readonly workers: Workers;
    readonly ms: number;
    /** Whether something the worker said still waits to be taken. */
    readonly busy: () => boolean;
    /** Called once, when the lease has run out. Must not throw. */
    readonly lost: () => void;
  }) {
    this.#clock = options.clock;
    this.#workers = options.workers;
    this.#ms = options.ms;
    this.#busy = options.busy;
    this.#lost = options.lost;
    this.#unwatch = this.#workers.onReachable(() => this.#begin());
    this.#begin();
  }

  /** The worker was heard of. */
  renew(): void {
    this.#renewedAt = this.#clock.monotonic();
  }

  /** The lease is over, one way or another. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#unwatch();
  }

  #begin(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#closed || !this.#workers.reachable) return;
    this.renew();
    this.#wait(this.#ms);
  }

  /** One timer looks now and then, so that a report costs a reading of the clock. */
  #wait(ms: number): void {
    this.#timer = this.#clock.setTimeout(() => this.#look(), ms);
  }

  #look(): void {
    if (this.#busy()) this.renew();
    const left = this.#renewedAt + this.#ms - this.#clock.monotonic();
    if (left > 0) this.#wait(left);
    else {
      this.close();
      this.#lost();
    }
  }
}
