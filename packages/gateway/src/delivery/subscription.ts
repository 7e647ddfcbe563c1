import { type Clock, ThroughlineError } from "@throughline/protocol";
import type { Channel, Taken } from "./channel.ts";
import type { Page } from "./history.ts";
import type { Sink } from "./sink.ts";
import type { Turns } from "../turns.ts";

/** Above this a socket gets nothing more until it has drained (D2). */
const MAX_BUFFERED = 1024 * 1024;
/** A full socket that has not drained after this long is closed; its client can resume (D2). */
const STALL_MS = 30_000;

/** A place on the way of a subscription. */
export interface Milestone {
  readonly seq: number;
  /** Called once all up to there has been handed over, before anything behind it is. */
  readonly reached: () => void;
}

/**
 * A cursor: one connection's place in one thread (D1, D2). Not a queue.
 *
 * It is *live* while what follows its cursor is kept by the channel, and *reads* the log at its own
 * pace while it is further behind; either way it waits while its socket is full.
 */
export class Subscription {
  readonly sink: Sink;
  /** Seq of the last event the client had when it joined. */
  readonly joinedAt: number;
  readonly #channel: Channel;
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #trimmed: () => number;
  #milestone: Milestone | undefined;
  #cursor: number;
  #reading = false;
  #full = false;
  #closed = false;
  /** Ends the wait for a full socket. */
  #goOn: (() => void) | undefined;

  /**
   * @param cursor seq of the last event the client has
   * @param trimmed called when what follows the cursor turns out not to be kept any more; tells the
   *   client and gives the cursor to go on from
   * @param milestone a place it is to stop at for a moment; it must not lie beyond the thread's head
   */
  constructor(options: {
    readonly channel: Channel;
    readonly sink: Sink;
    readonly cursor: number;
    readonly clock: Clock;
    readonly turns: Turns;
    readonly trimmed: () => number;
    readonly milestone?: Milestone | undefined;
  }) {
    this.#channel = options.channel;
    this.sink = options.sink;
    this.#cursor = options.cursor;
    this.joinedAt = options.cursor;
    this.#clock = options.clock;
    this.#turns = options.turns;
    this.#trimmed = options.trimmed;
    this.#milestone = options.milestone;
    this.#channel.add(this);
    this.#moveTo(options.cursor);
    this.pump();
  }

  /** Seq of the last event handed to the socket. */
  get cursor(): number {
    return this.#cursor;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#channel.remove(this);
    this.#goOn?.();
  }

  /**
   * Hands over what there is, as far as the socket takes it.
   * @param taken slices already cut for others in this flush, by cursor
   * @returns how many bytes that were
   */
  pump(taken?: Map<number, Taken>): number {
    let written = 0;
    if (this.#closed || this.#reading || this.#full) return written;
    // Looked at before each write: others may have filled the socket that this shares with them.
    while (this.sink.buffered <= MAX_BUFFERED) {
      if (this.#cursor >= this.#channel.last) return written;
      if (!this.#channel.covers(this.#cursor)) {
        this.#startReading();
        return written;
      }
      const slice = this.#slice(taken);
      if (slice.bytes.length > 0) this.sink.write(slice.bytes);
      written += slice.bytes.length;
      this.#moveTo(slice.upTo);
    }
    this.#wait(() => void this.pump());
    return written;
  }

  /** What lies behind the cursor, up to the milestone if there is one: then it is nobody else's slice. */
  #slice(taken: Map<number, Taken> | undefined): Taken {
    if (this.#milestone !== undefined) return this.#channel.take(this.#cursor, this.#milestone.seq);
    const slice = taken?.get(this.#cursor) ?? this.#channel.take(this.#cursor);
    taken?.set(this.#cursor, slice);
    return slice;
  }

  #moveTo(seq: number): void {
    this.#cursor = seq;
    const milestone = this.#milestone;
    if (milestone === undefined || seq < milestone.seq) return;
    this.#milestone = undefined;
    milestone.reached();
  }

  /** Goes on with `then` when the socket has drained or is closed, and ends it when it never does. */
  #wait(then: () => void): void {
    this.#full = true;
    const stall = this.#clock.setTimeout(() => this.sink.end("slow"), STALL_MS);
    this.#goOn = () => {
      this.#goOn = undefined;
      stall.cancel();
      this.#full = false;
      then();
    };
    this.sink.onceDrained(() => this.#goOn?.());
  }

  #startReading(): void {
    this.#reading = true;
    this.#read().then(
      () => {
        this.#reading = false;
        this.pump();
      },
      (error: unknown) => this.#handleReadFailure(error),
    );
  }

  /** Gives what lies between the cursor and what the channel keeps. */
  async #read(): Promise<void> {
    const { history } = this.#channel;
    const leave = history.enter();
    try {
      let page: Page | undefined;
      while (!this.#closed && !this.#channel.covers(this.#cursor)) {
        page = await history.page(this.#cursor, page);
        await this.#turns.next();
        while (this.sink.buffered > MAX_BUFFERED && !this.#closed) {
          await new Promise<void>((resolve) => this.#wait(resolve));
        }
        this.#give(page);
      }
    } finally {
      leave();
    }
  }

  #give(page: Page): void {
    if (this.#closed) return;
    const upTo = Math.min(page.upTo, this.#milestone?.seq ?? page.upTo);
    const bytes = this.#channel.history.bytesBehind(page, this.#cursor, upTo);
    if (bytes.length > 0) this.sink.write(bytes);
    this.#moveTo(upTo);
  }

  #handleReadFailure(error: unknown): void {
    this.#reading = false;
    if (this.#closed) return;
    if (ThroughlineError.from(error).code !== "trimmed") return this.sink.end("failed");
    this.#moveTo(this.#trimmed());
    this.pump();
  }
}
