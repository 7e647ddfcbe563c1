import { type ErrorCode, ERRORS, ThroughlineError } from "@throughline/protocol";
import type { Failure } from "../connection/failure.ts";

/** What a proxy asks for beyond this, in ms, is taken for a mistake: nobody would ever be back. */
const LONGEST_RETRY_AFTER_MS = 60 * 60_000;

/** What these say holds whoever says it: the server, or what stands before it. */
const BY_STATUS: { readonly [status: number]: ErrorCode | undefined } = {
  401: "unauthenticated",
  413: "payload_too_large",
};

/**
 * Reads the refusal out of a response: `{error: {code, message, remedy}}`. Only the server's own word is final:
 * a proxy before it may answer 403 or 404 for as long as the server is being replaced.
 * @param now in ms since the Unix epoch
 */
export async function failureOfResponse(response: Response, now: number): Promise<Failure> {
  const { status } = response;
  const { code, message, remedy } = await bodyOf(response);
  const known = typeof code === "string" && Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : BY_STATUS[status];
  const text = typeof message === "string" ? message : `The server answered ${status}.`;
  const error = new ThroughlineError(known ?? "connection_failed", text);
  const retryAfterMs = retryAfter(response.headers.get("retry-after"), now);
  // A newer server's codes need not be known here.
  const isFinal = known !== undefined || typeof remedy === "string";
  const isTransient = status === 408 || status === 425 || status === 429 || status >= 500;
  const kind = status === 401 ? "denied" : isFinal && !isTransient ? "refused" : "lost";
  return { error, kind, retryAfterMs, elsewhere: false };
}

/** In ms; a header says it in seconds or as a date (RFC 9110, 10.2.3). */
function retryAfter(header: string | null, now: number): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return ms > 0 ? Math.min(ms, LONGEST_RETRY_AFTER_MS) : 0;
}

type Refusal = { readonly code?: unknown; readonly message?: unknown; readonly remedy?: unknown };

async function bodyOf(response: Response): Promise<Refusal> {
  try {
    return ((await response.json()) as { error?: Refusal }).error ?? {};
  } catch {
    // A proxy's error page, or a body cut short: the status says enough.
    return {};
  }
}
