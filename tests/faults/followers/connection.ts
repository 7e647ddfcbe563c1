import type { NetworkFault } from "../plan.ts";

/** What a connection tells the client that has it. */
export interface ConnectionEvents {
  /** The server has taken the connection; `epoch` where it says so. */
  greeted(epoch: string | undefined, lastSeq: number | undefined): void;
  /** An event came. `epoch` where its transport tells it. */
  delivered(seq: number, json: string, epoch: string | undefined): void;
  /** The position could not be honoured. */
  reset(epoch: string, lastSeq: number, reason: string): void;
  /** A frame that stands for no event. */
  other(frame: Readonly<Record<string, unknown>>): void;
  /** The connection is over, or was never made. */
  ended(reason: string): void;
}

/** One connection to a thread, over whatever transport. */
export interface Connection {
  /** Makes the network fail in this way. */
  fail(fault: NetworkFault, amount: number): void;
  /** Mends what {@link fail} broke, if it can be mended; a half-open connection is cut. */
  mend(): void;
  /** Drops it; nothing is told any more. */
  drop(): void;
  /** Sends a frame of the client's, where the transport carries any. */
  send(frame: string): void;
  /** The most bytes the server had waiting for this client. */
  readonly peakBuffered: number;
}
