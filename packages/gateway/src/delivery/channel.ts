import type { Dialect, DialectContext, JsonObject, ThreadEvent } from "@throughline/protocol";
import type { Flushed } from "../telemetry/telemetry.ts";
import type { StoredEvent } from "../threads/stored-event.ts";
import type { Thread } from "../threads/thread.ts";
import type { Turns } from "../turns.ts";
import type { Flusher } from "./flusher.ts";
import { type Framing, joined, MERGE_BYTES } from "./framing.ts";
import { History } from "./history.ts";
import type { Subscription } from "./subscription.ts";

/** How many of the latest encoded frames a channel keeps, and how many bytes of them. */
const KEEP_FRAMES = 256;
const KEEP_BYTES = 64 * 1024;
/** How much goes to a socket in one write. */
const WRITE_BYTES = MERGE_BYTES;
const EVENTS_PER_STEP = 64;
const BYTES_PER_STEP = 64 * 1024;
/** How many committed events may wait for a flush before producers are held back. */
const MAX_PENDING = 256;

/** Bytes of a contiguous slice of events, and the seq of its last. */
export interface Taken {
  readonly bytes: Uint8Array;
  readonly upTo: number;
}

/**
 * One thread in one dialect and framing, for everybody who follows it live.
 *
 * Each event is stepped and encoded once (D3), when the first flush after its commit needs it; the
 * bytes are shared by all. A subscription that is behind what is kept here reads the log instead.
 */
export class Channel {
  readonly thread: Thread;
  readonly dialect: Dialect;
  readonly framing: Framing;
  readonly context: DialectContext;
  /** What lies further back than is kept here. */
  readonly history: History;
  readonly #flusher: Flusher;
  readonly #subscriptions = new Set<Subscription>();
  readonly #unfollow: () => void;
  readonly #emptied: () => void;
  /** Bytes of the frames from seq `#first` on; undefined where the dialect passes an event over. */
  #frames: (Uint8Array | undefined)[] = [];
  #first: number;
  #bytes = 0;
  /** Committed and not yet encoded. */
  #pending: StoredEvent[] = [];
  /** Producers held back until the next flush is done. */
  #heldBack: (() => void)[] = [];
  #last: number;
  #state: unknown;
  #closed = false;

  /**
   * @param at the thread's head now
   * @param state of the dialect there
   * @param emptied called when the last subscription has left
   */
  constructor(options: {
    readonly thread: Thread;
    readonly dialect: Dialect;
    readonly framing: Framing;
    readonly context: DialectContext;
    readonly flusher: Flusher;
    readonly turns: Turns;
    readonly at: number;
    readonly state: unknown;
    readonly emptied: () => void;
  }) {
    this.thread = options.thread;
    this.dialect = options.dialect;
    this.framing = options.framing;
    this.context = options.context;
    this.#flusher = options.flusher;
    this.#emptied = options.emptied;
    this.#last = options.at;
    this.#first = this.#last + 1;
    this.#state = options.state;
    const { thread, dialect, context, turns } = options;
    this.history = new History({
      thread,
      dialect,
      context,
      turns,
      encode: (frame, seq) => this.encode(frame, seq),
      join: (frames, first) => this.#join(frames, first),
    });
    this.#unfollow = this.thread.follow({
      advanced: (events) => this.#handleAdvance(events),
      deleted: () => this.#handleDeleted(),
      room: () => this.#room(),
      closed: () => this.#handleClosed(),
    });
  }

  /** Seq of the last event encoded here. */
  get last(): number {
    return this.#last;
  }

  /** Whether the last subscription has left; nothing is encoded here any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether all that follows `cursor` is here, or still to come. */
  covers(cursor: number): boolean {
    return cursor + 1 >= this.#first;
  }

  add(subscription: Subscription): void {
    this.#subscriptions.add(subscription);
  }

  remove(subscription: Subscription): void {
    if (!this.#subscriptions.delete(subscription) || this.#subscriptions.size > 0) return;
    this.#closed = true;
    this.#admitProducers();
    this.#unfollow();
    this.#emptied();
  }

  /**
   * Gives everybody what was committed since the last time, step by step, so that the caller can
   * stop for others in between.
   */
  *flush(): Generator<void, Flushed> {
    const events = this.#pending.length;
    const emittedAt = this.#pending[0]?.parsed.event.timestamp;
    let writes = 0;
    let bytes = 0;
    let steps = 0;
    let before = this.#bytes;
    for (let at = 0; at < this.#pending.length; at++) {
      const event = this.#pending[at];
      if (event !== undefined) this.#push(event.parsed);
      steps += 1;
      if (steps < EVENTS_PER_STEP && this.#bytes - before < BYTES_PER_STEP) continue;
      steps = 0;
      before = this.#bytes;
      yield;
    }
    this.#pending = [];
    // Most are at the same place and get the very same bytes.
    const taken = new Map<number, Taken>();
    for (const subscription of this.#subscriptions) {
      if (subscription.cursor >= this.#last) continue;
      const written = subscription.pump(taken);
      if (written > 0) writes += 1;
      bytes += written;
      yield;
    }
    // Only now: those who keep up must find here even what is larger than all that is kept.
    this.#trim();
    this.#admitProducers();
    return { events, emittedAt: writes > 0 ? emittedAt : undefined, writes, bytes };
  }

  /** The bytes of the events behind `cursor`, at most those up to `upTo` and as many as fit, and the seq they reach. */
  take(cursor: number, upTo: number = this.#last): Taken {
    const parts: Uint8Array[] = [];
    let length = 0;
    let seq = cursor;
    while (seq < Math.min(upTo, this.#last)) {
      const frame = this.#frames[seq + 1 - this.#first];
      if (frame !== undefined) {
        if (length > 0 && length + frame.length > WRITE_BYTES) break;
        parts.push(frame);
        length += frame.length;
      }
      seq += 1;
    }
    return { bytes: this.#join(parts, cursor + 1), upTo: seq };
  }

  encode(frame: JsonObject, seq: number): Uint8Array {
    return this.framing.event(frame, { epoch: this.thread.epoch, seq });
  }

  #join(frames: readonly (Uint8Array | undefined)[], first: number): Uint8Array {
    const { id, epoch } = this.thread;
    return joined(this.framing, frames, { threadId: id, epoch, seq: first });
  }

  #push(at: ThreadEvent): void {
    if (at.seq !== this.#last + 1) throw new RangeError(`event ${at.seq} does not follow ${this.#last}`);
    const step = this.dialect.step(this.#state, at, this.context);
    this.#state = step.state;
    const bytes = step.frame === undefined ? undefined : this.encode(step.frame, at.seq);
    this.#frames.push(bytes);
    this.#bytes += bytes?.length ?? 0;
    this.#last = at.seq;
  }

  #trim(): void {
    let drop = 0;
    while (this.#frames.length - drop > KEEP_FRAMES || this.#bytes > KEEP_BYTES) {
      this.#bytes -= this.#frames[drop]?.length ?? 0;
      drop += 1;
    }
    if (drop === 0) return;
    this.#frames.splice(0, drop);
    this.#first += drop;
  }

  /** Only the flush itself counts: a slow socket holds nobody back (D2). */
  #room(): Promise<void> | undefined {
    if (this.#pending.length < MAX_PENDING) return undefined;
    return new Promise((resolve) => this.#heldBack.push(resolve));
  }

  #admitProducers(): void {
    const heldBack = this.#heldBack;
    this.#heldBack = [];
    for (const admit of heldBack) admit();
  }

  #handleAdvance(events: readonly StoredEvent[]): void {
    this.#pending.push(...events);
    this.#flusher.mark(this);
  }

  /** What it has encoded cannot be trusted: whoever follows it has to come again. */
  fail(): void {
    for (const subscription of this.#subscriptions) subscription.sink.end("failed");
  }

  #handleDeleted(): void {
    this.#flusher.finish(this);
    for (const subscription of this.#subscriptions) subscription.sink.end("gone");
  }

  /** The thread is let go of while it is followed: a fork has taken its name, or the server stops. */
  #handleClosed(): void {
    for (const subscription of this.#subscriptions) subscription.sink.end("moved");
  }
}
