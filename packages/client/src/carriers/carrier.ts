import type { HelloFrame, NativeServerFrame, SubscribeFrame } from "@throughline/protocol";
import type { Failure } from "../connection/failure.ts";
import type { ClientSystem } from "../seams.ts";

export type Transport = "websocket" | "sse" | "long-poll";

/** One open way to the server, or one that is being opened. */
export interface Carrier<Out = unknown> {
  readonly transport: Transport;
  /** Sends a frame, or does whatever has the same effect. Only after it has opened. */
  send(frame: Out): void;
  /** Asks for a sign of life, heard by the host; a `pong` too where there is such a thing. */
  probe(id: number): void;
  /** Whether {@link probe} is as cheap as a ping, and may be done at every heartbeat. */
  readonly pings: boolean;
  /** Ends it. The host hears of nothing any more. Safe to repeat. */
  close(): void;
}

/** Who a carrier tells what happens. Nothing is told before the opener has returned the carrier. */
export interface CarrierHost<In = unknown> {
  /** The server is there. Told once, before anything else but {@link ended}. */
  opened(heartbeatMs: number): void;
  /** Bytes came in, of whatever kind. */
  heard(): void;
  pong(id: number): void;
  frame(frame: In): void;
  /** It is over; told once, and the last thing told. */
  ended(failure: Failure): void;
}

/** What the carriers of the native protocol know of their client. */
export interface NativeContext {
  readonly system: ClientSystem;
  /** The server's address, `http(s)://host[:port][/path]`, no slash at the end. */
  readonly url: string;
  /** Who we are, with a token that is valid now. Rejects where none can be had. */
  hello(): Promise<HelloFrame>;
  /** What is followed, each from where it stands now. */
  subscriptions(): readonly SubscribeFrame[];
}

export type NativeHost = CarrierHost<NativeServerFrame>;
export type Opener<Out> = (context: NativeContext, host: NativeHost) => Carrier<Out>;
