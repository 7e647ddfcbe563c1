import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { Server as Engine, type Socket as EngineSocket } from "engine.io";
import { Server, type Socket } from "socket.io";
import { type Clock, type ErrorCode, type JsonObject, type Logger, ThroughlineError } from "@throughline/protocol";
import { type ServerOptions, WebSocketServer } from "ws";
import type { Admit } from "../../access/admit.ts";
import type { Principal } from "../../access/principal.ts";
import type { EndReason } from "../../delivery/sink.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import type { Rate } from "../rate.ts";
import { refuseRequest, refuseUpgrade } from "../refuse.ts";
import { Connection } from "./connection.ts";
import { type Packet, packetsIn, socketIoFraming } from "./packets.ts";

/** One client of the default namespace, as its session sees it. */
export interface Peer {
  /** Names the connection; not a secret, unlike Engine.IO's own id. */
  readonly id: string;
  readonly buffered: number;
  /** Sends what the client's cursors have room for. */
  write(packets: readonly Packet[]): void;
  /** Sends anything else; too much of it unread ends the connection. */
  tell(packets: readonly Packet[]): void;
  onceDrained(listener: () => void): void;
  end(reason: EndReason): void;
  join(room: string): void;
  leave(room: string): void;
}

/** What a client's events and end are told to. */
export interface PeerHandler {
  handleEvent(name: unknown, payload: unknown, ack?: (answer: JsonObject) => void): void;
  handleClose(): void;
}

/** What a client says when it connects. */
export interface Introduction {
  readonly principal: Principal;
  /** A field of `auth`, else of the query. */
  said(field: string): unknown;
}

/** Where Engine.IO is served, for its HTTP requests and its upgrades alike. */
export const SOCKET_IO_PATH = "/socket.io/";
const PING_INTERVAL_MS = 25_000;
const PING_TIMEOUT_MS = 20_000;
const UPGRADE_TIMEOUT_MS = 5_000;
/** A connection that has joined no namespace by then is closed. */
const CONNECT_TIMEOUT_MS = 5_000;
/** How long a WebSocket that is being closed may take to say so too; then it is dropped. */
const CLOSE_TIMEOUT_MS = 2_000;
const PREFLIGHT_S = 600;
const MAX_FRAGMENTS = 256;
const MAX_CHUNKS = 1_024;

export interface SocketIoOptions {
  readonly admit: Admit;
  /** Opens what stands behind a client, or throws why not. */
  readonly open: (peer: Peer, introduction: Introduction) => PeerHandler;
  /** Whether new connections are taken. */
  readonly ready: () => boolean;
  /** Without it clients poll. */
  readonly websocket: boolean;
  readonly limits: { readonly maxFrameBytes: number; readonly maxConnections: number };
  readonly rate: Rate;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  readonly onRefused: (path: string, code: ErrorCode) => void;
}

/** The Socket.IO transport: connections, namespaces, rooms. It knows no message type. */
export class SocketIoTransport {
  readonly #options: SocketIoOptions;
  readonly #engine: Engine;
  readonly #io: Server;
  readonly #connections = new Map<EngineSocket, Connection>();
  #webSockets: WebSocketServer | undefined;

  constructor(options: SocketIoOptions) {
    this.#options = options;
    this.#engine = this.#makeEngine();
    this.#io = new Server({ serveClient: false, connectTimeout: CONNECT_TIMEOUT_MS });
    this.#io.bind(this.#engine);
    this.#io.on("connection", (socket) => this.#handleSocket(socket));
  }

  handleRequest(request: IncomingMessage, response: ServerResponse): void {
    try {
      this.#check(request);
      this.#engine.handleRequest(request, response);
    } catch (error) {
      this.#refuse(error, (refusal) => refuseRequest(response, refusal));
    }
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A peer that resets during the handshake must not become an uncaught error.
    socket.on("error", () => socket.destroy());
    try {
      if (!this.#options.websocket) {
        throw new ThroughlineError("websocket_disabled", "This server takes no WebSocket connections.");
      }
      this.#check(request);
      this.#engine.handleUpgrade(request, socket, head);
    } catch (error) {
      this.#refuse(error, (refusal) => refuseUpgrade(socket, refusal));
    }
  }

  /** Sends a frame to all who are in a room, under the event its `type` names; to how many. */
  send(room: string, frame: JsonObject): number {
    const packets = packetsIn(socketIoFraming.plain(frame));
    const { sockets, adapter } = this.#io.sockets;
    const ids = [...(adapter.rooms.get(room) ?? [])];
    // By the library's own way nothing would bound what lies unread.
    for (const id of ids) this.#connectionOf(sockets.get(id))?.tell(packets);
    return ids.length;
  }

  /** Sends every client away; it comes back by itself, with a delay of its own (D6). */
  drain(): void {
    for (const connection of this.#connections.values()) connection.end("draining");
  }

  /** Drops what is still open. */
  async close(): Promise<void> {
    for (const conn of this.#connections.keys()) conn.close(true);
    await this.#io.close();
    for (const webSocket of this.#webSockets?.clients ?? []) webSocket.terminate();
  }

  #makeEngine(): Engine {
    const { limits, websocket, rate, clock } = this.#options;
    const track = (server: WebSocketServer): void => void (this.#webSockets = server);
    const engine = new Engine({
      transports: websocket ? ["polling", "websocket"] : ["polling"],
      maxHttpBufferSize: limits.maxFrameBytes,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      upgradeTimeout: UPGRADE_TIMEOUT_MS,
      // As everywhere: it costs memory per socket and opens the door to inflate bombs.
      perMessageDeflate: false,
      httpCompression: false,
      // Whom it would not let in was refused before: the origin is told, and never `*`.
      cors: { origin: true, methods: ["GET", "POST"], maxAge: PREFLIGHT_S },
      wsEngine: class extends WebSocketServer {
        constructor(options: ServerOptions) {
          const bounds = {
            maxFragments: MAX_FRAGMENTS,
            maxBufferedChunks: MAX_CHUNKS,
            closeTimeout: CLOSE_TIMEOUT_MS,
          };
          super({ ...options, ...bounds, clientTracking: true });
          track(this);
        }
      },
    });
    engine.on("connection", (conn: EngineSocket) => {
      this.#connections.set(conn, new Connection(conn, rate, clock));
      conn.once("close", () => this.#connections.delete(conn));
    });
    return engine;
  }

  /** @throws forbidden, origin_not_allowed, draining, overloaded */
  #check(request: IncomingMessage): void {
    this.#admit(request);
    const { searchParams } = new URL(request.url ?? "", "http://local");
    // Who is in stays in.
    if (searchParams.has("sid")) return;
    if (!this.#options.ready()) throw new ThroughlineError("draining", "The server is going down.");
    if (this.#connections.size < this.#options.limits.maxConnections) return;
    throw new ThroughlineError("overloaded", "The server has as many connections as it takes.");
  }

  #admit({ headers }: IncomingMessage): Principal {
    return this.#options.admit({ host: headers.host, origin: headers.origin });
  }

  #refuse(cause: unknown, tell: (refusal: ThroughlineError) => void): void {
    const refusal = ThroughlineError.from(cause);
    if (refusal.code === "internal") this.#options.logger.error("a Socket.IO request failed", { error: cause });
    this.#options.telemetry.attemptFailed(refusal.code);
    this.#options.onRefused(SOCKET_IO_PATH, refusal.code);
    tell(refusal);
  }

  #connectionOf(socket: Socket | undefined): Connection | undefined {
    return socket === undefined ? undefined : this.#connections.get(socket.conn);
  }

  /** A client has joined the default namespace; there is no other. The library must not see an exception of ours. */
  #handleSocket(socket: Socket): void {
    const connection = this.#connectionOf(socket);
    if (connection === undefined) return;
    if (!connection.claim()) return connection.end("malformed");
    try {
      const principal = this.#admit(socket.request);
      const handler = this.#options.open(peerOf(socket, connection), {
        principal,
        said: (field) => said(socket, field),
      });
      socket.onAny((name: unknown, ...args: unknown[]) => {
        const ack = [name, ...args].findLast((arg) => typeof arg === "function");
        handler.handleEvent(name, args[0], ack as Ack | undefined);
      });
      socket.on("disconnect", () => handler.handleClose());
    } catch (error) {
      const { code, message } = ThroughlineError.from(error);
      socket.emit("error", { type: "error", agent: "server", code, message });
      connection.end("failed");
    }
  }
}

type Ack = (answer: JsonObject) => void;

function peerOf(socket: Socket, connection: Connection): Peer {
  return {
    id: socket.id,
    get buffered() {
      return connection.buffered;
    },
    write: (packets) => connection.write(packets),
    tell: (packets) => connection.tell(packets),
    onceDrained: (listener) => connection.onceDrained(listener),
    end: (reason) => connection.end(reason),
    // The adapter is the one in memory, which is done at once.
    join: (room) => void socket.join(room),
    leave: (room) => void socket.leave(room),
  };
}

function said({ handshake }: Socket, field: string): unknown {
  const auth: unknown = handshake.auth;
  const inAuth = typeof auth === "object" && auth !== null && Object.hasOwn(auth, field);
  return inAuth ? (auth as Record<string, unknown>)[field] : handshake.query[field];
}
