import { ThroughlineError } from "@throughline/protocol";

/** Why a request came to nothing, in a form the page can show. */
export interface Failure {
  /** A code of the server's table, or `network` when there was no answer. */
  readonly code: string;
  readonly message: string;
  /** What the reader can do about it. */
  readonly remedy: string;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The server asks to wait this long. */
  readonly retryAfterMs?: number;
}

/** Thrown by the API client. */
export class RequestError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, options?: { cause: unknown }) {
    super(failure.message, options);
    this.name = "RequestError";
    this.failure = failure;
  }
}

/** No answer came, or it broke off. */
export const NO_ANSWER: Failure = {
  code: "network",
  message: "The server can’t be reached.",
  remedy: "Check that it is running; the page tries again by itself.",
  status: 0,
};

const UNREADABLE: Failure = {
  code: "unreadable",
  message: "The server’s answer can’t be read.",
  remedy: "Reload the page; it may be older than the server.",
  status: 0,
};

/** Makes any thrown value a failure. What is neither a request's error nor the client's went wrong with an answer. */
export function failureOf(error: unknown): Failure {
  if (error instanceof RequestError) return error.failure;
  if (!(error instanceof ThroughlineError)) return UNREADABLE;
  const { code, message, remedy, status } = error;
  return { code, message, remedy, status };
}

/** Whether trying again by itself can help: no answer, too busy, or a fault of the server. */
export function isTransient(failure: Failure): boolean {
  return failure.status === 0 || failure.status === 429 || failure.status >= 500;
}

/** Reads the refusal out of a response: `{error:{code,message,remedy}}`. */
export async function failureOfResponse(response: Response): Promise<Failure> {
  const body = await bodyOf(response);
  const retryAfter = Number(response.headers.get("retry-after") ?? "");
  return {
    code: body.code ?? `http_${response.status}`,
    message: body.message ?? `The server answered ${response.status}.`,
    remedy: body.remedy ?? "Try again in a moment.",
    status: response.status,
    ...(retryAfter > 0 && { retryAfterMs: retryAfter * 1000 }),
  };
}

type Refusal = { readonly code?: string; readonly message?: string; readonly remedy?: string };

async function bodyOf(response: Response): Promise<Refusal> {
  try {
    const { error } = (await response.json()) as { error?: Refusal };
    return error ?? {};
  } catch {
    // A proxy's error page, or a body cut short: the status says enough.
    return {};
  }
}
