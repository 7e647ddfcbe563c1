/**
 * Time for the contract suite. Immediates are the real ones, since stores do real
 * I/O; the time of day stands still until a test moves it.
 */
import type { Clock, Timer } from "@throughline/protocol";

export interface SuiteClock extends Clock {
  /** Moves time on and calls what is due, in order. */
  advance(ms: number): void;
  /** Timers set and neither called nor cancelled. */
  readonly pending: number;
}

interface Entry {
  readonly at: number;
  readonly fn: () => void;
}

export function suiteClock(start = 1_700_000_000_000): SuiteClock {
  let now = start;
  let entries: Entry[] = [];
  return {
    now: () => now,
    monotonic: () => now,
    setTimeout(fn, ms): Timer {
      const entry = { at: now + ms, fn };
      entries.push(entry);
      return { cancel: () => void (entries = entries.filter((other) => other !== entry)) };
    },
    setImmediate: (fn) => void setImmediate(fn),
    advance(ms) {
      now += ms;
      const due = entries.filter((entry) => entry.at <= now).sort((a, b) => a.at - b.at);
      entries = entries.filter((entry) => entry.at > now);
      for (const entry of due) entry.fn();
    },
    get pending() {
      return entries.length;
    },
  };
}
