const BASE_MS = 500;
const CAP_MS = 15_000;

/**
 * How long to wait before the next attempt: full jitter, so that a thousand pages cut off at the
 * same moment do not come back at the same moment.
 *
 * @param attempt how many attempts have failed in a row, from 1
 * @param random a number in [0, 1)
 * @param floorMs what the server asked for (Retry-After)
 * @returns milliseconds
 */
export function backoff(attempt: number, random: number, floorMs = 0): number {
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt - 1, 10));
  return floorMs + Math.round(random * ceiling);
}
