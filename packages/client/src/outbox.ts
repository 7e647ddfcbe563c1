import {
  type AckFrame,
  type Clock,
  type CommandFrame,
  ERRORS,
  type Random,
  ThroughlineError,
  type Timer,
} from "@throughline/protocol";
import { soon } from "./soon.ts";

/** Commands that wait at most, for the connection or for their acknowledgement. */
const MOST_WAITING = 100;
/** A command that was not acknowledged for so long is given up, in ms. */
const MAX_AGE_MS = 60_000;
/** A command that was sent so often and never acknowledged is given up. */
const MAX_TRIES = 3;
/** The status of the codes that say: not now, and nothing was taken. It is sent again by itself. */
const NOT_NOW = 503;

export type PositiveAck = Extract<AckFrame, { ok: true }>;

/** A command that will not be carried out, as far as the client knows. */
export interface Dropped {
  readonly frame: CommandFrame;
  /**
   * `not_delivered`, `outbox_full`, `client_closed`, `invalid_input` for what is no JSON, or why the server has not
   * taken it to the end.
   */
  readonly error: ThroughlineError;
}

export interface OutboxPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** @returns whether there was a connection to send it over */
  readonly send: (frame: CommandFrame) => boolean;
  readonly dropped: (dropped: Dropped) => void;
  /** A command was acknowledged so long after it was last sent, in ms. */
  readonly roundTrip: (ms: number) => void;
  readonly sizeChanged: (size: number) => void;
}

/** Told that the server cannot take a command now, and why. It is sent again by itself. */
export type Waits = (why: ThroughlineError) => void;

interface Entry {
  readonly frame: CommandFrame;
  readonly waits: Waits | undefined;
  readonly resolve: (ack: PositiveAck) => void;
  readonly reject: (error: ThroughlineError) => void;
  readonly expiry: Timer;
  tries: number;
  /** When it was sent over the present connection; undefined while it waits for one. */
  sentAt?: number | undefined;
  /** Why the server has not taken it, until it has. */
  refusal?: ThroughlineError | undefined;
}

/**
 * Commands on their way. What was not acknowledged when the connection broke is sent again under its
 * id, in its order, so that the server applies it once (PROTOCOL.md N18); so is what the server cannot take
 * just now, over this connection or the next. Nothing waits for ever: the app is told what was dropped, by
 * the promise and by an event.
 */
export class Outbox {
  readonly #ports: OutboxPorts;
  readonly #entries = new Map<string, Entry>();
  #again: Timer | undefined;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  /**
   * Sends a command, now or once there is a connection.
   * @returns its acknowledgement; rejects with a ThroughlineError: the server's refusal,
   * `not_delivered`, `outbox_full` or `client_closed`
   */
  add(frame: CommandFrame, waits?: Waits): Promise<PositiveAck> {
    const { promise, resolve, reject } = Promise.withResolvers<PositiveAck>();
    if (this.#entries.size >= MOST_WAITING) {
      const error = new ThroughlineError("outbox_full", `${MOST_WAITING} commands wait already.`);
      reject(error);
      this.#ports.dropped({ frame, error });
      return promise;
    }
    const expiry = this.#ports.clock.setTimeout(() => this.#drop(entry), MAX_AGE_MS);
    const entry: Entry = { frame, waits, resolve, reject, expiry, tries: 0 };
    this.#entries.set(frame.id, entry);
    this.#ports.sizeChanged(this.#entries.size);
    this.#send(entry);
    return promise;
  }

  /**
   * Takes back a command of which the server has nothing: it was never sent, or refused for now.
   * @returns whether there was one
   */
  withdraw(isIt: (frame: CommandFrame) => boolean): boolean {
    const entry = [...this.#entries.values()].find(({ frame, tries }) => tries === 0 && isIt(frame));
    if (entry === undefined) return false;
    this.#remove(entry);
    entry.reject(new ThroughlineError("not_delivered", "It was taken back."));
    return true;
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
      if (entry.tries >= MAX_TRIES) this.#drop(entry);
    }
  }

  /** Whose acknowledgement it is takes note of it; others pass. */
  acknowledged(ack: AckFrame): void {
    const entry = this.#entries.get(ack.id);
    if (entry === undefined) return;
    if (entry.sentAt !== undefined) this.#ports.roundTrip(this.#ports.clock.monotonic() - entry.sentAt);
    if (ack.ok) {
      this.#remove(entry);
      return entry.resolve(ack);
    }
    const error = new ThroughlineError(ack.code, ack.message);
    // A newer server may have codes that are not known here.
    if (ERRORS[ack.code]?.status === NOT_NOW) return this.#wait(entry, error);
    this.#remove(entry);
    entry.reject(error);
  }

  /** Gives up all that waits. */
  close(): void {
    this.#again?.cancel();
    const error = new ThroughlineError("client_closed", "The client was closed.");
    for (const entry of this.#entries.values()) this.#fail(entry, error);
  }

  #wait(entry: Entry, refusal: ThroughlineError): void {
    entry.refusal = refusal;
    entry.sentAt = undefined;
    entry.tries = 0;
    entry.waits?.(refusal);
    this.#again ??= soon(this.#ports, () => this.#sendAgain());
  }

  #sendAgain(): void {
    this.#again?.cancel();
    this.#again = undefined;
    for (const entry of this.#entries.values()) if (entry.sentAt === undefined) this.#send(entry);
  }

  /** Starts keep their order behind what was refused, and what is about its run comes after it; the rest need not wait. */
  #isBehind(entry: Entry): boolean {
    const { thread, command } = entry.frame;
    for (const { frame, refusal } of this.#entries.values()) {
      if (frame === entry.frame) break;
      if (refusal === undefined || frame.thread !== thread) continue;
      if (command.type === "start" || runOf(command) === runOf(frame.command)) return true;
    }
    return false;
  }

  #send(entry: Entry): void {
    entry.sentAt = undefined;
    if (this.#isBehind(entry)) return;
    try {
      if (!this.#ports.send(entry.frame)) return;
    } catch (cause) {
      // Else it would keep all behind it from being sent.
      return this.#fail(entry, new ThroughlineError("invalid_input", "It cannot be said in JSON.", { cause }));
    }
    entry.tries += 1;
    entry.sentAt = this.#ports.clock.monotonic();
  }

  #drop(entry: Entry): void {
    const refusal = entry.sentAt === undefined ? entry.refusal : undefined;
    this.#fail(entry, refusal ?? new ThroughlineError("not_delivered", "It was not acknowledged."));
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
    // What stood behind it need wait no more.
    if (entry.refusal !== undefined) this.#sendAgain();
  }
}

/** The run that a command is about, where it names one. */
function runOf(command: CommandFrame["command"]): string | undefined {
  return "runId" in command ? command.runId : undefined;
}
