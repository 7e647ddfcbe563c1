import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type Clock, type ErrorCode, type Logger, ThroughlineError, type Timer } from "@throughline/protocol";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { EndReason, Sink } from "../delivery/sink.ts";
import { noTelemetry, type Telemetry } from "../telemetry/telemetry.ts";
import { CLOSE_CODES } from "./close-codes.ts";
import { refuseUpgrade } from "./refuse.ts";

/** What a socket's frames and end are told to. */
export interface SocketHandler {
  handleText(text: string): void;
  /** The peer has echoed a ping's payload. */
  handlePong(payload: string): void;
  handleClose(): void;
}

/** Opens what stands behind an address, or throws why not. */
export type Accept = (request: UpgradeRequest, sink: Sink) => SocketHandler;

/** What an upgrade says, whatever server received it. */
export interface UpgradeRequest {
  /** Path and query, as requested. */
  readonly url: URL;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** The subprotocols it offers; absent = none. */
  readonly protocols?: readonly string[];
}

export interface WebSocketLimits {
  /** Bytes of one message. */
  readonly maxFrameBytes: number;
  /** Open sockets at once. */
  readonly maxConnections: number;
}

/** How much of a refused path is told. */
const MAX_PATH = 200;
const PING_MS = 30_000;
const MAX_FRAGMENTS = 256;
const MAX_CHUNKS = 1_024;

/** The WebSocket transport: upgrades, pings, close codes. It knows no message type. */
export class WebSocketTransport {
  readonly #server: WebSocketServer;
  readonly #accept: Accept;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #limits: WebSocketLimits;
  readonly #onRefused: ((path: string, code: ErrorCode) => void) | undefined;
  readonly #telemetry: Telemetry;
  readonly #sockets = new Set<Connection>();

  constructor(options: {
    readonly accept: Accept;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly limits: WebSocketLimits;
    readonly telemetry?: Telemetry;
    /** Told of each refused upgrade and the path it was for. */
    readonly onRefused?: (path: string, code: ErrorCode) => void;
  }) {
    this.#onRefused = options.onRefused;
    this.#telemetry = options.telemetry ?? noTelemetry;
    this.#accept = options.accept;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#limits = options.limits;
    // Compression stays off: it costs memory per socket and opens the door to inflate bombs.
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: options.limits.maxFrameBytes,
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: MAX_CHUNKS,
    });
  }

  /** How many sockets are open. */
  get connections(): number {
    return this.#sockets.size;
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A peer that resets during the handshake must not become an uncaught error.
    const ignore = (): void => void socket.destroy();
    socket.on("error", ignore);
    if (this.#sockets.size >= this.#limits.maxConnections) {
      this.#refuse(
        request,
        socket,
        new ThroughlineError("overloaded", "The server has as many connections as it takes."),
      );
      return;
    }
    const connection = new Connection(socket, this.#clock, this.#logger);
    let handler: SocketHandler;
    try {
      handler = this.#accept(describe(request), connection);
    } catch (error) {
      this.#refuse(request, socket, ThroughlineError.from(error));
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      socket.off("error", ignore);
      this.#sockets.add(connection);
      connection.open(ws, handler, () => this.#sockets.delete(connection));
    });
    // An upgrade that ws itself refused never opens.
    socket.once("close", () => handler.handleClose());
  }

  /** Tells every client to come back later (D6). */
  drain(): void {
    for (const connection of this.#sockets) connection.end("draining");
  }

  /** Drops what is still open. */
  close(): void {
    for (const connection of this.#sockets) connection.drop();
    this.#server.close();
  }

  #refuse(request: IncomingMessage, socket: Duplex, error: ThroughlineError): void {
    this.#telemetry.attemptFailed(error.code);
    // Without the query, which may hold a token.
    this.#onRefused?.((request.url ?? "").replace(/[?#].*$/s, "").slice(0, MAX_PATH), error.code);
    refuseUpgrade(socket, error);
  }
}

/**
 * One socket. Frames are built once for all subscribers (D3), so they are written to the network
 * socket as they are, past ws, which frames anew for each. That is safe because ws sends its own few
 * control frames whole and, without compression, at once.
 */
class Connection implements Sink {
  readonly #socket: Duplex;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** Written before the handshake is over. */
  #early: Uint8Array[] = [];
  #ws: WebSocket | undefined;
  #handler: SocketHandler | undefined;
  #ended: EndReason | undefined;
  /** Those who wait until the socket has drained, in order: a connection that follows many threads has many. */
  #waiting: (() => void)[] = [];
  #ping: Timer | undefined;
  #unanswered = 0;

  constructor(socket: Duplex, clock: Clock, logger: Logger) {
    this.#socket = socket;
    this.#clock = clock;
    this.#logger = logger;
  }

  get buffered(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Uint8Array): void {
    if (this.#ws === undefined) this.#early.push(bytes);
    else if (this.#ended === undefined && this.#socket.writable) this.#socket.write(bytes);
  }

  onceDrained(listener: () => void): void {
    if (!this.#socket.writableNeedDrain) {
      this.#clock.setImmediate(listener);
      return;
    }
    this.#waiting.push(listener);
    if (this.#waiting.length === 1) this.#socket.once("drain", () => this.#handleDrain());
  }

  ping(payload: string): void {
    if (this.#ws?.readyState === this.#ws?.OPEN) this.#ws?.ping(payload);
  }

  end(reason: EndReason): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    if (this.#ws !== undefined) this.#ws.close(...CLOSE_CODES[reason]);
  }

  drop(): void {
    this.#ws?.terminate();
    // Its end is told later; by then nobody may be there to hear of it.
    this.#handler?.handleClose();
  }

  open(ws: WebSocket, handler: SocketHandler, closed: () => void): void {
    const early = this.#early;
    this.#early = [];
    this.#ws = ws;
    this.#handler = handler;
    for (const bytes of early) this.#socket.write(bytes);
    if (this.#ended !== undefined) ws.close(...CLOSE_CODES[this.#ended]);
    ws.on("message", (data: RawData, isBinary: boolean) => {
      if (isBinary) ws.close(1003, "text frames only");
      else handler.handleText(data.toString());
    });
    ws.on("pong", (payload: Buffer) => {
      this.#unanswered = 0;
      if (payload.length > 0) handler.handlePong(payload.toString("latin1"));
    });
    // ws answers a malformed frame with its close code by itself; the process lives.
    ws.on("error", (error: Error) => this.#logger.debug("websocket error", { message: error.message }));
    ws.on("close", () => {
      this.#ping?.cancel();
      closed();
      handler.handleClose();
    });
    this.#watch(ws);
  }

  #handleDrain(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const goOn of waiting) goOn();
  }

  /** Finds dead peers: two pings without an answer. */
  #watch(ws: WebSocket): void {
    this.#ping = this.#clock.setTimeout(() => {
      if (this.#unanswered >= 2) {
        ws.terminate();
        return;
      }
      this.#unanswered += 1;
      ws.ping();
      this.#watch(ws);
    }, PING_MS);
  }
}

/** @throws invalid_input when the request's target is no path */
function describe(request: IncomingMessage): UpgradeRequest {
  const target = request.url ?? "/";
  if (!URL.canParse(target, "ws://local"))
    throw new ThroughlineError("invalid_input", "The request's target is no path.");
  return {
    url: new URL(target, "ws://local"),
    host: request.headers.host,
    origin: request.headers.origin,
    protocols: (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim()),
  };
}
