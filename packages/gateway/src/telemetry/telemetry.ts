/** How a connection is carried. */
export type Transport = "websocket" | "sse" | "socketio";

/** One flush of a thread in one dialect: what was merged, and what it came to. */
export interface Flushed {
  /** Events that were committed since the flush before. */
  readonly events: number;
  /** When the oldest of them was emitted, in ms since the Unix epoch; undefined when it does not say. */
  readonly emittedAt: number | undefined;
  /** Writes to sockets, one a live follower at most, unless there is much to say. */
  readonly writes: number;
  /** Bytes of all those writes. */
  readonly bytes: number;
}

/**
 * What the rooms tell of themselves while they work. Every method is called on a hot path: it must
 * be cheap and must not throw.
 */
export interface Telemetry {
  /** @param resumed the client brought a position to go on from */
  connectionOpened(dialect: string, transport: Transport, resumed: boolean): void;
  connectionClosed(dialect: string, transport: Transport, seconds: number): void;
  /** An upgrade was refused. @param code of the refusal */
  attemptFailed(code: string): void;
  /** An HTTP request was refused. @param code of the refusal */
  requestRefused(code: string): void;
  /** A client's frame was none that the dialect knows, and the dialect says nothing to that. */
  frameIgnored(dialect: string): void;
  /** @param now in ms since the Unix epoch, once the last socket has been written to */
  flushed(flushed: Flushed, now: number): void;
  /** @param seconds from handing a batch to the log until it was durable */
  committed(seconds: number): void;
  commitFailed(code: string): void;
  runStarted(agent: string): void;
  /** @param outcome how it ended @param code of the error it ended with, "" without one */
  runEnded(agent: string, outcome: string, code: string): void;
  /** A worker elsewhere reported. @param reception what became of it; "refused" when it could not be stored */
  reported(reception: string): void;
}

/** Listens to nothing. */
export const noTelemetry: Telemetry = {
  connectionOpened() {},
  connectionClosed() {},
  attemptFailed() {},
  requestRefused() {},
  frameIgnored() {},
  flushed() {},
  committed() {},
  commitFailed() {},
  runStarted() {},
  runEnded() {},
  reported() {},
};

/** What is read when somebody asks, rather than told. */
export interface Levels {
  /** How far each connection is behind its thread, in events. */
  lags(): Iterable<number>;
  /** Runs of agents in this process that go on. */
  activeRuns(): number;
  /** Runs that go on whose agents work elsewhere. */
  elsewhereRuns(): number;
  /** Starts that wait for their turn. */
  queuedRuns(): number;
  /** Bytes handed to the log and not yet durable. */
  queuedBytes(): number;
  /** Whether the log takes appends. */
  writable(): boolean;
}

/** A telemetry whose figures can be read. */
export interface Metrics extends Telemetry {
  /** Gives the levels to read from; the gateway calls it once. */
  watch(levels: Levels): void;
  /** Adds a counter of the host's own. @returns counts one up */
  counter(name: string, help: string, labels: readonly string[]): (labels: Readonly<Record<string, string>>) => void;
  /** Adds a gauge of the host's own. @returns sets it */
  gauge(
    name: string,
    help: string,
    labels: readonly string[],
  ): (labels: Readonly<Record<string, string>>, value: number) => void;
  /** All figures in the text format that `contentType` names. */
  render(): Promise<string>;
  readonly contentType: string;
  /** Stops measuring. */
  close(): void;
}
