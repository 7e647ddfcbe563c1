import { ThroughlineError } from "@throughline/protocol";
import { ANONYMOUS, type Principal } from "./principal.ts";

/** What a request shows of itself before anything else is read. */
export interface Credentials {
  /** The Host header. */
  readonly host: string | undefined;
  /** The Origin header; browsers send it with every upgrade and every cross-origin request. */
  readonly origin: string | undefined;
}

/** Decides who a request comes from, or refuses it. */
export type Admit = (credentials: Credentials) => Principal;

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]", "::1"]);

/** The name or address in a Host header or URL authority, without its port. */
function hostname(authority: string): string {
  const end = authority.startsWith("[") ? authority.indexOf("]") + 1 : authority.indexOf(":");
  return (end > 0 ? authority.slice(0, end) : authority).toLowerCase();
}

function isLoopbackOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  return (url.protocol === "http:" || url.protocol === "https:") && LOOPBACK.has(url.hostname);
}

/**
 * Admission without authentication: a loopback Host (so that a page which rebinds its own name to
 * 127.0.0.1 gets nowhere), and no Origin, a loopback one or one of `allowedOrigins`.
 * @throws forbidden, origin_not_allowed
 */
export function admitLoopback(allowedOrigins: readonly string[]): Admit {
  const allowed = new Set(allowedOrigins);
  return ({ host, origin }) => {
    if (host === undefined || !LOOPBACK.has(hostname(host))) {
      throw new ThroughlineError("forbidden", "Without authentication only requests to a loopback address are served.");
    }
    if (origin !== undefined && !isLoopbackOrigin(origin) && !allowed.has(origin)) {
      throw new ThroughlineError("origin_not_allowed", `Pages of ${origin} may not use this server.`);
    }
    return ANONYMOUS;
  };
}
