import type { NativeClientFrame, NativeServerFrame, SubscribeFrame, ThroughlineError } from "@throughline/protocol";
import type { Transport } from "../carriers/carrier.ts";
import type { Readable } from "../stores/store.ts";

/** How the way to the server is. */
export interface LinkState {
  readonly state: "connecting" | "connected" | "reconnecting" | "disconnected" | "error";
  /** Attempts that have failed in a row; 0 while connected. */
  readonly attempt: number;
  /** When the next attempt is made, in ms since the Unix epoch; null while none is planned. */
  readonly retryAt: number | null;
  /** The last round trip, in ms; null before the first. */
  readonly latencyMs: number | null;
  readonly transport: Transport | null;
  /** Why it is not connected. */
  readonly error: ThroughlineError | null;
}

export const DISCONNECTED: LinkState = {
  state: "disconnected",
  attempt: 0,
  retryAt: null,
  latencyMs: null,
  transport: null,
  error: null,
};

/** A client's way to the server: a connection of its own, or one that tabs share. */
export interface Link {
  readonly state: Readable<LinkState>;
  /** Connects; at once if it waits. */
  connect(): void;
  disconnect(): void;
  /** Ends it for good. */
  close(): void;
  /** Tries again at once if it waits and the server does not mind; makes sure of the other side if it does not wait. */
  nudge(): void;
  /** @returns whether it was open; else the frame is gone, and what must not get lost is sent again at `opened` */
  send(frame: NativeClientFrame): boolean;
  /** Brings the server a token that has changed, without a break. */
  renewToken(): void;
}

/** Who a link works for. */
export interface LinkHost {
  /** What is followed, each from where it stands now. The link subscribes by itself when it opens. */
  subscriptions(): readonly SubscribeFrame[];
  opened(): void;
  frame(frame: NativeServerFrame): void;
  /** It was open, and what was sent and not acknowledged may be lost. */
  ended(): void;
}
