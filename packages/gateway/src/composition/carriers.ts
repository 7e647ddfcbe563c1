import { type ErrorCode, type JsonObject, ThroughlineError } from "@throughline/protocol";
import { readCursor } from "../api/cursor.ts";
import type { Sink } from "../delivery/sink.ts";
import { isMounted, route } from "../dialects/registry.ts";
import { threadOfRequest } from "../dialects/request-commands.ts";
import { Native, NATIVE_PATH } from "../native/native.ts";
import { Presence } from "../native/presence.ts";
import type { GatewayOptions } from "../options.ts";
import { type Attachable, pathOf } from "../transports/attach.ts";
import { Leaves } from "../transports/leaves.ts";
import { QUOTES_PATH, QuoteSession } from "../transports/quotes.ts";
import { Session } from "../transports/session.ts";
import { RequestSession } from "../transports/socket-io/request-session.ts";
import { SOCKET_IO_PATH, SocketIoTransport } from "../transports/socket-io/transport.ts";
import { SseTransport } from "../transports/sse.ts";
import { type Accept, type SocketHandler, type UpgradeRequest, WebSocketTransport } from "../transports/websocket.ts";
import { HOST } from "./host-word.ts";
import type { Rooms } from "./rooms.ts";

const REQUEST_AGENT = "planner-executor";
const STREAM_GRACE_MS = 30_000;

/** Every way by which clients follow threads: WebSockets, Socket.IO, event streams, and the native protocol on all. */
export class Carriers {
  readonly native: Native;
  readonly sse: SseTransport;
  /** Opens what stands behind a socket's address. @throws why not */
  readonly accept: Accept;
  readonly #rooms: Rooms;
  readonly #leaves: Leaves;
  readonly #sockets: WebSocketTransport;
  readonly #socketIo: SocketIoTransport;
  readonly #servesQuotes: boolean;

  /** @param ready whether the server takes new work */
  constructor(rooms: Rooms, options: GatewayOptions, ready: () => boolean) {
    const { clock, realtime, limits } = rooms;
    this.#rooms = rooms;
    this.#leaves = new Leaves(clock, options.streamGraceMs ?? STREAM_GRACE_MS);
    this.#servesQuotes = options.quotes !== undefined;
    this.sse = new SseTransport({ ...rooms, maxConnections: limits.maxConnections });
    this.native = new Native({
      ports: {
        ...rooms,
        presence: new Presence(clock),
        heartbeatMs: realtime.heartbeatIntervalMs,
        maxFrameBytes: limits.maxFrameBytes,
        defaultAgent: options.agents[0]?.name,
      },
      sse: this.sse,
      maxConnections: limits.maxConnections,
    });
    this.accept = this.#acceptor(options, ready);
    this.#sockets = new WebSocketTransport({
      ...rooms,
      accept: this.accept,
      onRefused: (path, code) => this.#noteRefusal("websocket", path, code),
    });
    this.#socketIo = this.#openSocketIo(options, ready);
  }

  /** What these take of a Node HTTP server; all but requests outside Socket.IO's path. */
  get attachable(): Pick<Attachable, "upgrade" | "servesOnlyHere" | "servesUpgrades"> {
    return {
      upgrade: (request, socket, head) => {
        if (isSocketIo(pathOf(request))) this.#socketIo.handleUpgrade(request, socket, head);
        else this.#sockets.handleUpgrade(request, socket, head);
      },
      servesOnlyHere: isSocketIo,
      servesUpgrades: (path) =>
        path === NATIVE_PATH || isSocketIo(path) || isMounted(path) || (this.#servesQuotes && path === QUOTES_PATH),
    };
  }

  /** Answers a request where {@link attachable} says that nobody else can; whether it did. */
  answer(...[request, response]: Parameters<Attachable["answer"]>): boolean {
    const ours = isSocketIo(pathOf(request));
    if (ours) this.#socketIo.handleRequest(request, response);
    return ours;
  }

  /** Sends a frame to all who follow a request over Socket.IO; to how many connections. */
  sendToRequest(requestId: string, frame: JsonObject): number {
    return this.#socketIo.send(threadOfRequest(requestId), frame);
  }

  /** Tells every client to come back later (D6). */
  drain(): void {
    this.native.drain();
    for (const client of this.#rooms.clients.all()) client.end("draining");
    this.#sockets.drain();
    this.#socketIo.drain();
    this.sse.close();
  }

  /** Lets go of every connection. */
  async close(): Promise<void> {
    this.#leaves.close();
    this.native.close();
    this.#sockets.close();
    await this.#socketIo.close();
  }

  #acceptor(options: GatewayOptions, ready: () => boolean): Accept {
    const rooms = this.#rooms;
    const sessions = { ...rooms, leaves: this.#leaves };
    return (request: UpgradeRequest, sink: Sink): SocketHandler => {
      const principal = rooms.admit(request);
      if (!rooms.realtime.websocket) {
        throw new ThroughlineError("websocket_disabled", "This server takes no WebSocket connections.");
      }
      if (!ready()) throw new ThroughlineError("draining", "The server is going down.");
      const { url } = request;
      if (options.quotes !== undefined && url.pathname === QUOTES_PATH) {
        const quotes = { ...rooms, source: options.quotes };
        return new QuoteSession({ ports: quotes, principal, sink, symbols: url.searchParams.get("symbols") });
      }
      if (url.pathname === NATIVE_PATH) return this.native.accept(request, principal, sink);
      const routed = route(url, () => rooms.random.uuid());
      if (routed === undefined) throw new ThroughlineError("not_found", `Nothing is served at ${url.pathname}.`);
      const cursor = readCursor(url.searchParams.get("after"));
      return new Session({ ports: sessions, ...routed, connectionId: rooms.random.uuid(), principal, sink, cursor });
    };
  }

  #openSocketIo(options: GatewayOptions, ready: () => boolean): SocketIoTransport {
    const rooms = this.#rooms;
    const ports = { ...rooms, agent: options.requestAgent ?? REQUEST_AGENT };
    return new SocketIoTransport({
      ...rooms,
      open: (peer, { principal, said }) => {
        const handshake = { requestId: said("requestId"), lastSeq: said("lastSeq") };
        const clientId = String(said("client_id") ?? rooms.random.uuid());
        return new RequestSession({ ports, principal, peer, clientId, handshake });
      },
      ready,
      websocket: rooms.realtime.websocket,
      onRefused: (path, code) => this.#noteRefusal("requests", path, code),
    });
  }

  #noteRefusal(dialect: string, path: string, code: ErrorCode): void {
    const details = { path, code };
    this.#rooms.audit.note({ ...HOST, action: "connection.refused", dialect, threadId: null, details });
  }
}

function isSocketIo(path: string): boolean {
  return path === SOCKET_IO_PATH;
}
