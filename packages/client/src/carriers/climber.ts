import type { Clock } from "@throughline/protocol";
import type { Dialling } from "./ladder.ts";

/** The first try comes after this, in ms; each further one twice as late, up to the cap. */
const FIRST_MS = 15_000;
const CAP_MS = 10 * 60_000;

/**
 * From a transport that is not the best one, tries the better ones from time to time, beside the one
 * that works: nothing is given up before something better is open.
 *
 * @param attempt begins a try, and tells if it comes to nothing
 * @returns ends it, and the carrier that a try is opening or has opened
 */
export function climb(clock: Clock, attempt: (failed: () => void) => Dialling): Dialling {
  let current: Dialling;
  const wait = (ms: number): void => {
    current = clock.setTimeout(() => {
      current = attempt(() => wait(Math.min(CAP_MS, ms * 2)));
    }, ms);
  };
  wait(FIRST_MS);
  return { cancel: () => current.cancel() };
}
