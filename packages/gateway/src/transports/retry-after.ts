/** The least time to wait where trying again may help. */
const SECONDS = "1";

/** What a refusal's `Retry-After` header says; undefined for one that waiting does not mend. */
export function retryAfter(status: number): string | undefined {
  return status === 429 || status === 503 ? SECONDS : undefined;
}
