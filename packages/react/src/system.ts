import { platformSystem } from "@throughline/client";
import type { Clock } from "@throughline/protocol";
import type { Fetch } from "./rest.ts";

/** The platform's own clock, ids and network, and what a bundler has put in: the only file that knows them (S2). */

const platform = /* @__PURE__ */ platformSystem();

export const systemClock: Clock = platform.clock;

/** A random UUID. */
export function systemId(): string {
  return platform.random.uuid();
}

/** The platform's `fetch`, looked up at the call. */
export const systemFetch: Fetch = platform.fetch;

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
