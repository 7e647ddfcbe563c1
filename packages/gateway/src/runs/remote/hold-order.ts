import type { Clock } from "@throughline/protocol";
import type { Report } from "../run/workers.ts";

/** How soon a worker is told again that does not say what it does: it may not have been there to hear it. */
const TELL_AGAIN_MS = 2_000;

/**
 * Whether a run is to be held, which its worker is told again while it seems not to know: whoever is told
 * over a connection that has just gone hears nothing, and a run may change its worker before it begins.
 */
export class HoldOrder {
  readonly #clock: Clock;
  readonly #tell: (order: "pause" | "resume") => void;
  #paused: boolean;
  /** Whether it was ever otherwise: then its worker may still take it to be. */
  #changed: boolean;
  #toldAt: number | undefined;
  #wasHeard = false;

  /** @param options.wasPaused whether the run was ever held, as far as the thread tells */
  constructor(options: {
    readonly clock: Clock;
    readonly paused: boolean;
    readonly wasPaused: boolean;
    readonly tell: (order: "pause" | "resume") => void;
  }) {
    this.#clock = options.clock;
    this.#tell = options.tell;
    this.#paused = options.paused;
    this.#changed = options.paused || options.wasPaused;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** The worker is to hold the run, or to let it go on, from now on. */
  give(paused: boolean): void {
    this.#paused = paused;
    this.#changed = true;
    this.#say();
  }

  /** The worker was heard of: tells it again if it does not do as it was told, or may not. */
  heard({ name, paused }: Pick<Report, "name" | "paused">): void {
    const isFirst = !this.#wasHeard;
    this.#wasHeard = true;
    if (!this.#changed) return;
    if (paused !== undefined) {
      // It says so when it is back, and then not again for long: it is told at once.
      if (paused !== this.#paused) this.#say();
      return;
    }
    // One that only lives may hold the run, one that says more does not.
    if (!this.#paused && name !== undefined) return;
    // With its first word it may just have begun, and have heard nothing of what was told before.
    if (isFirst || this.#toldAt === undefined || this.#clock.monotonic() - this.#toldAt >= TELL_AGAIN_MS) this.#say();
  }

  #say(): void {
    this.#toldAt = this.#clock.monotonic();
    this.#tell(this.#paused ? "pause" : "resume");
  }
}
