import { type AckFrame, type Clock, type CommandFrame, ThroughlineError, type Timer } from "@throughline/protocol";

/** Commands that wait at most, for the connection or for their acknowledgement. */
const MOST_WAITING = 100;
/** A command that was not acknowledged for so long is given up, in ms. */
const MAX_AGE_MS = 60_000;
/** A command that was sent so often and never acknowledged is given up. */
const MAX_TRIES = 3;

export type PositiveAck = Extract<AckFrame, { ok: true }>;

/** A command that will not be carried out, as far as the client knows. */
export interface Dropped {
  readonly frame: CommandFrame;
  /** `not_delivered`, `outbox_full`, `client_closed`, or `invalid_input` for what is no JSON. */
  readonly error: ThroughlineError;
}

export interface OutboxPorts {
  readonly clock: Clock;
  /** @returns whether there was a connection to send it over */
  readonly send: (frame: CommandFrame) => boolean;
  readonly dropped: (dropped: Dropped) => void;
  /** A command was acknowledged so long after it was last sent, in ms. */
  readonly roundTrip: (ms: number) => void;
  readonly sizeChanged: (size: number) => void;
}

interface Entry {
  readonly frame: CommandFrame;
  readonly resolve: (ack: PositiveAck) => void;
  readonly reject: (error: ThroughlineError) => void;
  readonly expiry: Timer;
  tries: number;
  /** When it was sent over the present connection; undefined while it waits for one. */
  sentAt: number | undefined;
}

/**
 * Commands on their way. What was not acknowledged when the connection broke is sent again under its
 * id, in its order, so that the server applies it once (PROTOCOL.md N18). Nothing waits for ever: the
 * app is told what was dropped, by the promise and by an event.
 */
export class Outbox {
  readonly #ports: OutboxPorts;
  readonly #entries = new Map<string, Entry>();

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  /**
   * Sends a command, now or once there is a connection.
   * @returns its acknowledgement; rejects with a ThroughlineError: the server's refusal,
   * `not_delivered`, `outbox_full` or `client_closed`
   */
  add(frame: CommandFrame): Promise<PositiveAck> {
    const { promise, resolve, reject } = Promise.withResolvers<PositiveAck>();
    if (this.#entries.size >= MOST_WAITING) {
      const error = new ThroughlineError("outbox_full", `${MOST_WAITING} commands wait already.`);
      reject(error);
      this.#ports.dropped({ frame, error });
      return promise;
    }
    const expiry = this.#ports.clock.setTimeout(
      () => this.#drop(frame.id, `Not acknowledged within ${MAX_AGE_MS / 1000} s.`),
      MAX_AGE_MS,
    );
    const entry: Entry = { frame, resolve, reject, expiry, tries: 0, sentAt: undefined };
    this.#entries.set(frame.id, entry);
    this.#ports.sizeChanged(this.#entries.size);
    this.#send(entry);
    return promise;
  }

  /** There is a connection, or a new one: sends all that waits, the oldest first. */
  opened(): void {
    for (const entry of this.#entries.values()) this.#send(entry);
  }

  /** The connection is gone; what it carried may be lost. */
  ended(): void {
    for (const entry of this.#entries.values()) {
      if (entry.sentAt === undefined) continue;
      entry.sentAt = undefined;
      if (entry.tries >= MAX_TRIES) this.#drop(entry.frame.id, `Sent ${MAX_TRIES} times and never acknowledged.`);
    }
  }

  /** Whose acknowledgement it is takes note of it; others pass. */
  acknowledged(ack: AckFrame): void {
    const entry = this.#entries.get(ack.id);
    if (entry === undefined) return;
    this.#remove(entry);
    if (entry.sentAt !== undefined) this.#ports.roundTrip(this.#ports.clock.monotonic() - entry.sentAt);
    if (ack.ok) return entry.resolve(ack);
    entry.reject(new ThroughlineError(ack.code, ack.message));
  }

  /** Gives up all that waits. */
  close(): void {
    const error = new ThroughlineError("client_closed", "The client was closed before the server had answered.");
    for (const entry of this.#entries.values()) this.#fail(entry, error);
  }

  #send(entry: Entry): void {
    entry.sentAt = undefined;
    try {
      if (!this.#ports.send(entry.frame)) return;
    } catch (cause) {
      // Else it would keep all behind it from being sent.
      return this.#fail(entry, new ThroughlineError("invalid_input", "It cannot be said in JSON.", { cause }));
    }
    entry.tries += 1;
    entry.sentAt = this.#ports.clock.monotonic();
  }

  #drop(id: string, message: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#fail(entry, new ThroughlineError("not_delivered", message));
  }

  #fail(entry: Entry, error: ThroughlineError): void {
    this.#remove(entry);
    entry.reject(error);
    this.#ports.dropped({ frame: entry.frame, error });
  }

  #remove(entry: Entry): void {
    entry.expiry.cancel();
    this.#entries.delete(entry.frame.id);
    this.#ports.sizeChanged(this.#entries.size);
  }
}
