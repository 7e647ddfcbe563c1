import { type Clock, ThroughlineError } from "@throughline/protocol";

/** The network as the tool may use it: the platform's `fetch`, or something like it. */
export type Fetch = (url: URL, init: FetchInit) => Promise<Response>;

export interface FetchInit {
  readonly method: "GET";
  /** Each hop is checked here before it is taken. */
  readonly redirect: "manual";
  readonly credentials: "omit";
  readonly headers: { readonly accept: string };
  readonly signal: AbortSignal;
}

export interface HttpGetOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Origins that may be asked, such as `https://api.example.com`; none unless named. */
  readonly allow: readonly string[];
  /** How long a request may take with its redirects and its body, in ms. */
  readonly timeoutMs?: number;
  /** How much of a body is read, in bytes. */
  readonly maxBytes?: number;
}

/** What came back. */
export interface HttpAnswer {
  /** Where the answer came from in the end. */
  readonly url: string;
  readonly status: number;
  /** The media type, without parameters. */
  readonly type: string;
  /** Bytes that were read. */
  readonly bytes: number;
  /** Whether there was more. */
  readonly truncated: boolean;
  /** The body, or its beginning; absent for what is no text. */
  readonly text?: string;
}

/**
 * Fetches an address.
 * @throws ThroughlineError `forbidden` for an address that may not be asked, `invalid_input` for what is no
 *   address and for an answer of 4xx, `unavailable` for what may go better another time
 */
export type HttpGet = (address: string, signal: AbortSignal) => Promise<HttpAnswer>;

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 256 * 1024;
const MOST_HOPS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * HTTP GET to a list of origins and nowhere else: every hop's origin must be on the list exactly, no
 * credentials go along, and time and size are bounded. Whoever puts an origin on the list vouches for
 * where its name leads.
 */
export function createHttpGet(options: HttpGetOptions): HttpGet {
  const { clock, timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES } = options;
  const allowed = new Set(options.allow);
  return async (address, signal) => {
    const tooLong = new AbortController();
    const timer = clock.setTimeout(() => tooLong.abort(), timeoutMs);
    const bound = AbortSignal.any([signal, tooLong.signal]);
    try {
      const { url, response } = await follow(options.fetch, allowed, address, bound);
      return await answerOf(url, response, maxBytes);
    } catch (error) {
      signal.throwIfAborted();
      if (tooLong.signal.aborted) throw unavailable(`No answer from ${shown(address)} within ${timeoutMs} ms.`, error);
      if (error instanceof ThroughlineError) throw error;
      throw unavailable(`${shown(address)} cannot be reached.`, error);
    } finally {
      timer.cancel();
    }
  };
}

async function follow(
  fetch: Fetch,
  allowed: ReadonlySet<string>,
  address: string,
  signal: AbortSignal,
): Promise<{ url: URL; response: Response }> {
  let url = permitted(address, undefined, allowed);
  for (let hop = 0; hop <= MOST_HOPS; hop += 1) {
    const headers = { accept: "application/json, text/*;q=0.9, */*;q=0.1" };
    const response = await fetch(url, { method: "GET", redirect: "manual", credentials: "omit", headers, signal });
    const location = REDIRECTS.has(response.status) ? response.headers.get("location") : null;
    if (location === null) return { url, response };
    await response.body?.cancel();
    url = permitted(location, url, allowed);
  }
  throw new ThroughlineError("invalid_input", `${shown(address)} redirects more than ${MOST_HOPS} times.`);
}

/** @throws ThroughlineError `invalid_input`, `forbidden` */
function permitted(address: string, base: URL | undefined, allowed: ReadonlySet<string>): URL {
  if (!URL.canParse(address, base?.href))
    throw new ThroughlineError("invalid_input", `"${shown(address)}" is no address.`);
  const url = new URL(address, base?.href);
  if (url.username !== "" || url.password !== "")
    throw new ThroughlineError("forbidden", "An address with credentials in it is not fetched.");
  if (!/^https?:$/.test(url.protocol) || !allowed.has(url.origin)) {
    const way = base === undefined ? "" : `, to where ${base.origin} redirects,`;
    throw new ThroughlineError("forbidden", `${url.origin}${way} is not fetched: THROUGHLINE_HTTP_ALLOW lacks it.`);
  }
  return url;
}

async function answerOf(url: URL, response: Response, maxBytes: number): Promise<HttpAnswer> {
  const { status } = response;
  if (status === 429 || status >= 500) {
    await response.body?.cancel();
    throw unavailable(`${url.origin} answered ${status}.`);
  }
  if (status >= 400) {
    await response.body?.cancel();
    throw new ThroughlineError("invalid_input", `${url.origin} answered ${status}.`);
  }
  const type = (response.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const { body, truncated } = await readBody(response, maxBytes);
  const text = isText(type) ? { text: new TextDecoder().decode(body) } : {};
  return { url: url.href, status, type, bytes: body.byteLength, truncated, ...text };
}

/** Reads no further than the bound, whatever the answer says of its length. */
async function readBody(response: Response, maxBytes: number): Promise<{ body: Uint8Array; truncated: boolean }> {
  const chunks: Uint8Array[] = [];
  let left = maxBytes;
  const reader = response.body?.getReader();
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value.subarray(0, left));
    left -= value.byteLength;
    if (left < 0) {
      await reader.cancel();
      break;
    }
  }
  const body = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return { body, truncated: left < 0 };
}

function isText(type: string): boolean {
  return type === "" || type.startsWith("text/") || /\b(?:json|xml|javascript|yaml)\b/.test(type);
}

/** An address as a message may hold it: without credentials or a query, which may be secrets. */
function shown(address: string): string {
  if (!URL.canParse(address)) return address.slice(0, 100);
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`.slice(0, 200);
}

function unavailable(message: string, cause?: unknown): ThroughlineError {
  return new ThroughlineError("unavailable", message, { cause });
}
