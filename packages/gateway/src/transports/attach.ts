import { type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** What a gateway does on a Node HTTP server. */
export interface Attachable {
  /** Answers a request, whatever it asks for. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
  /** Answers an upgrade, whatever it asks for. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Whether the gateway serves HTTP at a path. */
  readonly servesRequests: (pathname: string) => boolean;
  /** Whether it is Socket.IO's path, which `fetch` cannot serve: taken from every host. */
  readonly servesOnlyHere: (pathname: string) => boolean;
  /** Whether it serves WebSockets there. */
  readonly servesUpgrades: (pathname: string) => boolean;
}

export interface AttachOptions {
  /**
   * Whether to answer requests too. `false` is for a host that routes them to `fetch` itself; those to
   * `/socket.io/` are answered even then, since `fetch` cannot. Default true: all of them on a server
   * without listeners, else those to the gateway's own addresses.
   */
  readonly requests?: boolean;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Serves a server that may belong to somebody else: what is asked of other addresses is left to its
 * other listeners, and only refused when there are none.
 */
export function attachTo(server: Server, gateway: Attachable, { requests = true }: AttachOptions = {}): void {
  server.on("upgrade", (request, socket, head) => {
    if (!asksForWebSocket(request)) {
      if (server.listenerCount("upgrade") === 1) declineUpgrade(server, request, socket);
      return;
    }
    const foreign = !gateway.servesUpgrades(pathOf(request));
    if (foreign && server.listenerCount("upgrade") > 1) return;
    gateway.upgrade(request, socket, head);
  });
  // Every listener answers every request it is told of, so the host's must not hear of ours.
  const others = server.listeners("request") as Listener[];
  server.removeAllListeners("request");
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const path = pathOf(request);
    const ours = requests && (others.length === 0 || gateway.servesRequests(path));
    if (ours || gateway.servesOnlyHere(path)) gateway.answer(request, response);
    else for (const listener of others) listener.call(server, request, response);
  });
}

/**
 * Clients such as `curl --http2` offer to switch to another protocol with a request that is good as it
 * stands. Node tells of it as an upgrade only; declining means to answer the request. A body is lost by
 * then, so a request with one is refused.
 */
function declineUpgrade(server: Server, request: IncomingMessage, socket: Duplex): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.once("finish", () => (socket as Socket).destroySoon());
  const { "content-length": length = "0", "transfer-encoding": encoding } = request.headers;
  if (length !== "0" || encoding !== undefined) {
    response.writeHead(400).end("Send this request without an Upgrade header.");
    return;
  }
  server.emit("request", request, response);
}

function asksForWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === "websocket";
}

/** Tells whether a path matches one of the routes, whose parameters stand as `:name`. */
export function pathMatcher(routes: readonly string[]): (pathname: string) => boolean {
  const patterns = [...new Set(routes)].map((route) => {
    const escaped = route.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return new RegExp(`^${escaped.replace(/:\w+(?:\\\{[^/]*\\\})?/g, "[^/]+")}$`);
  });
  return (pathname) => patterns.some((pattern) => pattern.test(pathname));
}

export function pathOf(request: IncomingMessage): string {
  const target = request.url ?? "/";
  const end = target.indexOf("?");
  return end < 0 ? target : target.slice(0, end);
}
