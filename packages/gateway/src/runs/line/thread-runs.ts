import { type ErrorCode, type Json, type ThroughlineError } from "@throughline/protocol";
import { keys } from "../../threads/names.ts";
import type { Thread } from "../../threads/thread.ts";
import type { HandOver } from "../remote/hand-over.ts";
import { restoreRemote } from "../remote/remote-run.ts";
import type { Taker } from "../remote/report-desk.ts";
import type { BusyPolicy, RunPorts } from "../run/ports.ts";
import type { RunHandle } from "../run/run-handle.ts";
import { recordOf, refusal, type RunScope, writeControls } from "../run/scope.ts";
import { RunBatches } from "../stored/batches.ts";
import { CommandLog } from "../stored/command-log.ts";
import { fingerprint } from "../stored/fingerprint.ts";
import { answerQuestion } from "../stored/questions.ts";
import type { ActiveRun, Ending, StartRequest } from "../stored/records.ts";
import { cancel } from "./cancelling.ts";
import { hold } from "./holding.ts";
import { UNMENDED } from "./refused.ts";
import { RunLine } from "./run-line.ts";
import { StartQueue } from "./start-queue.ts";
import { repeated, type Started } from "./started.ts";

/**
 * The commands on the runs of one thread: at most one run holds it, others wait in its queue.
 *
 * Every change is one batch of events and control records with conditions on what it assumes, so that
 * a crash between any two steps leaves either all of it or none (R1, R4). Commands take the thread's
 * lock; what the agent does, and its end, do not wait for it.
 */
export class ThreadRuns {
  readonly thread: Thread;
  readonly #scope: RunScope;
  readonly #line: RunLine;
  /** Commands under way that may start a run. */
  #starting = 0;

  private constructor(scope: RunScope, line: (runs: ThreadRuns) => RunLine) {
    this.thread = scope.thread;
    this.#scope = scope;
    this.#line = line(this);
  }

  /**
   * @param ended called after each run's end
   * @throws corrupt, and what the log refuses
   */
  static async load(thread: Thread, ports: RunPorts, ended: (runs: ThreadRuns) => void): Promise<ThreadRuns> {
    const { tenant, id } = thread;
    const [stored, queued, lease] = await Promise.all([
      ports.log.control(keys.commands(tenant, id)),
      // All of them: there may be more than are taken now.
      ports.log.controls(keys.queue(tenant, id), { limit: Number.MAX_SAFE_INTEGER }),
      ports.log.control(keys.active(tenant, id)),
    ]);
    const commands = new CommandLog(keys.commands(tenant, id), stored);
    const scope = { thread, ports, batches: new RunBatches(thread, ports), commands };
    const queue = new StartQueue(scope, queued);
    const workers = ports.workers?.serves(id) === true ? ports.workers : undefined;
    const goesOn = lease !== undefined && (JSON.parse(lease) as ActiveRun).elsewhere === true;
    const runner = workers !== undefined && goesOn ? await restoreRemote(scope, lease, workers) : undefined;
    // All else that an earlier process held was ended at the start, if it could be.
    const refused = lease !== undefined && runner === undefined ? UNMENDED : undefined;
    return new ThreadRuns(scope, (runs) => {
      return new RunLine({ scope, workers, queue, runner, refused, ended: () => ended(runs) });
    });
  }

  /** The run that holds the thread. */
  get active(): RunHandle | undefined {
    return this.#line.runner;
  }

  /** Whether no run is going on, waiting or being started here. */
  get idle(): boolean {
    return this.#line.free && this.#starting === 0;
  }

  /** The starts that wait, in order. */
  get queued(): readonly StartRequest[] {
    return this.#line.queue.requests;
  }

  /**
   * Starts the run, or lets it wait for its turn. Idempotent by run id and by command id.
   * @throws run_id_conflict, unknown_agent, unavailable, thread_busy, queue_full, draining, and what the
   *   log refuses
   */
  start(request: StartRequest, policy: BusyPolicy, commandId?: string): Promise<Started> {
    return this.#inTurn(async () => {
      const earlier = repeated(this.#scope, commandId) ?? (await this.#attached(request));
      if (earlier !== undefined) return this.#joining(earlier);
      this.#checkAccepting();
      const { free } = this.#line;
      if (!free && policy === "reject") throw this.#refusal("thread_busy", "Another run holds the thread.");
      const interrupts = !free && policy === "interrupt";
      const handOver = await this.#line.admit(interrupts ? { ...request, interrupts } : request, { commandId });
      if (interrupts) await this.#line.interrupt();
      return { started: { runId: request.runId, duplicate: false }, handOver };
    });
  }

  /**
   * Answers a question; the last open one of a run starts the run that goes on from it.
   * @param answer `by` is who answers, as the thread will show it; `runId` names the run to start
   * @throws not_found, already_answered, unavailable, draining, queue_full
   */
  answer(
    answer: { readonly interruptId: string; readonly value: Json; readonly by: string; readonly runId: string },
    commandId?: string,
  ): Promise<Started> {
    return this.#inTurn(async () => {
      const earlier = repeated(this.#scope, commandId);
      if (earlier !== undefined) return this.#joining(earlier);
      this.#checkAccepting();
      const { ports } = this.#scope;
      const { writes, askedBy, resumption } = await answerQuestion(ports.log, this.thread, answer);
      if (resumption === undefined) {
        await writeControls(this.#scope, writes, this.#scope.commands.noting(commandId, askedBy));
        return { started: { runId: askedBy, duplicate: false } };
      }
      const handOver = await this.#line.admit(resumption, { commandId, writes });
      return { started: { runId: resumption.runId, duplicate: false }, handOver };
    });
  }

  /**
   * Cancels a run; see {@link cancel}.
   * @param runId absent = the run that holds the thread, else the one that is being handed over, else
   *   the open questions
   * @throws run_not_active
   */
  cancel(runId?: string, commandId?: string): Promise<Started> {
    return cancel(this.#scope, this.#line, { runId, commandId });
  }

  /** Holds the run between two of its events. @throws run_not_active */
  pause(runId?: string, commandId?: string): Promise<Started> {
    return this.#hold({ runId, status: "paused", commandId });
  }

  /** Lets a held run go on. @throws run_not_active */
  resume(runId?: string, commandId?: string): Promise<Started> {
    return this.#hold({ runId, status: "running", commandId });
  }

  /** Starts what waits, if nothing holds the thread. Never rejects. */
  next(): Promise<void> {
    return this.#line.next();
  }

  /**
   * Finds who takes the reports of a run that is worked on elsewhere.
   * @param runId absent = the thread's current run
   * @returns that, or the id of the run that takes none any more, or "unknown"
   * @throws draining while the run waits for the next process
   */
  async taker(runId: string | undefined): Promise<Taker> {
    // What waits has been handed over by an earlier process, perhaps.
    if (this.active === undefined && this.#line.handing === undefined && !this.#line.free) await this.next();
    const taker = this.#line.taker(runId);
    if (taker !== undefined) return taker;
    const last = runId ?? this.thread.view.runs.at(-1)?.runId;
    const record = last === undefined ? undefined : await recordOf(this.#scope, last);
    if (last === undefined || record?.threadId !== this.thread.id) return "unknown";
    if (record.status !== "queued") return { endedRun: last };
    this.#checkAccepting();
    return "unknown";
  }

  /** Resolves when the run of this process that holds the thread, or is just being started, has ended. */
  async ended(): Promise<void> {
    await this.#quiet();
    if (this.active?.elsewhere === false) await this.active.ended;
  }

  /** Ends the run of this process that holds the thread in this way, if there is one. Resolves when it has ended. */
  async stop(ending: Ending): Promise<void> {
    if (this.active?.elsewhere === false) this.active.end(ending);
    await this.#quiet();
    // One that was just being started is there now.
    if (this.active?.elsewhere === false) this.active.end(ending);
    await this.ended();
  }

  /** Ends everything here for good: the thread is being deleted. Resolves when no agent works on it. */
  async retire(): Promise<void> {
    this.#line.retire({ code: "not_found", message: "The thread is deleted." });
    this.active?.end({ type: "cancelled" });
    await this.#quiet();
    // What was just being started is there now.
    this.#line.retire({ code: "not_found", message: "The thread is deleted." });
    this.active?.end({ type: "cancelled" });
    await this.active?.ended;
    await this.active?.settled;
  }

  /** The server closes: what is worked on elsewhere goes on without it. */
  detach(): void {
    this.#line.detach();
  }

  /** Runs a command that may start a run once it is its turn; then waits until it is known whether the start stands. */
  async #inTurn(command: () => Promise<Pending>): Promise<Started> {
    this.#starting += 1;
    let pending: Pending;
    try {
      pending = await this.thread.lock.run(command);
    } finally {
      this.#starting -= 1;
    }
    await pending.handOver?.outcome(this.#scope.ports.clock);
    return pending.started;
  }

  #locked<T>(task: () => Promise<T>): Promise<T> {
    return this.thread.lock.run(task);
  }

  /** Resolves when every command that came before this has been carried out. */
  #quiet(): Promise<void> {
    return this.#locked(async () => undefined);
  }

  #hold(asked: Parameters<typeof hold>[2]): Promise<Started> {
    return this.#locked(
      async () => repeated(this.#scope, asked.commandId) ?? (await hold(this.#scope, this.active, asked)),
    );
  }

  async #attached(request: StartRequest): Promise<Started | undefined> {
    const existing = await recordOf(this.#scope, request.runId);
    if (existing === undefined) return undefined;
    if (existing.fingerprint === fingerprint(this.thread.id, request)) return { runId: request.runId, duplicate: true };
    throw this.#refusal("run_id_conflict", `The run id "${request.runId}" stands for another thread, agent or input.`);
  }

  /** A repeat stands or falls with what it repeats. */
  #joining(started: Started): Pending {
    const { handing } = this.#line;
    return handing?.runId === started.runId && !handing.promised ? { started, handOver: handing } : { started };
  }

  #checkAccepting(): void {
    const { refusing } = this.#line;
    if (refusing !== undefined) throw this.#refusal(refusing.code, refusing.message);
  }

  #refusal(code: ErrorCode, message: string): ThroughlineError {
    return refusal(this.#scope, code, message);
  }
}

/** What a command came to, provided that the hand-over it depends on succeeds. */
interface Pending {
  readonly started: Started;
  readonly handOver?: HandOver | undefined;
}
