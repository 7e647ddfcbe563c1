import { ThroughlineError } from "@throughline/protocol";

/** Why a connection came to nothing or ended. */
export interface Failure {
  readonly error: ThroughlineError;
  /** `lost`: try again. `denied`: with another token. `refused`: trying again cannot help. */
  readonly kind: "lost" | "denied" | "refused";
  /** The server asks to wait this long, in ms; 0 when it asks nothing. */
  readonly retryAfterMs: number;
  /** Whether another transport may fare better at once: something on the way may not let this one through. */
  readonly elsewhere: boolean;
}

/** No answer, or one that broke off. */
export function lost(
  message: string,
  options: { readonly cause?: unknown; readonly elsewhere?: boolean } = {},
): Failure {
  const { cause, elsewhere = false } = options;
  const error = new ThroughlineError("connection_failed", message, cause === undefined ? {} : { cause });
  return { error, kind: "lost", retryAfterMs: 0, elsewhere };
}

/** What is left when no token can be had. */
export function noToken(cause: unknown): Failure {
  const error = ThroughlineError.from(cause, "unauthenticated");
  const kind = error.code === "forbidden" ? "refused" : "lost";
  return { error, kind, retryAfterMs: 0, elsewhere: false };
}

/** What a WebSocket's end means: the table of PROTOCOL.md. */
export function failureOfClose(code: number, reason: string): Failure {
  const message = `The connection was closed with ${code}${reason === "" ? "" : `: ${reason}`}.`;
  if (code === 4401) {
    const error = new ThroughlineError("unauthenticated", "The server does not accept the token.");
    return { error, kind: "denied", retryAfterMs: 0, elsewhere: false };
  }
  if (code === 4400) {
    return {
      error: new ThroughlineError("invalid_frame", message),
      kind: "refused",
      retryAfterMs: 0,
      elsewhere: false,
    };
  }
  if (code === 1009) return { ...lost(message), error: new ThroughlineError("payload_too_large", message) };
  return { ...lost(message, { elsewhere: code < 4000 }), retryAfterMs: code === 4429 ? 1000 : 0 };
}
