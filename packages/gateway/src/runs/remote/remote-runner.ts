import { type AguiEvent, type Clock, type Logger, ThroughlineError } from "@throughline/protocol";
import type { RunGrammar } from "@throughline/protocol/run";
import type { Thread } from "../../threads/thread.ts";
import type { RunEnd, RunHandle } from "../run/run-handle.ts";
import { type RunnerBatches, Transcript } from "../run/transcript.ts";
import type { Notice, Reception, Report, Said, Workers } from "../run/workers.ts";
import { type Compose, inOneBatch } from "../stored/batches.ts";
import { cut } from "../stored/bounds.ts";
import type { Ending } from "../stored/records.ts";
import { arrived, AWAITED } from "./awaited.ts";
import { HoldOrder } from "./hold-order.ts";
import { WorkerLease } from "./lease.ts";
import { ReportBatch, type Waiting } from "./report-batch.ts";
import type { ReportedNames } from "./reported-names.ts";
import { RunSoFar } from "./run-so-far.ts";
import type { StoredAssembly } from "./stored-assembly.ts";

/** Reports of one run that may wait. Whoever carries them has a smaller window. */
const MOST_WAITING = 50_000;

/**
 * A run whose agent works elsewhere: takes what its worker reports, in order, and keeps its lease.
 *
 * Its end is decided as that of any run: the first of the worker's word, a cancel, a broken protocol,
 * a lease that has run out. What is reported after that is fenced. While a batch is being stored the
 * reports that come gather into the next. What is reported has happened, so the batches insist: a log
 * that takes nothing for a while makes reports wait, and none overtakes another.
 */
export class RemoteRunner implements RunHandle {
  readonly elsewhere = true;
  readonly runId: string;
  readonly agent: string;
  readonly clientId: string | undefined;
  readonly ended: Promise<RunEnd>;
  readonly #thread: Thread;
  readonly #logger: Logger;
  readonly #workers: Workers;
  readonly #transcript: Transcript;
  readonly #names: ReportedNames;
  readonly #assembly: StoredAssembly;
  readonly #lease: WorkerLease;
  readonly #order: HoldOrder;
  readonly #soFar: RunSoFar;
  #inbox: Waiting[] = [];
  #batch: ReportBatch | undefined;
  #working = false;
  #ending: Ending | undefined;
  /** Whether no worker was there to take it, and none has been heard of since. */
  #awaited: boolean;
  #closed = false;
  #resolveEnded!: (end: RunEnd) => void;

  constructor(options: {
    readonly thread: Thread;
    readonly runId: string;
    readonly agent: string;
    readonly clientId: string | undefined;
    readonly paused: boolean;
    /** Whether it was held at any time. */
    readonly wasPaused: boolean;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly workers: Workers;
    readonly leaseMs: number;
    readonly batches: RunnerBatches;
    /** Has accepted what the thread holds of the run. */
    readonly grammar: RunGrammar;
    readonly names: ReportedNames;
    readonly assembly: StoredAssembly;
    /** When it was handed over, in ms since 1970. */
    readonly handedAt: number;
  }) {
    const { thread, runId, clock, workers, batches, grammar } = options;
    this.runId = runId;
    this.agent = options.agent;
    this.clientId = options.clientId;
    this.#thread = thread;
    this.#logger = options.logger;
    this.#workers = workers;
    this.#names = options.names;
    this.#assembly = options.assembly;
    const { paused, wasPaused } = options;
    this.#order = new HoldOrder({ clock, paused, wasPaused, tell: (type) => this.#tell({ type }) });
    const transcript = new Transcript({
      ids: { threadId: thread.id, runId },
      clock,
      batches,
      grammar,
      state: thread.view.state,
      assembling: options.assembly.loaded,
      write: (write) => this.#batch?.add(write),
    });
    this.#transcript = transcript;
    this.#soFar = new RunSoFar(runId, grammar, transcript);
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    const release = thread.hold();
    void this.ended.then(release);
    const busy = (): boolean => this.#working;
    this.#awaited = grammar.hasStep(AWAITED);
    const lost = (): unknown => this.#end(this.#awaited ? NEVER_TAKEN : LOST);
    const stillWaits = async (): Promise<boolean> =>
      (await workers.stillWaits?.(this.agent, clock.now() - options.handedAt)) ?? false;
    const heard = options.names.any;
    this.#lease = new WorkerLease({ clock, workers, ms: options.leaseMs, busy, heard, stillWaits, lost });
  }

  /** Nobody waits for a worker elsewhere: it is fenced. */
  get settled(): Promise<unknown> {
    return this.ended;
  }

  get ending(): boolean {
    return this.#ending !== undefined;
  }

  get paused(): boolean {
    return this.#order.paused;
  }

  /**
   * Takes a report; resolves once what came of it is durable.
   * @throws unavailable when the thread is taken from this process first, or the server closes: nothing
   *   of the report is stored then. overloaded when too many wait
   */
  take(report: Report): Promise<Reception> {
    this.#lease.renew();
    if (this.#closed) return Promise.reject(closing());
    if (this.#ending !== undefined) return this.#afterEnd("fenced");
    this.#order.heard(report);
    if (this.#inbox.length >= MOST_WAITING) return Promise.reject(tooMany());
    return new Promise((resolve, reject) => {
      this.#inbox.push({ report, resolve, reject });
      if (!this.#working) void this.#work();
    });
  }

  end(ending: Ending, joined?: (batch: Compose) => Compose): boolean {
    return this.#end(ending, joined);
  }

  async pause(note: Compose): Promise<void> {
    await this.#thread.writer.write({ compose: note });
    this.#order.give(true);
  }

  async resume(note: Compose): Promise<void> {
    await this.#thread.writer.write({ compose: note });
    this.#order.give(false);
  }

  /** The server closes: the run goes on without it, and what is not stored yet is reported again. */
  detach(): void {
    this.#closed = true;
    this.#lease.close();
    this.#refuse(closing());
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#inbox.length > 0 && this.#ending === undefined) await this.#store(this.#next());
    this.#working = false;
    const fenced = this.#inbox.splice(0);
    for (const { resolve } of fenced) resolve(this.#afterEnd("fenced"));
  }

  /** Interprets as many of the waiting reports as go into one batch. */
  #next(): ReportBatch {
    const batch = new ReportBatch();
    this.#batch = batch;
    for (const waiting of this.#inbox) {
      batch.take(waiting, this.#apply(waiting));
      if (batch.full || this.#ending !== undefined) break;
    }
    this.#inbox.splice(0, batch.taken);
    this.#batch = undefined;
    return batch;
  }

  /** What one report comes to; undefined when it cannot be interpreted, and was refused. */
  #apply({ report: { name, interpret }, reject }: Waiting): Reception | undefined {
    if (this.#awaited) this.#transcript.take(arrived());
    this.#awaited = false;
    if (name !== undefined && this.#names.has(name)) return "duplicate";
    let said: Said;
    try {
      said = interpret(this.#soFar);
    } catch (error) {
      reject(error);
      return undefined;
    }
    if (name !== undefined) this.#names.add(name);
    this.#ending = this.#say(said);
    return "applied";
  }

  /** Puts what a report says into the batch; how the run ends with it, if it does. */
  #say(said: Said): Ending | undefined {
    try {
      return firstEnding(said.events, (event) => this.#transcript.take(event)) ?? said.ending;
    } catch (error) {
      // Part of it may be in the batch already: the run cannot go on from there.
      const { message } = ThroughlineError.from(error);
      return { type: "error", code: "agent_invalid_event", message: `A report cannot be read: ${message}` };
    }
  }

  async #store(batch: ReportBatch): Promise<void> {
    if (this.#ending !== undefined) {
      // The name of a report that ends the run needs no keeping: the end tells that it was applied.
      const ended = this.#finish(this.#ending, batch.parts);
      batch.tell((reception) => this.#afterEnd(reception));
      if (ended.type === "error" && ended.code === "agent_invalid_event") this.#tellEnd(ended);
      return;
    }
    const controls = [...this.#names.writes(), ...this.#assembly.writes(this.#transcript.assembling)];
    try {
      if (batch.parts.length > 0 || controls.length > 0) {
        const compose = inOneBatch([...batch.parts, () => ({ records: [], controls })]);
        await this.#thread.writer.write({ compose, insist: true });
      }
      batch.tell();
    } catch (error) {
      batch.reject(error);
      this.#lose(error);
    }
  }

  #end(ending: Ending, joined?: (batch: Compose) => Compose): boolean {
    if (this.#ending !== undefined) return false;
    this.#ending = ending;
    this.#finish(ending, [], joined);
    this.#tellEnd(ending);
    return true;
  }

  /** Ends the run behind what it said last; all of it is one batch. @returns how it ends: as asked, if that may stand */
  #finish(asked: Ending, parts: readonly Compose[], joined: (batch: Compose) => Compose = (batch) => batch): Ending {
    this.#lease.close();
    const { ending, compose } = this.#transcript.end(asked);
    const forget: Compose = () => ({ records: [], controls: [...this.#names.removal(), ...this.#assembly.writes([])] });
    void this.#thread.writer.write({ compose: joined(inOneBatch([...parts, compose, forget])), insist: true }).then(
      ({ last }) => this.#resolveEnded({ ending, endSeq: last }),
      (error: unknown) => this.#lose(error),
    );
    return ending;
  }

  /** What is answered once the end is durable. */
  async #afterEnd(reception: Reception): Promise<Reception> {
    const { endSeq } = await this.ended;
    if (endSeq === undefined) throw closing();
    return reception;
  }

  /** The thread has another owner now, or the server is closing. */
  #lose(error: unknown): void {
    if (!this.#closed) this.#logger.error("run lost its thread", { runId: this.runId, error });
    this.#lease.close();
    this.#ending ??= { type: "error", code: "worker_lost", message: "The run lost its thread." };
    this.#refuse(error);
    this.#resolveEnded({ ending: this.#ending, endSeq: undefined });
  }

  #refuse(error: unknown): void {
    for (const { reject } of this.#inbox.splice(0)) reject(error);
  }

  #tellEnd(ending: Ending): void {
    const told = cut(ending);
    const why = told.type === "error" ? { error: { code: told.code, message: told.message } } : {};
    this.#tell({ type: "cancel", ...why });
  }

  #tell(notice: Pick<Notice, "type" | "error">): void {
    this.#workers.tell({ ...notice, tenant: this.#thread.tenant, threadId: this.#thread.id, runId: this.runId });
  }
}

const NEVER_TAKEN: Ending = { type: "error", code: "worker_lost", message: "No worker has taken the run." };
const LOST: Ending = { type: "error", code: "worker_lost", message: "Nothing was heard of the agent's worker." };

/** Takes the events until one says or breaks the run. */
function firstEnding(events: readonly AguiEvent[], take: (event: AguiEvent) => Ending | undefined): Ending | undefined {
  for (const event of events) {
    const ending = take(event);
    if (ending !== undefined) return ending;
  }
  return undefined;
}

function closing(): ThroughlineError {
  return new ThroughlineError("unavailable", "The server is closing; report it again to the next.");
}

function tooMany(): ThroughlineError {
  return new ThroughlineError("overloaded", "Too many reports of this run wait to be stored.");
}
