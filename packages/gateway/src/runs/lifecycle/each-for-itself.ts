import { type ErrorCode, type Logger, ThroughlineError } from "@throughline/protocol";

/** Troubles of the whole log, with which no thread could be mended, nor the server serve. */
const OF_THE_LOG = new Set<ErrorCode>(["storage_full", "unavailable", "overloaded"]);

/**
 * Mends one thread. One that cannot be mended is reported and left as it is: it must not keep the server
 * from starting for all the others.
 * @param about what the report names
 * @returns whether it was mended
 * @throws storage_full, unavailable, overloaded
 */
export async function eachForItself(
  logger: Logger,
  about: Readonly<Record<string, string>>,
  mend: () => Promise<void>,
): Promise<boolean> {
  try {
    await mend();
    return true;
  } catch (error) {
    if (OF_THE_LOG.has(ThroughlineError.from(error).code)) throw error;
    logger.error("a thread could not be mended", { ...about, error });
    return false;
  }
}

/** How many threads are mended at once. */
const AT_ONCE = 16;

/**
 * Mends these threads, a few at a time, each for itself.
 * @returns how many were mended
 * @throws storage_full, unavailable, overloaded
 */
export async function forEachThread<T extends { readonly tenant: string; readonly threadId: string }>(
  logger: Logger,
  threads: readonly T[],
  mend: (thread: T) => Promise<void>,
): Promise<number> {
  let mended = 0;
  for (let at = 0; at < threads.length; at += AT_ONCE) {
    const results = await Promise.all(
      threads.slice(at, at + AT_ONCE).map((thread) => {
        const { tenant, threadId } = thread;
        return eachForItself(logger, { tenant, threadId }, () => mend(thread));
      }),
    );
    mended += results.filter(Boolean).length;
  }
  return mended;
}
