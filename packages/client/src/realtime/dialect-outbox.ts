import { type Clock, type ErrorCode, ThroughlineError, type Timer } from "@throughline/protocol";
import type { DialectFrame } from "./position.ts";

const MOST_WAITING = 100;
const MAX_AGE_MS = 60_000;
const MAX_TRIES = 3;
const CLOSED = "The client was closed.";

/** A frame that was given up. */
export interface DroppedFrame {
  readonly frame: DialectFrame;
  /**
   * `not_delivered`, `outbox_full` or `client_closed`, `invalid_input` for what is no JSON, or
   * `payload_too_large` when the server ended the connection over it.
   */
  readonly error: ThroughlineError;
}

/** A frame as it travels. */
export interface Letter {
  readonly id: unknown;
  readonly text: string;
}

export interface DialectOutboxPorts {
  readonly clock: Clock;
  /** @returns whether there was a connection to send it over */
  readonly send: (letter: Letter) => boolean;
  readonly dropped: (dropped: DroppedFrame) => void;
  readonly sizeChanged: (size: number) => void;
  /** A frame was confirmed so long after it was last sent, in ms. */
  readonly roundTrip: (ms: number) => void;
}

interface Entry extends Letter {
  readonly frame: DialectFrame;
  readonly expiry: Timer;
  tries: number;
  /** When it was sent over the present connection; undefined while it waits for one. */
  sentAt: number | undefined;
}

/** Frames on their way, each with an id, so that one that is sent again is applied once (rule R4). */
export class DialectOutbox {
  readonly #ports: DialectOutboxPorts;
  readonly #entries = new Map<unknown, Entry>();
  #isClosed = false;

  constructor(ports: DialectOutboxPorts) {
    this.#ports = ports;
  }

  /** @param frame has an `id` */
  add(frame: DialectFrame): void {
    // The same id is the same frame: it is on its way.
    if (this.#entries.has(frame["id"])) return;
    if (this.#isClosed) return this.#ports.dropped({ frame, error: new ThroughlineError("client_closed", CLOSED) });
    if (this.#entries.size >= MOST_WAITING) {
      const error = new ThroughlineError("outbox_full", `${MOST_WAITING} frames wait already.`);
      return this.#ports.dropped({ frame, error });
    }
    const { id } = frame;
    const text = textOf(frame);
    if (text instanceof ThroughlineError) return this.#ports.dropped({ frame, error: text });
    const expiry = this.#ports.clock.setTimeout(() => this.#drop(id, "It grew too old."), MAX_AGE_MS);
    const entry: Entry = { id, text, frame, expiry, tries: 0, sentAt: undefined };
    this.#entries.set(id, entry);
    this.#ports.sizeChanged(this.#entries.size);
    this.#send(entry);
  }

  opened(): void {
    for (const entry of this.#entries.values()) this.#send(entry);
  }

  /** @param tooLarge the server ended the connection over a frame: of those it was sent, the longest */
  ended(tooLarge = false): void {
    const sent = [...this.#entries.values()].filter(({ sentAt }) => sentAt !== undefined);
    const longest = tooLarge ? sent.toSorted((a, b) => b.text.length - a.text.length)[0] : undefined;
    if (longest) this.#drop(longest.id, "The server takes no frame of its length.", "payload_too_large");
    for (const entry of sent) {
      entry.sentAt = undefined;
      if (entry.tries >= MAX_TRIES) this.#drop(entry.id, `It was sent ${MAX_TRIES} times and never confirmed.`);
    }
  }

  confirmed(ids: readonly unknown[]): void {
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (entry === undefined) continue;
      if (entry.sentAt !== undefined) this.#ports.roundTrip(this.#ports.clock.monotonic() - entry.sentAt);
      this.#remove(id, entry);
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const id of this.#entries.keys()) this.#drop(id, CLOSED, "client_closed");
  }

  #send(entry: Entry): void {
    if (!this.#ports.send(entry)) return;
    entry.tries += 1;
    entry.sentAt = this.#ports.clock.monotonic();
  }

  #drop(id: unknown, message: string, code: ErrorCode = "not_delivered"): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#remove(id, entry);
    this.#ports.dropped({ frame: entry.frame, error: new ThroughlineError(code, message) });
  }

  #remove(id: unknown, entry: Entry): void {
    entry.expiry.cancel();
    this.#entries.delete(id);
    this.#ports.sizeChanged(this.#entries.size);
  }
}

function textOf(frame: DialectFrame): string | ThroughlineError {
  try {
    return JSON.stringify(frame);
  } catch (cause) {
    return new ThroughlineError("invalid_input", "It cannot be said in JSON.", { cause });
  }
}
