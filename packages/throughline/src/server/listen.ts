import type { Server } from "node:http";
import { ThroughlineError } from "@throughline/protocol";

/**
 * Starts to listen.
 * @returns the address as people type it, with the port that was given when 0 was asked for
 * @throws ThroughlineError `address_in_use`, `invalid_setting`
 */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(explain(cause, host, port)));
    server.listen({ host, port }, resolve);
  });
  const address = server.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  return `http://${host.includes(":") ? `[${host}]` : host}:${actual}`;
}

function explain(cause: NodeJS.ErrnoException, host: string, port: number): ThroughlineError {
  if (cause.code === "EADDRINUSE") {
    return new ThroughlineError("address_in_use", `Something listens on ${host}:${port} already.`, { cause });
  }
  return new ThroughlineError("invalid_setting", `Cannot listen on ${host}:${port}: ${cause.message}.`, { cause });
}
