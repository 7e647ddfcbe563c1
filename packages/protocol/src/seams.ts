/**
 * The seams (rule S2). Everything that makes a run of the program differ from the one before it
 * comes in through these interfaces, so that a test can play it again. Only the composition root
 * knows the real ones.
 */

/** A pending call of {@link Clock.setTimeout}. */
export interface Timer {
  /** Forgets the call. Safe to repeat, and safe after it has happened. */
  cancel(): void;
}

/** Time, as the program sees it. */
export interface Clock {
  /** Milliseconds since the Unix epoch; may jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds since some fixed moment; never goes back. Use it for durations. */
  monotonic(): number;
  /** Calls `fn` once after `ms` milliseconds. Does not keep the process alive. */
  setTimeout(fn: () => void, ms: number): Timer;
  /** Calls `fn` in a later turn of the event loop, after pending I/O had its chance. */
  setImmediate(fn: () => void): void;
}

/** Randomness. One source per program, so that a seed decides everything. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A random (version 4) UUID. */
  uuid(): string;
}

/** Mints ids that are unique within one thread and readable in a log. */
export interface Ids {
  /** `kind` is a short word for what the id names, such as `msg` or `call`. */
  next(kind: string): string;
}

/** Fields of one log line. Values must be JSON. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where log lines go. `info` is for nothing that can fire more than about once a second.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to each of its lines. */
  child(fields: LogFields): Logger;
}

/** Says nothing. For tests and for embedding without logs. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};
