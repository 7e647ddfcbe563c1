import { type Clock, emptyView, reduceAll, type ThreadView, ThroughlineError } from "@throughline/protocol";
import type { StreamLog, TailEvent } from "@throughline/log";
import { CHECKPOINT_AFTER, loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { decodeEvent } from "./codec.ts";
import type { StoredEvent } from "./stored-event.ts";
import { checkId, keys, streamName } from "./names.ts";
import { SummaryLine } from "./summary.ts";
import { Thread, type ThreadObserver } from "./thread.ts";

/** How many open threads are kept whether used or not, and how long a thread stays after its last use. */
const IDLE_THREADS = 256;
const IDLE_MS = 60_000;
/** How many threads one opening looks at for closing. */
const LOOKS = 8;
const PAGE = 1_000;
/** Producer epochs that one process may use up. */
const EPOCHS_PER_INCARNATION = 1_000_000_000;

/** The open threads: opened when first asked for, closed when nobody uses them any more. */
export class Threads {
  readonly #log: StreamLog;
  readonly #clock: Clock;
  readonly #observe: ThreadObserver;
  /**
   * The last producer epoch given out. Each opening of a thread counts its batches anew, so it must not
   * be taken for an earlier opening (L3), in this process or one before.
   */
  #producerEpoch: number;
  readonly #open = new Map<string, Thread>();
  readonly #opening = new Map<string, Promise<Thread>>();
  /** Seq of each open thread's stored fold. */
  readonly #checkpoints = new WeakMap<Thread, number>();
  #closed = false;

  constructor(options: {
    readonly log: StreamLog;
    readonly clock: Clock;
    /** Counts the processes that have owned the log. */
    readonly incarnation: number;
    /** Hears of every commit of every thread. Must not throw. */
    readonly observe?: ThreadObserver;
  }) {
    this.#log = options.log;
    this.#clock = options.clock;
    this.#producerEpoch = options.incarnation * EPOCHS_PER_INCARNATION;
    this.#observe = options.observe ?? (() => undefined);
  }

  /**
   * The thread, made on demand: it takes no storage before its first event.
   * @throws draining once all are closed
   */
  async open(tenant: string, threadId: string): Promise<Thread> {
    this.#checkOpen();
    const stream = streamName(tenant, checkId("thread_id", threadId));
    const open = this.#open.get(stream);
    if (open !== undefined) {
      open.use();
      return open;
    }
    const opening = this.#opening.get(stream) ?? this.#load(tenant, threadId, stream);
    this.#opening.set(stream, opening);
    try {
      return await opening;
    } finally {
      this.#opening.delete(stream);
    }
  }

  /**
   * The thread, if it has any event.
   * @throws not_found
   */
  async find(tenant: string, threadId: string): Promise<Thread> {
    const thread = await this.open(tenant, threadId);
    if (thread.head > 0) return thread;
    throw new ThroughlineError("not_found", `There is no thread "${threadId}".`);
  }

  /**
   * The thread, known to the log from now on: for those who are told its epoch before its first event.
   * @throws storage_full, unavailable
   */
  async ensure(tenant: string, threadId: string): Promise<Thread> {
    const thread = await this.open(tenant, threadId);
    await thread.ensure();
    return thread;
  }

  /** Stores the thread's fold when much has come since the last time. Never rejects. */
  async checkpoint(thread: Thread): Promise<void> {
    if (thread.deleted || thread.head - (this.#checkpoints.get(thread) ?? 0) < CHECKPOINT_AFTER) return;
    this.#checkpoints.set(thread, thread.head);
    try {
      await saveCheckpoint(this.#log, thread);
    } catch {
      // Without it the next opening takes longer, that is all; the log reports its own trouble.
    }
  }

  /** Lets go of a thread that was deleted; the next to ask for its name gets a new one. */
  drop(thread: Thread): void {
    const stream = streamName(thread.tenant, thread.id);
    if (this.#open.get(stream) === thread) this.#open.delete(stream);
    thread.close();
  }

  /**
   * Lets go of the thread as it was found while it had no event: a fork has given it some, of which
   * nobody who has it open is told.
   */
  async forgetEmpty(tenant: string, threadId: string): Promise<void> {
    const stream = streamName(tenant, threadId);
    await this.#opening.get(stream)?.catch(() => undefined);
    const open = this.#open.get(stream);
    if (open?.head === 0) this.drop(open);
  }

  close(): void {
    this.#closed = true;
    for (const thread of this.#open.values()) thread.close();
    this.#open.clear();
  }

  async #load(tenant: string, threadId: string, stream: string): Promise<Thread> {
    // What is committed while this reads must not be missed: it is heard from here on.
    const meanwhile: TailEvent[] = [];
    const untail = this.#log.tail(stream, (event) => meanwhile.push(event));
    try {
      const listed = await this.#log.control(keys.thread(tenant, threadId));
      const info = await this.#log.info(stream);
      const epoch = info?.epoch ?? "";
      const stored = info === undefined ? undefined : await loadCheckpoint(this.#log, tenant, threadId, epoch);
      const view = await this.#foldOn(stream, stored ?? emptyView(threadId), info?.head ?? 0);
      // Nobody would close it any more.
      this.#checkOpen();
      const thread = new Thread({
        tenant,
        id: threadId,
        stream,
        log: this.#log,
        clock: this.#clock,
        epoch,
        view,
        meanwhile,
        nextEpoch: () => (this.#producerEpoch += 1),
        line: new SummaryLine(tenant, listed),
        observe: (observed, events) => this.#handleCommit(observed, events),
      });
      this.#checkpoints.set(thread, stored?.lastSeq ?? 0);
      this.#open.set(stream, thread);
      this.#evict();
      return thread;
    } finally {
      untail();
    }
  }

  #checkOpen(): void {
    if (this.#closed) throw new ThroughlineError("draining", "The server is going down.");
  }

  #handleCommit(thread: Thread, events: readonly StoredEvent[]): void {
    this.#observe(thread, events);
    // At the end of a run its fold is stored anyway; this is for threads without, and for very long runs.
    if (thread.head - (this.#checkpoints.get(thread) ?? thread.head) >= 4 * CHECKPOINT_AFTER)
      void this.checkpoint(thread);
  }

  /** The fold up to the head, going on from one that may be behind. */
  async #foldOn(stream: string, from: ThreadView, upTo: number): Promise<ThreadView> {
    let view = from;
    while (view.lastSeq < upTo) {
      const page = await this.#log.read(stream, { after: view.lastSeq, maxRecords: PAGE });
      view = reduceAll(
        view,
        page.records.map((record, index) => decodeEvent(page.first + index, record)),
      );
    }
    return view;
  }

  /** Moves the thread to the young end of the map, which keeps its order. */
  #touch(stream: string, thread: Thread): void {
    this.#open.delete(stream);
    this.#open.set(stream, thread);
  }

  /** Looks at the oldest few: those in use stay, and move out of the way of the next look. */
  #evict(): void {
    let looks = LOOKS;
    for (const [stream, thread] of this.#open) {
      if (this.#open.size <= IDLE_THREADS || looks-- === 0) return;
      if (thread.unusedFor(IDLE_MS)) {
        thread.close();
        this.#open.delete(stream);
      } else {
        this.#touch(stream, thread);
      }
    }
  }
}
