import { type Clock, ThroughlineError } from "@throughline/protocol";
import type { Batch, ControlWrite, StreamLog } from "@throughline/log";

/** Where a write came to stand: seqs of its first and last event (`first = last + 1` for none). */
export interface Written {
  readonly first: number;
  readonly last: number;
}

export interface Write extends Insistence {
  /** Events, as {@link encodeEvent} makes them. */
  readonly records: readonly Uint8Array[];
  /** Control records to commit with the events, given the seq of the first of them. */
  readonly controls?: (first: number) => readonly ControlWrite[];
}

/** A batch made when its turn has come: all before it is durable and in the thread's view. */
export interface ComposedWrite extends Insistence {
  /**
   * Called once, with the seq that the batch's first event will have.
   * @throws ThroughlineError to write nothing; the caller of `write` hears of it
   */
  readonly compose: (first: number) => Composed;
}

/** What one batch holds. */
export interface Composed {
  readonly records: readonly Uint8Array[];
  readonly controls: readonly ControlWrite[];
  /** Called once the batch is durable, before anything else is composed. Must not throw. */
  readonly stored?: () => void;
}

interface Insistence {
  /**
   * Try until it is stored: for what has already happened, such as a run's events. Otherwise a
   * failure is the caller's to hear about.
   */
  readonly insist?: boolean;
}

interface Pending extends Insistence {
  readonly records: readonly Uint8Array[];
  /** Present where the batch has control records; such a write is a batch of its own. */
  readonly compose: ((first: number) => Composed) | undefined;
  readonly resolve: ((written: Written) => void) | undefined;
  readonly reject: (error: ThroughlineError) => void;
}

/** What a thread may have waiting for the log before {@link ThreadWriter.room} holds producers back. */
const ROOM = 512;
const BATCH_EVENTS = 1_000;
const BATCH_BYTES = 1024 * 1024;
const RETRY_FIRST_MS = 50;
const RETRY_MOST_MS = 2_000;
/** The refusals that pass by themselves; all others are final for the batch. */
const PASSING = new Set(["storage_full", "unavailable", "overloaded"]);

/**
 * Writes one thread's stream, in order, one batch at a time.
 *
 * While a batch is being committed the events that come gather into the next one: a busy thread
 * groups its commits by itself, an idle one waits for nothing. One batch in flight also means that
 * the position of every event is known before it is sent, that a batch whose fate is unknown can be
 * sent again without applying twice (the producer's `n`, rule L3), and that the writers of an
 * earlier process are fenced.
 */
export class ThreadWriter {
  readonly #log: StreamLog;
  readonly #clock: Clock;
  readonly #stream: string;
  readonly #nextEpoch: () => number;
  #head: number;
  #epoch: number;
  #n = 0;
  #queue: Pending[] = [];
  #waiting = 0;
  #flying = false;
  #closed = false;
  #roomWaiters: (() => void)[] = [];

  constructor(options: {
    readonly log: StreamLog;
    readonly clock: Clock;
    readonly stream: string;
    readonly head: number;
    /** Gives a producer epoch greater than all before it, those of earlier processes included. */
    readonly nextEpoch: () => number;
  }) {
    this.#log = options.log;
    this.#clock = options.clock;
    this.#stream = options.stream;
    this.#head = options.head;
    this.#nextEpoch = options.nextEpoch;
    this.#epoch = this.#nextEpoch();
  }

  /** Whether nothing is queued or in flight. */
  get idle(): boolean {
    return !this.#flying && this.#queue.length === 0;
  }

  /**
   * Resolves once the events are durable.
   * @throws what `compose` throws and what the log refuses it with; `unavailable` once the writer is closed
   */
  write(write: Write | ComposedWrite): Promise<Written> {
    const { insist = false } = write;
    return new Promise((resolve, reject) => this.#enqueue({ ...contentOf(write), insist, resolve, reject }));
  }

  /**
   * As {@link write}, insisting, for what nobody waits for: a busy run would make thousands of promises
   * a second only to hear that all is well.
   * @param lost told why it will never be stored, should that be
   */
  post(write: Write | ComposedWrite, lost: (error: ThroughlineError) => void): void {
    this.#enqueue({ ...contentOf(write), insist: true, resolve: undefined, reject: lost });
  }

  /** Resolves when a producer may go on; undefined when it may at once. */
  room(): Promise<void> | undefined {
    if (this.#waiting < ROOM || this.#closed) return undefined;
    return new Promise((resolve) => this.#roomWaiters.push(resolve));
  }

  /** Refuses what is queued and everything later; what is in flight is left to the log. */
  close(): void {
    this.#closed = true;
    for (const pending of this.#queue) pending.reject(closedError());
    this.#queue = [];
    this.#waiting = 0;
    this.#admitProducers();
  }

  #enqueue(pending: Pending): void {
    if (this.#closed) {
      pending.reject(closedError());
      return;
    }
    this.#queue.push(pending);
    this.#waiting += pending.records.length;
    if (this.#flying) return;
    this.#flying = true;
    // What else this turn of the event loop brings goes along.
    this.#clock.setImmediate(() => void this.#pump());
  }

  async #pump(): Promise<void> {
    while (this.#queue.length > 0) await this.#send(this.#take());
    this.#flying = false;
  }

  /** The next batch: one write with controls, or as many without as fit. */
  #take(): Pending[] {
    const taken: Pending[] = [];
    let events = 0;
    let bytes = 0;
    for (const pending of this.#queue) {
      const alone = pending.compose !== undefined || pending.insist !== true;
      const size = sizeOf(pending.records);
      const full = events + pending.records.length > BATCH_EVENTS || bytes + size > BATCH_BYTES;
      if (taken.length > 0 && (alone || full)) break;
      taken.push(pending);
      events += pending.records.length;
      bytes += size;
      if (alone) break;
    }
    this.#queue.splice(0, taken.length);
    this.#waiting -= events;
    if (this.#waiting < ROOM) this.#admitProducers();
    return taken;
  }

  async #send(writes: Pending[]): Promise<void> {
    const insist = writes[0]?.insist === true;
    const content = this.#compose(writes);
    if (content === undefined) return;
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#commit(writes, content);
        return;
      } catch (cause) {
        const error = ThroughlineError.from(cause, "unavailable");
        if (error.code === "producer_gap" && this.#n > 0) {
          // The log forgets a producer that was silent for days. Nothing of the batch was applied.
          this.#renew();
          continue;
        }
        const again = insist && this.#passes(error) && !this.#closed;
        if (!again) {
          for (const write of writes) write.reject(error);
          if (error.code === "unavailable") await this.#clearDoubt();
          return;
        }
        await this.#pause(attempt);
      }
    }
  }

  /** What the writes come to, decided once, however often it has to be sent; undefined when refused. */
  #compose(writes: readonly Pending[]): Composed | undefined {
    const [write] = writes;
    if (write?.compose === undefined) return { records: writes.flatMap(({ records }) => records), controls: [] };
    try {
      return write.compose(this.#head + 1);
    } catch (error) {
      write.reject(ThroughlineError.from(error));
      return undefined;
    }
  }

  async #commit(writes: Pending[], { records, controls, stored }: Composed): Promise<void> {
    const first = this.#head + 1;
    const batch: Batch = {
      appends: [{ stream: this.#stream, records, expectedHead: this.#head, create: {} }],
      ...(controls.length === 0 ? {} : { controls }),
      producer: { id: this.#stream, epoch: this.#epoch, n: this.#n + 1 },
    };
    await this.#log.append(batch);
    this.#n += 1;
    this.#head += records.length;
    stored?.();
    let next = first;
    for (const write of writes) {
      const last = next + (write.compose === undefined ? write.records : records).length - 1;
      write.resolve?.({ first: next, last });
      next = last + 1;
    }
  }

  /**
   * After a batch of unknown fate that nobody will send again: a new producer epoch, under which no
   * `n` can be mistaken for that batch's, and the head as it really is.
   */
  async #clearDoubt(): Promise<void> {
    for (let attempt = 0; !this.#closed; attempt++) {
      try {
        const info = await this.#log.info(this.#stream);
        this.#head = info?.head ?? 0;
        this.#renew();
        return;
      } catch {
        // The log cannot be read either; nothing can be written until it can.
        await this.#pause(attempt);
      }
    }
  }

  /** Counts batches anew, under an epoch that no earlier batch has. */
  #renew(): void {
    this.#epoch = this.#nextEpoch();
    this.#n = 0;
  }

  /** Whether the refusal passes by itself; a log that has stopped for good takes nothing any more. */
  #passes({ code }: ThroughlineError): boolean {
    if (!PASSING.has(code)) return false;
    const { code: fault } = this.#log.health();
    return fault !== "unavailable" && fault !== "corrupt";
  }

  #pause(attempt: number): Promise<void> {
    const ms = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** attempt);
    return new Promise((resolve) => this.#clock.setTimeout(resolve, ms));
  }

  #admitProducers(): void {
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const waiter of waiters) waiter();
  }
}

function contentOf(write: Write | ComposedWrite): Pick<Pending, "records" | "compose"> {
  if ("compose" in write) return { records: [], compose: write.compose };
  const { records, controls } = write;
  return { records, compose: controls && ((first) => ({ records, controls: controls(first) })) };
}

function sizeOf(records: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const record of records) bytes += record.length;
  return bytes;
}

function closedError(): ThroughlineError {
  return new ThroughlineError("unavailable", "The server is closing.");
}
