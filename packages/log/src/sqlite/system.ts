/** The worker threads' own event loops. Nothing in them decides what the log answers (S2). */

/** Calls `fn` once after `ms`; the returned function forgets it. */
export function after(ms: number, fn: () => void): () => void {
  const timer = setTimeout(fn, ms);
  return () => clearTimeout(timer);
}

/** Calls `fn` in a later turn, after the messages that have come in. */
export function inLaterTurn(fn: () => void): void {
  setImmediate(fn);
}
