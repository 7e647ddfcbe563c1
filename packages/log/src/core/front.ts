/**
 * The StreamLog every store shows: checks what it is given, queues it, keeps the hot tail and tells
 * the tails, always after the commit (L1). Knows nothing of files.
 */
import { ThroughlineError, type Clock, type Logger, type Timer } from "@throughline/protocol";
import type * as api from "../stream-log.ts";
import { Gate } from "./gate.ts";
import { GroupQueue, type Pending } from "./group-queue.ts";
import { HotTail } from "./hot-tail.ts";
import { checkBatch, checkMetadata, checkName, checkOptions, checkSeq, type Limits } from "./limits.ts";
import type { Op, Outcome, StreamOp } from "./ops.ts";
import type { Page, Store } from "./store.ts";
import { Tails } from "./tails.ts";

export interface FrontOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: Limits;
  /** How often streams past their time to live are looked for, and a full disk tried again, in ms. */
  readonly sweepMs: number;
}

/** Streams deleted by one sweep; more are left to the next, which then comes at once. */
const SWEEP_LIMIT = 100;

type Fault = "storage_full" | "corrupt" | "unavailable";

export class LogFront implements api.StreamLog {
  readonly #store: Store;
  readonly #options: FrontOptions;
  readonly #hot: HotTail;
  readonly #tails: Tails;
  readonly #queue: GroupQueue;
  #fault: Fault | undefined;
  #sweep: Timer | undefined;
  #closing: Promise<void> | undefined;

  constructor(store: Store, options: FrontOptions) {
    this.#store = store;
    this.#options = options;
    this.#hot = new HotTail(options.limits.hotBytes);
    this.#tails = new Tails((error) => options.logger.error("a tail's listener threw", { reason: String(error) }));
    this.#queue = new GroupQueue(store, options.clock, new Gate(options.limits.maxQueuedBytes), {
      committed: (group, outcomes) => this.#committed(group, outcomes),
      failed: (error) => this.#failed(error),
    });
    this.#scheduleSweep(options.sweepMs);
  }

  get durability(): api.Durability {
    return this.#store.durability;
  }

  get recovery(): api.Recovery {
    return this.#store.recovery;
  }

  async create(stream: string, options: api.CreateOptions = {}): Promise<api.StreamInfo> {
    checkName(stream);
    const bytes = checkOptions(options);
    return streamOf(await this.#submit({ type: "create", stream, options }, bytes));
  }

  async info(stream: string): Promise<api.StreamInfo | undefined> {
    this.#checkOpen();
    return this.#store.info(stream);
  }

  async list(prefix: string, page: Page = {}): Promise<readonly api.StreamInfo[]> {
    this.#checkOpen();
    return this.#store.list(prefix, page);
  }

  append(batch: api.Batch): Promise<api.AppendResult> {
    // One promise per append and no more: this is the path that everything else goes through.
    return new Promise((resolve, reject) => {
      const take = (outcome: Outcome): void => {
        if (outcome.type !== "appended") reject(answer(outcome));
        else resolve({ appended: outcome.appended, duplicate: outcome.duplicate });
      };
      this.#push({
        op: { type: "append", ...batch },
        bytes: checkBatch(batch, this.#options.limits),
        resolve: take,
        reject,
      });
    });
  }

  writable(): Promise<void> {
    return this.#queue.gate.wait();
  }

  async read(stream: string, options: api.ReadOptions): Promise<api.ReadResult> {
    checkSeq("after", options.after);
    this.#checkOpen();
    return this.#hot.read(stream, options) ?? this.#store.read(stream, options);
  }

  readHot(stream: string, options: api.ReadOptions): api.ReadResult | undefined {
    checkSeq("after", options.after);
    return this.#hot.read(stream, options);
  }

  tail(stream: string, listener: (event: api.TailEvent) => void): () => void {
    return this.#tails.add(stream, listener);
  }

  async control(key: string): Promise<string | undefined> {
    this.#checkOpen();
    return this.#store.control(key);
  }

  async controls(prefix: string, page: Page = {}): Promise<readonly api.Control[]> {
    this.#checkOpen();
    return this.#store.controls(prefix, page);
  }

  async trim(stream: string, upTo: number): Promise<void> {
    checkSeq("upTo", upTo);
    done(await this.#submit({ type: "trim", stream, upTo }, 0));
  }

  async delete(stream: string): Promise<void> {
    done(await this.#submit({ type: "delete", stream }, 0));
  }

  async fork(
    source: string,
    target: string,
    options: api.CreateOptions & { readonly at?: number } = {},
  ): Promise<api.StreamInfo> {
    checkName(target);
    const { at, ...create } = options;
    if (at !== undefined) checkSeq("at", at);
    const op: Op<never> = { type: "fork", source, target, options: create, ...(at === undefined ? {} : { at }) };
    return streamOf(await this.#submit(op, checkOptions(create)));
  }

  async closeStream(stream: string): Promise<void> {
    done(await this.#submit({ type: "close", stream }, 0));
  }

  async setMetadata(stream: string, metadata: Readonly<Record<string, string>>): Promise<void> {
    const bytes = checkMetadata(metadata);
    done(await this.#submit({ type: "metadata", stream, metadata }, bytes));
  }

  health(): ReturnType<api.StreamLog["health"]> {
    const { queuedBytes } = this.#queue.gate;
    if (this.#closing !== undefined) return { writable: false, code: "unavailable", queuedBytes };
    return this.#fault === undefined
      ? { writable: true, queuedBytes }
      : { writable: false, code: this.#fault, queuedBytes };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#sweep?.cancel();
    await this.#queue.drained();
    await this.#store.close();
    this.#tails.clear();
  }

  #submit(op: Op<readonly Uint8Array[]>, bytes: number): Promise<Outcome> {
    return new Promise((resolve, reject) => this.#push({ op, bytes, resolve, reject }));
  }

  #push(entry: Pending): void {
    this.#checkOpen();
    // What the disk has lost its word about stays so until the log is opened again.
    if (this.#fault === "unavailable" || this.#fault === "corrupt") {
      throw new ThroughlineError(this.#fault, "The log has stopped writing after a fault; open it again.");
    }
    this.#queue.push(entry);
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new ThroughlineError("unavailable", "The log is closed.");
  }

  #committed(group: readonly Pending[], outcomes: readonly Outcome[]): void {
    if (this.#fault === "storage_full") {
      this.#fault = undefined;
      this.#options.logger.info("the disk takes writes again");
    }
    for (let i = 0; i < group.length; i += 1) {
      this.#publish((group[i] as Pending).op, outcomes[i] as Outcome);
    }
  }

  #publish(op: Op<readonly Uint8Array[]>, outcome: Outcome): void {
    if (op.type === "append") {
      if (outcome.type === "appended" && !outcome.duplicate) this.#publishRecords(op.appends, outcome.appended);
      return;
    }
    if (outcome.type === "swept") for (const stream of outcome.deleted) this.#publishDeleted(stream);
    else if (outcome.type === "done" && outcome.changed) this.#publishChange(op);
  }

  #publishRecords(appends: readonly api.Append[], appended: readonly api.Appended[]): void {
    for (let i = 0; i < appends.length; i += 1) {
      const { records } = appends[i] as api.Append;
      if (records.length === 0) continue;
      const { stream, epoch, first } = appended[i] as api.Appended;
      this.#hot.push(stream, epoch, first, records);
      this.#tails.tell(stream, { type: "records", epoch, first, records });
    }
  }

  #publishChange(op: StreamOp): void {
    if (op.type === "trim") this.#hot.trim(op.stream, op.upTo);
    else if (op.type === "close") this.#tails.tell(op.stream, { type: "closed" });
    else if (op.type === "delete") this.#publishDeleted(op.stream);
  }

  #publishDeleted(stream: string): void {
    this.#hot.drop(stream);
    this.#tails.tell(stream, { type: "deleted" });
  }

  #failed(error: ThroughlineError): void {
    const code = error.code as Fault;
    if (this.#fault !== code) this.#options.logger.error("the log cannot write", { code, reason: error.message });
    this.#fault = code;
    if (code !== "storage_full") this.#queue.refuseAll(error);
  }

  // Also the probe that finds out that a full disk has room again.
  #scheduleSweep(ms: number): void {
    if (this.#closing !== undefined || this.#fault === "unavailable" || this.#fault === "corrupt") return;
    this.#sweep = this.#options.clock.setTimeout(() => void this.#runSweep(), ms);
  }

  async #runSweep(): Promise<void> {
    let next = this.#options.sweepMs;
    try {
      const outcome = await this.#submit({ type: "sweep", limit: this.#fault === undefined ? SWEEP_LIMIT : 0 }, 0);
      if (outcome.type === "swept" && outcome.deleted.length === SWEEP_LIMIT) next = 0;
    } catch (error) {
      this.#options.logger.debug("sweep refused", { code: ThroughlineError.from(error).code });
    }
    this.#scheduleSweep(next);
  }
}

function streamOf(outcome: Outcome): api.StreamInfo {
  if (outcome.type !== "stream") throw answer(outcome);
  return outcome.info;
}

function done(outcome: Outcome): void {
  if (outcome.type !== "done") throw answer(outcome);
}

function answer(outcome: Outcome): ThroughlineError {
  if (outcome.type !== "refused") return new ThroughlineError("internal", `The store answered with "${outcome.type}".`);
  const { code, message, details } = outcome.refusal;
  return new ThroughlineError(code, message, { details: { ...details } });
}
