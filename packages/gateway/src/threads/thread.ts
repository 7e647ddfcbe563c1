import {
  type Clock,
  type Cursor,
  reduceAll,
  type ResetReason,
  type ThreadEvent,
  type ThreadView,
} from "@throughline/protocol";
import type { StreamLog, TailEvent } from "@throughline/log";
import { decodeEvent } from "./codec.ts";
import { Lock } from "./lock.ts";
import { StoredEvent } from "./stored-event.ts";
import type { SummaryLine } from "./summary.ts";
import { ThreadWriter } from "./writer.ts";

/** Told of every commit: its events, in order, or that the thread is gone. */
export interface ThreadListener {
  advanced(events: readonly StoredEvent[]): void;
  deleted(): void;
  /** Resolves when it has dealt with enough of what it was told; undefined when it has. */
  room?(): Promise<void> | undefined;
  /** The thread is let go of: nothing more is told. */
  closed?(): void;
}

/** Hears of the commits of every open thread, without keeping any open. */
export type ThreadObserver = (thread: Thread, events: readonly StoredEvent[]) => void;

/** How many events of a read from the log are handed over at once. */
const PAGE = 1_000;
/** How many events may wait to be folded: each keeps its parsed form until then. */
const FOLD_AFTER = 128;

/**
 * A thread that somebody works with: its stream, the fold of it, and who is told of commits.
 *
 * It learns of events only from the log's tail, also of those written here, so that nothing is seen
 * before it is durable (L1).
 */
export class Thread {
  readonly tenant: string;
  readonly id: string;
  readonly writer: ThreadWriter;
  /** Its line in lists. */
  readonly line: SummaryLine;
  /** Starts, cancels and answers of this thread happen one after another. */
  readonly lock = new Lock();
  readonly #log: StreamLog;
  readonly #clock: Clock;
  readonly #stream: string;
  readonly #listeners = new Set<ThreadListener>();
  readonly #untail: () => void;
  readonly #observe: ThreadObserver;
  #epoch: string;
  #head: number;
  #view: ThreadView;
  #unfolded: StoredEvent[] = [];
  #holds = 0;
  #deleted = false;
  #usedAt: number;

  constructor(options: {
    readonly tenant: string;
    readonly id: string;
    readonly stream: string;
    readonly log: StreamLog;
    readonly clock: Clock;
    readonly epoch: string;
    /** The fold of everything up to some seq. */
    readonly view: ThreadView;
    /** What the tail has told since that seq was read; it may begin earlier. */
    readonly meanwhile: readonly TailEvent[];
    /** Gives a producer epoch greater than all before it. */
    readonly nextEpoch: () => number;
    readonly line: SummaryLine;
    /** Told of every commit, as long as the thread is open. Must not throw. */
    readonly observe: ThreadObserver;
  }) {
    this.tenant = options.tenant;
    this.id = options.id;
    this.line = options.line;
    this.#observe = options.observe;
    this.#log = options.log;
    this.#clock = options.clock;
    this.#usedAt = this.#clock.monotonic();
    this.#stream = options.stream;
    this.#epoch = options.epoch;
    this.#head = options.view.lastSeq;
    this.#view = options.view;
    this.#untail = this.#log.tail(this.#stream, (event) => this.#handleTail(event));
    for (const event of options.meanwhile) this.#handleTail(event);
    const { log, clock, stream, nextEpoch } = options;
    this.writer = new ThreadWriter({ log, clock, stream, head: this.#head, nextEpoch });
  }

  /** "" for a thread without events, which the log does not know yet. */
  get epoch(): string {
    return this.#epoch;
  }

  /** Seq of the last durable event. */
  get head(): number {
    return this.#head;
  }

  /** Whether the stream was deleted; who comes under its name has another thread. */
  get deleted(): boolean {
    return this.#deleted;
  }

  /** Makes the stream, if it is not there. */
  async ensure(): Promise<void> {
    if (this.#epoch !== "") return;
    await this.#log.append({ appends: [{ stream: this.#stream, records: [], create: {} }] });
    const info = await this.#log.info(this.#stream);
    if (info !== undefined) this.#epoch = info.epoch;
  }

  /** Notes that somebody works with the thread now. */
  use(): void {
    this.#usedAt = this.#clock.monotonic();
  }

  /** Keeps the thread open until the returned function is called. */
  hold(): () => void {
    this.#holds += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds -= 1;
      this.use();
    };
  }

  /** Whether nobody holds the thread, nothing of it is on its way, and its last use is `ms` ago. */
  unusedFor(ms: number): boolean {
    return this.#holds === 0 && this.writer.idle && this.#clock.monotonic() - this.#usedAt >= ms;
  }

  /** The fold up to the head, caught up when asked for: most commits are never looked at this way. */
  get view(): ThreadView {
    if (this.#unfolded.length > 0) {
      const events = this.#unfolded.map((event) => event.parsed);
      this.#unfolded = [];
      this.#view = reduceAll(this.#view, events);
    }
    return this.#view;
  }

  /** Tells the listener of every commit from now on, and keeps the thread open meanwhile. */
  follow(listener: ThreadListener): () => void {
    const release = this.hold();
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      release();
    };
  }

  /**
   * Resolves when a producer may go on: the log takes more, and those who deliver keep up; undefined
   * when it may at once.
   */
  room(): Promise<void> | undefined {
    const waits: Promise<void>[] = [];
    const room = this.writer.room();
    if (room !== undefined) waits.push(room);
    for (const listener of this.#listeners) {
      const ready = listener.room?.();
      if (ready !== undefined) waits.push(ready);
    }
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined);
  }

  /** Why `cursor` cannot be honoured; undefined when it can. */
  refusal(cursor: Cursor): ResetReason | undefined {
    if (cursor.epoch !== undefined && cursor.epoch !== this.#epoch) return "epoch";
    return cursor.seq > this.#head ? "ahead" : undefined;
  }

  /**
   * Up to a page of the events behind `after`; empty only at the head.
   * @throws trimmed, corrupt, unavailable
   */
  async read(after: number, most = PAGE): Promise<ThreadEvent[]> {
    // The log may know of more than its tail has told: not even a reader runs ahead of that.
    const maxRecords = Math.min(most, this.#head - after);
    if (maxRecords <= 0) return [];
    const { first, records } = await this.#log.read(this.#stream, { after, maxRecords });
    return records.map((record, index) => decodeEvent(first + index, record));
  }

  /** Every event behind `after` up to `upTo`, read page by page. */
  async *range(after: number, upTo: number): AsyncGenerator<ThreadEvent> {
    let at = after;
    while (at < upTo) {
      const page = await this.read(at, Math.min(PAGE, upTo - at));
      if (page.length === 0) return;
      yield* page;
      at += page.length;
    }
  }

  /** Lets go of the log; the thread must not be used any more. */
  close(): void {
    this.#untail();
    this.writer.close();
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener.closed?.();
  }

  #handleTail(event: TailEvent): void {
    if (event.type === "closed") return;
    if (event.type === "deleted") {
      this.#deleted = true;
      for (const listener of this.#listeners) listener.deleted();
      return;
    }
    const events = event.records
      .map((record, index) => new StoredEvent(event.first + index, record))
      .filter(({ seq }) => seq > this.#head);
    this.#epoch = event.epoch;
    this.#head = events.at(-1)?.seq ?? this.#head;
    this.#unfolded.push(...events);
    for (const listener of this.#listeners) listener.advanced(events);
    if (this.#unfolded.length > FOLD_AFTER) void this.view;
    this.#observe(this, events);
  }
}
