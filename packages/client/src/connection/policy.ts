/**
 * How long to wait before an attempt.
 *
 * @param attempt how many attempts have failed in a row, from 1
 * @param random a number in [0, 1)
 * @returns milliseconds; `null` to give up
 */
export type ReconnectPolicy = (attempt: number, random: number) => number | null;

export interface BackoffOptions {
  /** The first wait is at most this long, in ms; each further one may be twice as long. Default 500. */
  readonly baseMs?: number;
  /** No wait is longer than this. Default 15 s. */
  readonly capMs?: number;
  /** Gives up after so many failures in a row. Default never. */
  readonly maxAttempts?: number;
}

/**
 * Exponential back-off with full jitter, so that a thousand clients cut off at the same moment do not
 * come back at the same moment.
 */
export function backoff({ baseMs = 500, capMs = 15_000, maxAttempts }: BackoffOptions = {}): ReconnectPolicy {
  return (attempt, random) => {
    if (maxAttempts !== undefined && attempt > maxAttempts) return null;
    return Math.round(random * Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 20)));
  };
}
