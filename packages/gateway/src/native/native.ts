import {
  type AckFrame,
  type CommandsRequest,
  type FollowRequest,
  NATIVE_PROTOCOL,
  ThroughlineError,
} from "@throughline/protocol";
import type { Principal } from "../access/principal.ts";
import type { EndReason, Sink } from "../delivery/sink.ts";
import { Unread } from "../delivery/unread.ts";
import { checkId } from "../threads/names.ts";
import type { SseClient, SseTransport } from "../transports/sse.ts";
import type { SseStream } from "../transports/sse-stream.ts";
import type { SocketHandler, UpgradeRequest } from "../transports/websocket.ts";
import { type Carrier, dismiss, tell, welcome } from "./carrier.ts";
import { carryOutFrame, NATIVE_DIALECT } from "./commands.ts";
import { Follower } from "./follower.ts";
import { nativeSse } from "./framing.ts";
import { Poll } from "./poll.ts";
import { type NativePorts, NativeSession } from "./session.ts";

/** Where the native protocol is spoken over WebSocket. */
export const NATIVE_PATH = "/ws";

/** Threads that one `follow` request names (N28). */
export const MAX_FOLLOWED = 100;

/** How long an answer waits for what the log has. */
const READ_MS = 5_000;

/** Something of a client's that is open. */
interface Open {
  end(reason: EndReason): void;
}

/** Whose request it is, and what it asks for. */
type Asked = SseClient & { readonly request: FollowRequest };

/** The native protocol on its three carriers (PROTOCOL.md). */
export class Native {
  readonly #ports: NativePorts;
  readonly #sse: SseTransport;
  readonly #maxConnections: number;
  readonly #open = new Set<Open>();

  /** @param options `maxConnections`: requests that wait at once */
  constructor(options: { readonly ports: NativePorts; readonly sse: SseTransport; readonly maxConnections: number }) {
    this.#ports = options.ports;
    this.#sse = options.sse;
    this.#maxConnections = options.maxConnections;
  }

  /** @throws invalid_input for one that does not offer the subprotocol (N2) */
  accept(request: UpgradeRequest, principal: Principal, sink: Sink): SocketHandler {
    if (request.protocols?.includes(NATIVE_PROTOCOL) !== true)
      throw new ThroughlineError("invalid_input", `Offer the subprotocol "${NATIVE_PROTOCOL}".`);
    const connectionId = this.#ports.random.uuid();
    const ended = (): void => void this.#open.delete(session);
    const session = new NativeSession({ ports: this.#ports, principal, connectionId, sink, ended });
    this.#open.add(session);
    return session;
  }

  /**
   * Answers with an event stream (N3).
   * @throws invalid_input, overloaded
   */
  stream({ request, ...by }: Asked): Response {
    const clientId = checkId("client_id", request.client_id ?? this.#ports.random.uuid());
    const resumed = request.subscriptions.some(({ from }) => typeof from === "object");
    const begin = (stream: SseStream): (() => void) => {
      const carrier: Carrier = { sink: sinkOf(stream), framing: nativeSse, unread: new Unread() };
      const open = { end: (reason: EndReason): void => dismiss(carrier, reason) };
      const follower = this.#follower(carrier, by.principal, clientId, { ...request, watching: true }, open);
      this.#open.add(open);
      tell(carrier, welcome(this.#ports, clientId));
      for (const subscription of request.subscriptions) void follower.follow(subscription);
      return () => {
        this.#open.delete(open);
        follower.close("lost");
      };
    };
    return this.#sse.carry(begin, { dialect: NATIVE_DIALECT, threadId: null, clientId, resumed }, by);
  }

  /**
   * Answers once there is something to tell, or the time is over (N4).
   * @param ms how long to wait @param signal fires when the client has gone
   * @returns the answer's JSON
   * @throws invalid_input, overloaded
   */
  async poll({ principal, request }: Asked, ms: number, signal: AbortSignal): Promise<string> {
    if (this.#open.size >= this.#maxConnections)
      throw new ThroughlineError("overloaded", "The server has as many connections as it takes.");
    const clientId = checkId("client_id", request.client_id ?? this.#ports.random.uuid());
    const poll = new Poll(this.#ports.clock);
    const open = { end: (reason: EndReason): void => dismiss(poll.carrier, reason) };
    const follower = this.#follower(poll.carrier, principal, clientId, { ...request, watching: false }, open);
    this.#open.add(open);
    try {
      await Promise.all(request.subscriptions.map((subscription) => follower.follow(subscription)));
      // What is there is read and told, however short the wait.
      await poll.wait(follower.behind ? Math.max(ms, READ_MS) : ms, signal);
    } finally {
      this.#open.delete(open);
      follower.close("left");
    }
    return poll.body;
  }

  /**
   * Carries out what the frames ask for, one after another (N5).
   * @throws invalid_input
   */
  async carryOut(principal: Principal, request: CommandsRequest): Promise<AckFrame[]> {
    const clientId = checkId("client_id", request.client_id);
    const acks: AckFrame[] = [];
    for (const frame of request.frames) {
      if (frame.type === "command") acks.push(await carryOutFrame(this.#ports, { principal, clientId }, frame));
      else this.#ports.presence.type({ tenant: principal.tenant, threadId: frame.thread }, clientId, frame.typing);
    }
    return acks;
  }

  /** Sends every client away; they come back and resume (N26). */
  drain(): void {
    for (const open of this.#open) open.end("draining");
  }

  close(): void {
    this.drain();
    this.#ports.presence.close();
  }

  #follower(
    carrier: Carrier,
    principal: Principal,
    clientId: string,
    { name = null, watching }: { readonly name?: string | null; readonly watching: boolean },
    { end }: Open,
  ): Follower {
    const identity = { principal, connectionId: this.#ports.random.uuid(), clientId, name, end };
    return new Follower({ ports: this.#ports, carrier, identity, most: MAX_FOLLOWED, watching });
  }
}

/** A stream that ends well when there is nothing wrong with its reader, so that the last frame arrives. */
function sinkOf(stream: SseStream): Sink {
  return {
    write: (bytes) => stream.write(bytes),
    get buffered() {
      return stream.buffered;
    },
    onceDrained: (listener) => stream.onceDrained(listener),
    ping: () => undefined,
    end: (reason) => (reason === "slow" ? stream.end(reason) : stream.finish()),
  };
}
