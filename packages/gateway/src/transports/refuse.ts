import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type ThroughlineError } from "@throughline/protocol";
import { retryAfter } from "./retry-after.ts";

/** Answers an upgrade with a plain HTTP error. */
export function refuseUpgrade(socket: Duplex, error: ThroughlineError): void {
  const body = bodyOf(error);
  const wait = retryAfter(error.status);
  const retry = wait === undefined ? "" : `Retry-After: ${wait}\r\n`;
  // The peer may keep its half open for as long as it likes; nobody counts it any more.
  socket.once("finish", () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${error.status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${retry}Connection: close\r\n\r\n${body}`,
  );
}

/** Answers a request that no library is to answer. Its body, if it has one, is left unread. */
export function refuseRequest(response: ServerResponse, error: ThroughlineError): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(error.status, { "content-type": "application/json", connection: "close" }).end(bodyOf(error));
}

function bodyOf({ code, message, remedy }: ThroughlineError): string {
  return JSON.stringify({ error: { code, message, remedy } });
}
