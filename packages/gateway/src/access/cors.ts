import { cors } from "hono/cors";
import type { MiddlewareHandler } from "hono/types";
import type { Admit, Credentials } from "./admit.ts";

const PREFLIGHT_S = 600;

/** Lets the pages that are admitted read the answers, too; browsers ask for it page by page. */
export function corsFor(admit: Admit): MiddlewareHandler {
  return cors({
    origin: (origin, c) => (admitted(admit, { host: c.req.header("host"), origin }) ? origin : null),
    exposeHeaders: ["etag", "retry-after"],
    maxAge: PREFLIGHT_S,
  });
}

function admitted(admit: Admit, credentials: Credentials): boolean {
  try {
    admit(credentials);
    return true;
  } catch {
    // Why it was refused is told by the request itself, not by its preflight.
    return false;
  }
}
