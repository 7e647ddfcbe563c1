import { isIP } from "node:net";
import { ThroughlineError } from "@throughline/protocol";
import type { Settings } from "./table.ts";

/**
 * Rule A2: who can be reached from other machines must know who is calling.
 * @throws ThroughlineError `insecure_binding`
 */
export function refuseExposure(settings: Pick<Settings, "host" | "auth">): void {
  if (settings.auth !== "none" || isLoopback(settings.host)) return;
  throw new ThroughlineError(
    "insecure_binding",
    `THROUGHLINE_HOST is ${settings.host}, which other machines can reach, and THROUGHLINE_AUTH is none, ` +
      "so anybody could start agents and read every thread. Listen on 127.0.0.1, and let a proxy on this machine that checks its callers pass them on.",
  );
}

/** Whether only this machine can reach the address. A name other than localhost may resolve to anything, so it counts as open. */
function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
  if (name === "localhost" || name === "::1") return true;
  return isIP(name) === 4 && name.startsWith("127.");
}
