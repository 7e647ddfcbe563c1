/** The machine's own time and randomness, so that measuring the log loads nothing but the log. */
import type { Clock, Random } from "@throughline/protocol";
import { randomUUID } from "node:crypto";

export const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (fn, ms) => {
    const timer = setTimeout(fn, ms).unref();
    return { cancel: () => clearTimeout(timer) };
  },
  setImmediate: (fn) => void setImmediate(fn),
};

export const random: Random = { next: () => Math.random(), uuid: () => randomUUID() };
