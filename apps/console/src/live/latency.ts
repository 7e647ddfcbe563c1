import type { Api } from "./api.ts";
import type { System } from "./seams.ts";
import { Store } from "./store.ts";

/** What the last round trip to the server was like. */
export interface Latency {
  /** Milliseconds, rounded; null before the first and after a failed one. */
  readonly ms: number | null;
  readonly reachable: boolean | null;
}

const EVERY_MS = 10_000;
const AFTER_FAILURE_MS = 2_000;
const TIMEOUT_MS = 5_000;

/** Measures the round trip to `/health`, again and again while it runs. */
export class LatencyProbe {
  readonly latency = new Store<Latency>({ ms: null, reachable: null });
  readonly #api: Api;
  readonly #system: System;
  #cancel = (): void => {};

  constructor(api: Api, system: System) {
    this.#api = api;
    this.#system = system;
  }

  /** Measures now, and goes on measuring. */
  start(): void {
    this.stop();
    const request = new AbortController();
    const cancelTimeout = this.#system.after(TIMEOUT_MS, () => request.abort());
    this.#cancel = () => {
      cancelTimeout();
      request.abort();
    };
    const current = this.#cancel;
    void this.#measure(request.signal).then((ms) => {
      cancelTimeout();
      // Stopped or begun anew meanwhile: this measurement counts no more.
      if (this.#cancel !== current) return;
      this.latency.set({ ms, reachable: ms !== null });
      this.#cancel = this.#system.after(ms === null ? AFTER_FAILURE_MS : EVERY_MS, () => this.start());
    });
  }

  stop(): void {
    this.#cancel();
    this.#cancel = () => {};
  }

  /** @returns milliseconds; null when no answer came */
  async #measure(signal: AbortSignal): Promise<number | null> {
    const begun = this.#system.monotonic();
    try {
      await this.#api.ping(signal);
      return Math.round(this.#system.monotonic() - begun);
    } catch {
      return null;
    }
  }
}
