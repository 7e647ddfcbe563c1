import type { Clock } from "@throughline/protocol";
import { owned } from "./owned.ts";

/**
 * Resolves after `ms` milliseconds; at once for 0 or less.
 * @throws the signal's reason as soon as it fires; the timer is then gone
 */
export async function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (ms <= 0) return;
  const elapsed = Promise.withResolvers<void>();
  const timer = clock.setTimeout(elapsed.resolve, ms);
  try {
    await unlessAborted(elapsed.promise, signal);
  } finally {
    timer.cancel();
  }
}

/**
 * What the promise gives, unless the signal fires first; the promise's own failure is then nobody's.
 * @throws the signal's reason
 */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  void owned(promise);
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/**
 * What the source gives, until the signal fires; the source is told to stop either way.
 * @throws the signal's reason
 */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  let finished = false;
  try {
    while (true) {
      const step = await unlessAborted(iterator.next(), signal);
      finished = step.done === true;
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    // Not awaited: a source stuck in its own wait would hold up the cancel.
    if (!finished) void iterator.return?.()?.catch(() => {});
  }
}
