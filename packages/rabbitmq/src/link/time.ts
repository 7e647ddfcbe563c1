import { type Clock, ThroughlineError } from "@throughline/protocol";

/** Waits; also no longer than until the signal fires. Never rejects. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      timer.cancel();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = clock.setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}

/**
 * What the promise gives, unless it takes too long. What it comes to later is nobody's concern.
 * @throws unavailable after `ms`
 */
export function within<T>(clock: Clock, ms: number, promise: Promise<T>, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => {
      reject(new ThroughlineError("unavailable", `${what} took longer than ${ms} ms.`));
    }, ms);
    promise.then(resolve, reject).finally(() => timer.cancel());
  });
}

/** Rejects with the signal's reason once it fires, else settles as the promise does. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
