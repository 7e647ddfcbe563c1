import type { Clock } from "@throughline/protocol";

/** The platform's own clock and ids: the only file that knows them (S2). */

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (fn, ms) => {
    const timer = setTimeout(fn, ms);
    return { cancel: () => clearTimeout(timer) };
  },
  setImmediate: (fn) => void setTimeout(fn, 0),
};

/** A random UUID. Not crypto.randomUUID: a page over plain HTTP on a local network has none. */
export function systemId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** The part of a bundler's and a browser's world that is looked at. */
interface Surroundings {
  readonly location?: { readonly origin: string };
  readonly document?: unknown;
}

const surroundings = globalThis as unknown as Surroundings;

/** Whether this is a page, and not a server that renders one. */
export function isPage(): boolean {
  return surroundings.document !== undefined;
}

/** The page's origin; undefined where there is no page, or one from a file. */
export function pageOrigin(): string | undefined {
  const origin = surroundings.location?.origin;
  return origin?.startsWith("http") === true ? origin : undefined;
}

/**
 * The server's address that the bundler put in. Bundlers replace these very expressions; where none
 * has, the names may mean nothing at all.
 */
export function bundledUrl(): string | undefined {
  return blankAsNone(viteUrl()) ?? blankAsNone(nextUrl());
}

function viteUrl(): string | undefined {
  try {
    return (import.meta as ViteMeta).env?.VITE_WS_URL;
  } catch {
    return undefined;
  }
}

interface ViteMeta {
  readonly env?: { readonly VITE_WS_URL?: string };
}

function nextUrl(): string | undefined {
  try {
    // oxlint-disable-next-line typescript/dot-notation -- replaced by its very text
    return process.env.NEXT_PUBLIC_WS_URL;
  } catch {
    return undefined;
  }
}

function blankAsNone(url: string | undefined): string | undefined {
  return url === "" ? undefined : url;
}

/** The platform's `fetch`, looked up at the call. */
export const systemFetch: typeof fetch = (input, init) => fetch(input, init);
