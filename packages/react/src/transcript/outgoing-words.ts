/** A person's message that the thread does not show yet. */
export interface OutgoingItem {
  /** Names it in `retry` and `discard`. */
  readonly runId: string;
  readonly text: string;
  /** `waiting`: the server cannot take it now. `accepted`: the server has it, and it waits for its turn. */
  readonly status: "sending" | "waiting" | "accepted" | "failed";
  /** Why it failed, or waits. */
  readonly error?: { readonly message: string; readonly remedy?: string } | null;
}

/**
 * Where a message is on its way, in words; with the reason if it failed, or waits for the server.
 *
 * @param isReachable whether the server can be reached; until then messages wait
 */
export function outgoingWords({ status, error }: Pick<OutgoingItem, "status" | "error">, isReachable = true): string {
  if (status === "failed") return `Not sent. ${error?.message ?? ""}`.trim();
  if (status === "waiting") return `Waiting for the server. ${error?.message ?? ""}`.trim();
  if (status === "accepted") return "Waiting for its turn";
  return isReachable ? "Sending…" : "Waiting for the connection";
}
