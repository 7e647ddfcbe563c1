import { bundledUrl, pageOrigin } from "./system.ts";

/**
 * The server's address: what is given, else what `VITE_WS_URL` or `NEXT_PUBLIC_WS_URL` named when the
 * page was built, else the page's own origin. While a page is rendered on a server there is none, and
 * nothing connects.
 */
export function serverUrl(given?: string): string {
  return given ?? originOf(bundledUrl()) ?? pageOrigin() ?? "http://localhost";
}

/**
 * The address of one WebSocket protocol, such as `ws://localhost:4400/ws/stream`. A named address that
 * has a path of its own is taken as it is.
 *
 * @param path where a server has the protocol
 */
export function socketUrl(given: string | undefined, path: string): string {
  const named = given ?? bundledUrl();
  if (named === undefined) return webSocket(`${serverUrl()}${path}`);
  const hasPath = /^[a-z]+:\/\/[^/]+\/./i.test(named);
  return webSocket(hasPath ? named : `${named.replace(/\/$/, "")}${path}`);
}

/** The variable may name one of the WebSocket addresses; the HTTP API stands beside it. */
function originOf(url: string | undefined): string | undefined {
  return url
    ?.replace(/^ws/i, "http")
    .replace(/\/ws(\/.*)?$/, "")
    .replace(/\/$/, "");
}

function webSocket(url: string): string {
  return url.replace(/^http/i, "ws");
}
