import {
  type Clock,
  type CommandFrame,
  ERRORS,
  type ErrorCode,
  type HelloFrame,
  type JsonObject,
  type NativeClientFrame,
  ThroughlineError,
  type Timer,
} from "@throughline/protocol";
import type { Principal } from "../access/principal.ts";
import type { EndReason, Sink } from "../delivery/sink.ts";
import { Unread } from "../delivery/unread.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { checkId } from "../threads/names.ts";
import { type Rate, RateLimit } from "../transports/rate.ts";
import type { SocketHandler } from "../transports/websocket.ts";
import { type Carrier, dismiss, tell, welcome } from "./carrier.ts";
import { carryOutFrame, type CommandPorts, NATIVE_DIALECT } from "./commands.ts";
import { Follower, type FollowerPorts } from "./follower.ts";
import { nativeWebSocket } from "./framing.ts";
import { readFrame } from "./read-frame.ts";

export interface NativePorts extends FollowerPorts, CommandPorts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly rate: Rate;
  readonly heartbeatMs: number;
  readonly maxFrameBytes: number;
}

/** How long a client may take for its first frame (N6). */
const HELLO_MS = 5_000;
/** Threads that one connection follows (N28). */
export const MAX_SUBSCRIPTIONS = 1_000;
/** Commands of one connection that wait while earlier ones are carried out (N28). */
const MAX_WAITING = 256;

/** What a session knows once its client has said hello. */
interface Greeted {
  readonly clientId: string;
  readonly follower: Follower;
}

/** One client's WebSocket in the native protocol (PROTOCOL.md). */
export class NativeSession implements SocketHandler {
  readonly #ports: NativePorts;
  readonly #principal: Principal;
  readonly #connectionId: string;
  readonly #carrier: Carrier;
  readonly #limit: RateLimit;
  readonly #openedAt: number;
  readonly #ended: () => void;
  /** The commands of each thread, one after another (N17). */
  readonly #work = new Map<string, Promise<void>>();
  #waiting = 0;
  #greeted: Greeted | undefined;
  /** Runs out when the client says nothing for too long. */
  #silence: Timer;
  #closed = false;

  /** @param options `ended`: called once, when it is over */
  constructor(options: {
    readonly ports: NativePorts;
    readonly principal: Principal;
    readonly connectionId: string;
    readonly sink: Sink;
    readonly ended: () => void;
  }) {
    this.#ports = options.ports;
    this.#principal = options.principal;
    this.#connectionId = options.connectionId;
    this.#carrier = { sink: options.sink, framing: nativeWebSocket, unread: new Unread() };
    this.#ended = options.ended;
    const { clock, telemetry, rate } = this.#ports;
    this.#limit = new RateLimit(rate, clock);
    this.#openedAt = clock.monotonic();
    this.#silence = clock.setTimeout(() => this.end("stale"), HELLO_MS);
    telemetry.connectionOpened(NATIVE_DIALECT, "websocket", false);
    this.#note("connection.opened", {});
  }

  handleText(text: string): void {
    if (this.#closed) return;
    if (!this.#limit.take()) return this.end("rate");
    const read = readFrame(text);
    if (!read.ok) return this.#refuse(read.message);
    if (read.frame.type === "hello") return this.#handleHello(read.frame);
    if (this.#greeted === undefined) return this.#refuse('The first frame is "hello".');
    this.#listen();
    this.#handleFrame(this.#greeted, read.frame);
  }

  /** The transport's own pings; what counts here are the client's frames (N25). */
  handlePong(): void {}

  handleClose(): void {
    this.#close("lost");
  }

  /** Ends the connection, and says why in the protocol's own way. */
  end(reason: EndReason): void {
    if (this.#closed) return;
    dismiss(this.#carrier, reason);
    // Who has fallen silent has been gone for long; whoever is sent away may be back in a moment.
    this.#close(reason === "stale" ? "left" : "lost");
  }

  #handleHello(hello: HelloFrame): void {
    const clientId = hello.client_id ?? this.#greeted?.clientId ?? this.#ports.random.uuid();
    try {
      checkId("client_id", clientId);
    } catch (error) {
      return this.#refuse(ThroughlineError.from(error).message);
    }
    if (this.#greeted !== undefined && clientId !== this.#greeted.clientId) {
      return this.#refuse("A connection stays its client's.");
    }
    this.#greeted ??= { clientId, follower: this.#follower(clientId, hello.name ?? null) };
    if (hello.name !== undefined) this.#greeted.follower.rename(hello.name);
    this.#listen();
    tell(this.#carrier, welcome(this.#ports, clientId));
  }

  #handleFrame({ clientId, follower }: Greeted, frame: Exclude<NativeClientFrame, HelloFrame>): void {
    switch (frame.type) {
      case "ping":
        return tell(this.#carrier, { type: "pong", id: frame.id });
      case "subscribe":
        return void follower.follow(frame);
      case "unsubscribe":
        return follower.unfollow(frame.thread);
      case "presence": {
        const place = { tenant: this.#principal.tenant, threadId: frame.thread };
        return this.#ports.presence.type(place, clientId, frame.typing);
      }
      case "command":
        return this.#handleCommand(clientId, frame);
    }
  }

  #handleCommand(clientId: string, frame: CommandFrame): void {
    if (this.#waiting >= MAX_WAITING) return this.end("rate");
    this.#waiting += 1;
    const by = { principal: this.#principal, clientId };
    const before = this.#work.get(frame.thread) ?? Promise.resolve();
    const work = before.then(async () => {
      const ack = await carryOutFrame(this.#ports, by, frame);
      this.#waiting -= 1;
      if (!this.#closed) tell(this.#carrier, ack);
      if (this.#work.get(frame.thread) === work) this.#work.delete(frame.thread);
    });
    this.#work.set(frame.thread, work);
  }

  #follower(clientId: string, name: string | null): Follower {
    const end = (reason: EndReason): void => this.end(reason);
    const identity = { principal: this.#principal, connectionId: this.#connectionId, clientId, name, end };
    const most = MAX_SUBSCRIPTIONS;
    return new Follower({ ports: this.#ports, carrier: this.#carrier, identity, most, watching: true });
  }

  /** The client was heard of; two heartbeats without a word end it (N25). */
  #listen(): void {
    const { clock, heartbeatMs } = this.#ports;
    this.#silence.cancel();
    this.#silence = clock.setTimeout(() => this.end("stale"), 2 * heartbeatMs);
    this.#greeted?.follower.heard();
  }

  /** The client has a defect (N8). */
  #refuse(message: string): void {
    const code: ErrorCode = "invalid_frame";
    tell(this.#carrier, { type: "error", code, message, remedy: ERRORS[code].remedy });
    this.end("malformed");
  }

  #close(how: "left" | "lost"): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#silence.cancel();
    this.#greeted?.follower.close(how);
    const { clock, telemetry } = this.#ports;
    const seconds = (clock.monotonic() - this.#openedAt) / 1_000;
    telemetry.connectionClosed(NATIVE_DIALECT, "websocket", seconds);
    this.#note("connection.closed", { seconds: Math.round(seconds) });
    this.#ended();
  }

  #note(action: string, details: JsonObject): void {
    const { tenant, subject } = this.#principal;
    const clientId = this.#greeted?.clientId ?? null;
    this.#ports.audit.note({ action, dialect: NATIVE_DIALECT, tenant, threadId: null, clientId, subject, details });
  }
}
