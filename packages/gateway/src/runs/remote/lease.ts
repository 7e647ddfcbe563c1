import type { Clock, Timer } from "@throughline/protocol";
import type { Workers } from "../run/workers.ts";

/**
 * How long a worker elsewhere may be silent (R3). While nothing of it could arrive the lease stands
 * still, and begins anew after that. Until it was heard of for the first time it may just be busy: the run
 * waits on where those who carry it say so.
 */
export class WorkerLease {
  readonly #clock: Clock;
  readonly #workers: Workers;
  readonly #ms: number;
  readonly #lost: () => void;
  readonly #busy: () => boolean;
  readonly #stillWaits: () => Promise<boolean>;
  readonly #unwatch: () => void;
  #timer: Timer | undefined;
  #renewedAt = 0;
  #heard: boolean;
  #closed = false;

  constructor(options: {
    readonly clock: Clock;
    readonly workers: Workers;
    readonly ms: number;
    /** Whether something the worker said still waits to be taken. */
    readonly busy: () => boolean;
    /** Whether the worker was heard of before. */
    readonly heard: boolean;
    /** Whether the run still waits for a worker. Asked when the lease has run out and none was heard of. */
    readonly stillWaits: () => Promise<boolean>;
    /** Called once, when the lease has run out. Must not throw. */
    readonly lost: () => void;
  }) {
    this.#clock = options.clock;
    this.#workers = options.workers;
    this.#ms = options.ms;
    this.#busy = options.busy;
    this.#heard = options.heard;
    this.#stillWaits = options.stillWaits;
    this.#lost = options.lost;
    this.#unwatch = this.#workers.onReachable(() => this.#begin());
    this.#begin();
  }

  /** The worker was heard of. */
  renew(): void {
    this.#heard = true;
    this.#restart();
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
    this.#restart();
    this.#wait(this.#ms);
  }

  #restart(): void {
    this.#renewedAt = this.#clock.monotonic();
  }

  /** One timer looks now and then, so that a report costs a reading of the clock. */
  #wait(ms: number): void {
    this.#timer = this.#clock.setTimeout(() => this.#look(), ms);
  }

  #look(): void {
    if (this.#busy()) this.renew();
    const left = this.#renewedAt + this.#ms - this.#clock.monotonic();
    if (left > 0) this.#wait(left);
    else if (this.#heard) this.#end();
    else void this.#ask();
  }

  /** Nothing was ever heard: is anybody there who will take the run when its turn comes? */
  async #ask(): Promise<void> {
    const timer = this.#timer;
    const waits = await this.#stillWaits().catch(() => false);
    // Over, or begun anew meanwhile.
    if (this.#closed || this.#timer !== timer) return;
    if (this.#heard) return this.#look();
    if (!waits) return this.#end();
    this.#restart();
    this.#wait(this.#ms);
  }

  #end(): void {
    this.close();
    this.#lost();
  }
}
