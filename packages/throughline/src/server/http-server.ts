import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";

/** Answers a request, or leaves it to the next. */
export type Respond = (request: Request) => Promise<Response> | Response | undefined;

/** How long a client may take to send a request, in ms. */
export interface Patience {
  /** From its connecting, or the end of its last request, to the end of the headers. */
  readonly headersMs: number;
  readonly requestMs: number;
}

const PATIENCE: Patience = { headersMs: 15_000, requestMs: 60_000 };
/** How often within the time for headers connections are looked at: Node's 30 s would be twice that time. */
const LOOKS = 15;

/** A server bounded against clients that send slowly or nothing (rule A3); answers may take as long as they like. */
export function createHttpServer(respond: Respond, { headersMs, requestMs }: Patience = PATIENCE): Server {
  const listener = getRequestListener(
    async (request) => (await respond(request)) ?? new Response(null, { status: 404 }),
  );
  return createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.max(1, Math.floor(headersMs / LOOKS)),
      maxHeaderSize: 16_384,
      // Offers to switch to HTTP/2 are declined by answering the request (Node 24; see attach for others).
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === "websocket",
    },
    (incoming, outgoing) => {
      void listener(incoming, outgoing);
    },
  );
}
