import { ThroughlineError, type Timer } from "@throughline/protocol";
import { Connection, type ConnectionEvents, type DialHost } from "../connection/connection.ts";
import { lost } from "../connection/failure.ts";
import type { LinkState } from "../connection/link.ts";
import { backoff, type ReconnectPolicy } from "../connection/policy.ts";
import { type ClientMetrics, Metrics } from "../metrics.ts";
import type { ClientSystem } from "../seams.ts";
import { Emitter } from "../stores/emitter.ts";
import type { Readable } from "../stores/store.ts";
import { platformSystem } from "../system.ts";
import { DialectOutbox, type DroppedFrame, type Letter } from "./dialect-outbox.ts";
import { DialectSocket } from "./dialect-socket.ts";
import { type DialectFrame, Position } from "./position.ts";

export interface RealtimeOptions {
  /**
   * One of the dialects' addresses, such as `wss://example.com/ws/chat?session_id=s1`. A function is asked
   * at each attempt, for addresses that hold something that ends, such as a ticket.
   */
  readonly url: string | (() => Promise<string>);
  /** Names the client across its connections. Default: made. */
  readonly clientId?: string;
  /** How often to ping, in ms; silence for two of them means a dead connection. Default 30 s. */
  readonly heartbeatInterval?: number;
  /** How long to wait before each attempt. Default {@link backoff}. */
  readonly policy?: ReconnectPolicy;
  /** Clock, randomness, network and signals; what is absent is the platform's. */
  readonly system?: Partial<ClientSystem>;
}

export interface RealtimeEvents extends ConnectionEvents {
  /** A frame of the server's, but for pings and pongs. */
  message: DialectFrame;
  /** The server has taken in the frame of this id. */
  confirmed: string;
  /** A frame that was sent and given up. */
  dropped: DroppedFrame;
}

const HEARTBEAT_MS = 30_000;

/**
 * A client of one dialect's address, on the same connection as {@link createClient}'s: it reconnects, goes
 * on exactly where it was, and sends again what was not confirmed. What the frames mean is the caller's.
 */
export class RealtimeClient {
  /** As it was given; null where a function gives it. */
  readonly url: string | null;
  readonly metrics: Readable<ClientMetrics>;
  readonly #events = new Emitter<RealtimeEvents>();
  readonly #system: ClientSystem;
  readonly #connection: Connection<Letter, DialectFrame>;
  readonly #outbox: DialectOutbox;
  readonly #position: Position;

  /** @throws ThroughlineError `invalid_input` when the address cannot be */
  constructor(options: RealtimeOptions) {
    this.url = typeof options.url === "string" ? addressOf(options.url) : null;
    const system = { ...platformSystem(), ...options.system };
    this.#system = system;
    this.#position = new Position(options.clientId ?? system.random.uuid());
    const metrics = new Metrics(system.clock, this.#events);
    this.metrics = metrics.store;
    this.#outbox = new DialectOutbox({
      clock: system.clock,
      send: (letter) => this.#connection.send(letter),
      dropped: (dropped) => {
        metrics.dropped();
        this.#events.emit("dropped", dropped);
      },
      sizeChanged: (size) => metrics.queued(size),
      roundTrip: (ms) => metrics.messageLatency(ms),
    });
    this.#connection = new Connection({
      system,
      policy: options.policy ?? backoff(),
      events: this.#events,
      dialler: { dial: (host) => this.#dial(options, host) },
      host: {
        opened: () => this.#outbox.opened(),
        ended: (error) => this.#outbox.ended(error?.code === "payload_too_large"),
        frame: (frame) => {
          this.#position.note(frame);
          this.#events.emit("message", frame);
        },
      },
    });
  }

  /** How the connection is. */
  get state(): LinkState["state"] {
    return this.#connection.state.get().state;
  }

  /** The same and more, to be watched. */
  get connection(): Readable<LinkState> {
    return this.#connection.state;
  }

  connect(): void {
    this.#connection.connect();
  }

  disconnect(): void {
    this.#connection.disconnect();
  }

  /** Tries again at once if it waits to; makes sure that the server is there if it does not. */
  retry(): void {
    if (this.state === "reconnecting") this.connect();
    else this.#connection.nudge();
  }

  /**
   * Sends a frame, now or once there is a connection: 100 at most, for 60 s at most, 3 times at most. A
   * frame without an `id` is given one. What is given up is told by `dropped`.
   * @returns the frame's id
   */
  send(frame: DialectFrame): string {
    const id = typeof frame["id"] === "string" ? frame["id"] : this.#system.random.uuid();
    this.#outbox.add({ ...frame, id });
    return id;
  }

  /** @returns a function that ends it */
  on<Name extends keyof RealtimeEvents>(name: Name, listener: (payload: RealtimeEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /** Ends it for good. */
  close(): void {
    this.#connection.close();
    this.#outbox.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #confirmed(ids: readonly unknown[]): void {
    this.#outbox.confirmed(ids);
    for (const id of ids) if (typeof id === "string") this.#events.emit("confirmed", id);
  }

  #dial(options: RealtimeOptions, host: DialHost<Letter, DialectFrame>): { cancel(): void } {
    const { url } = options;
    const context = {
      system: this.#system,
      heartbeatMs: options.heartbeatInterval ?? HEARTBEAT_MS,
      address: async () => this.#position.addTo(typeof url === "string" ? url : await url()),
      confirmed: (ids: readonly unknown[]) => this.#confirmed(ids),
    };
    return dialWithin(this.#system.clock, context, host);
  }
}

/** @throws ThroughlineError `invalid_input` */
function addressOf(url: string): string {
  if (/^(ws|http)s?:\/\/[^/]/i.test(url)) return url;
  throw new ThroughlineError("invalid_input", `"${url}" is no address of a WebSocket.`);
}

/** How long a WebSocket may take to open, in ms, and before it the app to say where. */
const OPEN_MS = 10_000;

function dialWithin(
  clock: ClientSystem["clock"],
  context: ConstructorParameters<typeof DialectSocket>[0],
  host: DialHost<Letter, DialectFrame>,
): { cancel(): void } {
  const late = (): void => {
    socket.close();
    host.ended(lost(`The WebSocket did not open within ${OPEN_MS} ms.`));
  };
  let timer: Timer | undefined = clock.setTimeout(late, OPEN_MS);
  const end = (): void => {
    timer?.cancel();
    timer = undefined;
  };
  const address = async (): Promise<string> => {
    const found = await context.address();
    timer?.cancel();
    if (timer !== undefined) timer = clock.setTimeout(late, OPEN_MS);
    return found;
  };
  const socket: DialectSocket = new DialectSocket(
    { ...context, address },
    {
      heard: () => host.heard(),
      pong: (id) => host.pong(id),
      frame: (frame) => host.frame(frame),
      opened: (heartbeatMs) => {
        end();
        host.opened(socket, heartbeatMs);
      },
      ended: (failure) => {
        end();
        host.ended(failure);
      },
    },
  );
  return {
    cancel: () => {
      end();
      socket.close();
    },
  };
}
