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
