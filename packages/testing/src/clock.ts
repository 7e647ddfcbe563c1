import type { Clock, Timer } from "@throughline/protocol";
import { turn } from "./system.ts";

export interface VirtualClockOptions {
  /** Milliseconds since the Unix epoch at the beginning. */
  readonly start?: number;
  /**
   * Each reading of `monotonic` takes this many ms, so that code which works until a deadline comes to
   * it. Default 0: time stands still while code runs.
   */
  readonly readCostMs?: number;
}

/** A clock, and the timers set through it, that end together: one process's. */
export interface ProcessClock extends Clock {
  /** Calls that are still to come. */
  readonly pending: number;
  /** As if the process were gone: nothing set through this clock is called any more. */
  kill(): void;
}

/** Time that moves only when a test says so. */
export interface VirtualClock extends ProcessClock {
  /**
   * Moves time on by `ms`. Timers are called when they are due, in order, each in a turn of its own
   * with everything that follows from it, as in a real event loop.
   */
  advance(ms: number): Promise<void>;
  /**
   * Calls immediates, and what follows from them, until there are none. Time stands still.
   * @throws Error when they never end
   */
  runUntilIdle(): Promise<void>;
  /** Sets the machine's clock forward or back: `now` jumps, `monotonic` and timers do not. */
  jump(ms: number): void;
  /** A clock that shows the same time and can be killed alone. */
  process(): ProcessClock;
}

interface Call {
  readonly at: number;
  readonly fn: () => void;
  /** The calls to come of the same process. */
  readonly scope: Set<Call>;
}

const DEFAULT_START = 1_700_000_000_000;
/** More immediates than this without time moving on are a loop that never ends. */
const MOST_IMMEDIATES = 200_000;

/** A clock under the test's control, for everything that takes a {@link Clock}. */
export function virtualClock(options: VirtualClockOptions = {}): VirtualClock {
  return new Timeline(options);
}

class Timeline implements VirtualClock {
  readonly #readCostMs: number;
  readonly #scope = new Set<Call>();
  /** By time, those of one moment in the order they were set. */
  readonly #timers: Call[] = [];
  readonly #immediates: Call[] = [];
  #time = 0;
  #wallAhead: number;

  constructor({ start = DEFAULT_START, readCostMs = 0 }: VirtualClockOptions) {
    this.#wallAhead = start;
    this.#readCostMs = readCostMs;
  }

  get pending(): number {
    return this.#timers.length + this.#immediates.length;
  }

  now(): number {
    return Math.floor(this.#wallAhead + this.#time);
  }

  monotonic(): number {
    this.#time += this.#readCostMs;
    return this.#time;
  }

  setTimeout(fn: () => void, ms: number): Timer {
    return this.#later(fn, ms, this.#scope);
  }

  setImmediate(fn: () => void): void {
    this.#soon(fn, this.#scope);
  }

  kill(): void {
    for (const call of this.#scope) this.#forget(call);
  }

  jump(ms: number): void {
    this.#wallAhead += ms;
  }

  async advance(ms: number): Promise<void> {
    const until = this.#time + ms;
    await this.runUntilIdle();
    for (let next = this.#timers[0]; next !== undefined && next.at <= until; next = this.#timers[0]) {
      this.#time = Math.max(this.#time, next.at);
      this.#call(next);
      await this.runUntilIdle();
    }
    this.#time = Math.max(this.#time, until);
  }

  async runUntilIdle(): Promise<void> {
    await turn();
    let calls = 0;
    for (let next = this.#immediates[0]; next !== undefined; next = this.#immediates[0]) {
      calls += 1;
      if (calls > MOST_IMMEDIATES) throw new Error("Immediates go on for ever: something spins.");
      this.#call(next);
      await turn();
    }
  }

  process(): ProcessClock {
    const scope = new Set<Call>();
    let alive = true;
    return {
      now: () => this.now(),
      monotonic: () => this.monotonic(),
      setTimeout: (fn, ms) => (alive ? this.#later(fn, ms, scope) : { cancel() {} }),
      setImmediate: (fn) => {
        if (alive) this.#soon(fn, scope);
      },
      get pending() {
        return scope.size;
      },
      kill: () => {
        alive = false;
        for (const call of scope) this.#forget(call);
      },
    };
  }

  #later(fn: () => void, ms: number, scope: Set<Call>): Timer {
    const call = { at: this.#time + Math.max(0, ms), fn, scope };
    let index = this.#timers.length;
    while (index > 0 && (this.#timers[index - 1] as Call).at > call.at) index -= 1;
    this.#timers.splice(index, 0, call);
    scope.add(call);
    return { cancel: () => this.#forget(call) };
  }

  #soon(fn: () => void, scope: Set<Call>): void {
    const call = { at: this.#time, fn, scope };
    this.#immediates.push(call);
    scope.add(call);
  }

  #call(call: Call): void {
    this.#forget(call);
    call.fn();
  }

  #forget(call: Call): void {
    if (!call.scope.delete(call)) return;
    const timer = this.#timers.indexOf(call);
    if (timer >= 0) this.#timers.splice(timer, 1);
    else this.#immediates.splice(this.#immediates.indexOf(call), 1);
  }
}
