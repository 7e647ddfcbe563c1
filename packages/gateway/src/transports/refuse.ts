import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type ThroughlineError } from "@throughline/protocol";

/** Answers an upgrade with a plain HTTP error. */
export function refuseUpgrade(socket: Duplex, error: ThroughlineError): void {
  const body = bodyOf(error);
  // The peer may keep its half open for as long as it likes; nobody counts it any more.
  socket.once("finish", () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${error.status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
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
