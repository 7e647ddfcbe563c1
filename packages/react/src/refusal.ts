import { ThroughlineError } from "@throughline/protocol";

/** Does it, and says why it was refused; null when it was not. */
export async function refusalOf(work: () => Promise<unknown> | void): Promise<ThroughlineError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return ThroughlineError.from(error);
  }
}
