/** The sending side of one connection, whatever carries it. */
export interface Sink {
  /** Takes whole frames. Must not be called after {@link end} or once the peer is gone. */
  write(bytes: Uint8Array): void;
  /** Bytes taken and not yet handed to the network. */
  readonly buffered: number;
  /** Calls `listener` once, when `buffered` has fallen far enough to write on. */
  onceDrained(listener: () => void): void;
  /** Asks the peer to echo the payload, where the transport can; the handler hears of it. */
  ping(payload: string): void;
  /** Ends the connection in a way that its client can resume from. */
  end(reason: EndReason): void;
}

/**
 * Why the server ends a connection; each transport says it in its own way. `moved`: the thread as it was
 * followed is no more, and there may be another under its name.
 */
export type EndReason =
  | "slow"
  | "draining"
  | "gone"
  | "moved"
  | "rate"
  | "stale"
  | "failed"
  | "malformed"
  | "dismissed";
