import { randomUUID } from "node:crypto";
import type { Clock, Random } from "@throughline/protocol";

/** The machine's own time. Part of the composition root: the only file here that knows it (S2). */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (fn, ms) => {
    const timer = setTimeout(fn, ms);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
  setImmediate: (fn) => void setImmediate(fn),
};

/** The machine's own randomness. */
export const systemRandom: Random = { next: () => Math.random(), uuid: () => randomUUID() };
