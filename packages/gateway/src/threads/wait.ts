import type { Clock } from "@throughline/protocol";
import type { Thread } from "./thread.ts";

/** Resolves when the thread has an event behind `after` or is closed, when `ms` are over, or when the signal fires. */
export function waitForEvents(
  thread: Thread,
  after: number,
  ms: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  if (thread.head > after || ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      unfollow();
      timer.cancel();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const unfollow = thread.follow({ advanced: done, deleted: done, closed: done });
    const timer = clock.setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
