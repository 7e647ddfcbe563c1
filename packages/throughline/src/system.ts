import { randomUUID } from "node:crypto";
import type { Clock, Random } from "@throughline/protocol";

/**
 * The real time and the real randomness. Rule S2: everything else is handed these, so this file is
 * the only one that may name the globals.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(fn, ms) {
    const timer = setTimeout(fn, ms);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
  setImmediate(fn) {
    setImmediate(fn);
  },
};

/** Good enough for jitter; ids come from the operating system's own source. */
export const systemRandom: Random = {
  next: () => Math.random(),
  uuid: () => randomUUID(),
};
