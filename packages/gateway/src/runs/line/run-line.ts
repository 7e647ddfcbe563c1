import { type ErrorCode, ThroughlineError, type Timer } from "@throughline/protocol";
import type { ControlWrite } from "@throughline/log";
import { beginLocal } from "../local/local-run.ts";
import { HandOver } from "../remote/hand-over.ts";
import { assignmentOf, beginRemote } from "../remote/remote-run.ts";
import { RemoteRunner } from "../remote/remote-runner.ts";
import type { RunHandle } from "../run/run-handle.ts";
import { refusal, type RunScope } from "../run/scope.ts";
import type { Workers } from "../run/workers.ts";
import type { Queued, StartRequest } from "../stored/records.ts";
import { DRAINING, type Refused } from "./refused.ts";
import type { StartQueue } from "./start-queue.ts";

/**
 * Who has one thread, and who has it next: the run that holds it, else the start that is being handed
 * over to those who work elsewhere, and behind those the starts that wait.
 *
 * A run of this process begins as soon as it is its turn. One that is worked on elsewhere is first
 * stored as a queued start, however free the thread is, and begins when it is known to have been handed
 * over.
 */
export class RunLine {
  /** Those who work on this thread's runs; undefined when its agents are of this process. */
  readonly workers: Workers | undefined;
  readonly #scope: RunScope;
  readonly #queue: StartQueue;
  readonly #ended: () => void;
  #runner: RunHandle | undefined;
  #handing: HandOver | undefined;
  #refused: Refused | undefined;
  /** Runs out when the queue, which has come to a halt, is to be tried again. */
  #retry: Timer | undefined;
  #detached = false;

  constructor(options: {
    readonly scope: RunScope;
    readonly workers: Workers | undefined;
    readonly queue: StartQueue;
    /** A run that goes on elsewhere from an earlier process. */
    readonly runner: RemoteRunner | undefined;
    readonly refused: Refused | undefined;
    /** Called when a run has ended, or a hand-over. */
    readonly ended: () => void;
  }) {
    this.workers = options.workers;
    this.#scope = options.scope;
    this.#queue = options.queue;
    this.#refused = options.refused;
    this.#ended = options.ended;
    if (options.runner !== undefined) this.#hold(options.runner);
  }

  get runner(): RunHandle | undefined {
    return this.#runner;
  }

  /** The start that is being handed over; it is the queue's head. */
  get handing(): HandOver | undefined {
    return this.#handing;
  }

  /** The starts that wait, in order. */
  get queue(): StartQueue {
    return this.#queue;
  }

  get free(): boolean {
    return this.#runner === undefined && this.#queue.head === undefined;
  }

  /** Why no run starts now. */
  get refusing(): Refused | undefined {
    return this.#refused ?? (this.#scope.ports.draining() ? DRAINING : undefined);
  }

  /**
   * Begins the run, or lets it wait for its turn. Who calls holds the thread's lock.
   * @returns the hand-over on which it depends whether the start stands; undefined when it does
   * @throws unknown_agent, unavailable (no worker can be reached), queue_full, and what the log refuses
   */
  async admit(
    request: StartRequest,
    extra: { readonly commandId: string | undefined; readonly writes?: readonly ControlWrite[] },
  ): Promise<HandOver | undefined> {
    const { free, workers } = this;
    if (workers === undefined && free) {
      this.#begun(await beginLocal(this.#scope, request, extra));
      return undefined;
    }
    if (workers?.reachable === false) throw refusal(this.#scope, "unavailable", "No worker can be reached now.");
    const queued = await this.#queue.add(request, extra);
    if (workers !== undefined && free) return this.#handOver(workers, queued, extra.commandId, false);
    // The thread is free when its queue came to a halt: then this gets it going again.
    if (this.#runner === undefined && this.#handing === undefined) void this.next();
    return undefined;
  }

  /** Starts what waits, if nothing holds the thread. Never rejects. */
  async next(): Promise<void> {
    try {
      await this.#scope.thread.lock.run(async () => {
        while (this.#runner === undefined && this.#handing === undefined && this.refusing === undefined) {
          const { head } = this.#queue;
          if (head === undefined) return;
          if (this.workers === undefined || this.#queue.isHeadSuperseded) await this.#beginWaiting(head);
          else this.#handOver(this.workers, head, undefined, true);
        }
      });
    } catch (error) {
      this.#fail("a waiting run could not start", error);
    }
  }

  /** Cancels a start that waits. Who calls holds the thread's lock. */
  async dequeue(queued: Queued, commandId?: string): Promise<void> {
    await this.#queue.cancel(queued, commandId);
    this.#letGo(queued);
  }

  #letGo(queued: Queued): void {
    if (this.#handing?.queued !== queued) return;
    this.#callOff();
    void this.next();
    this.#ended();
  }

  /**
   * Ends what has the thread, for the sake of a start that has just been admitted; what waits between the two ends
   * when its turn comes. Who calls holds the lock.
   */
  async interrupt(): Promise<void> {
    if (this.#handing === undefined) return void this.#runner?.end({ type: "cancelled" });
    const { queued } = this.#handing;
    await this.#queue.supersede(queued);
    this.#letGo(queued);
  }

  /** Starts nothing any more, for this reason; what is being handed over is not to be. */
  retire(refused: Refused): void {
    this.#refused = refused;
    if (this.#handing !== undefined) this.#callOff();
  }

  /** The server closes: what is worked on elsewhere goes on without it. */
  detach(): void {
    this.#detached = true;
    this.#retry?.cancel();
    this.#handing?.leave();
    if (this.#runner instanceof RemoteRunner) this.#runner.detach();
  }

  /** What takes the reports of this run; undefined when it is not worked on elsewhere now. @param runId absent = whichever it is */
  taker(runId: string | undefined): Pick<RemoteRunner, "take"> | undefined {
    const current = this.#runner ?? this.#handing;
    if (current === undefined || (runId ?? current.runId) !== current.runId) return undefined;
    return current instanceof RemoteRunner || current instanceof HandOver ? current : undefined;
  }

  #handOver(workers: Workers, queued: Queued, commandId: string | undefined, promised: boolean): HandOver {
    const handOver: HandOver = new HandOver({
      queued,
      assignment: assignmentOf(this.#scope, queued.request),
      commandId,
      promised,
      workers,
      handle: (error) => void this.#settle(handOver, workers, error),
    });
    this.#handing = handOver;
    const release = this.#scope.thread.hold();
    void handOver.over.then(release);
    return handOver;
  }

  /** Begins what was handed over, or lets go of what nobody has taken. Never rejects. */
  async #settle(handOver: HandOver, workers: Workers, refused: ThroughlineError | undefined): Promise<void> {
    try {
      await this.#scope.thread.lock.run(async () => {
        // It may have been cancelled meanwhile.
        if (this.#handing !== handOver) return;
        const problem = refused ?? (await this.#beginHanded(handOver, workers));
        if (problem !== undefined) await this.#giveUp(handOver, problem);
      });
    } catch (error) {
      // It stays in the queue; when its turn comes again it is handed over anew.
      if (this.#handing === handOver) this.#handing = undefined;
      handOver.leave();
      this.#fail("a run that was handed over could not begin", error);
      return;
    }
    await this.next();
  }

  /** Begins a run that was handed over; why it never can, if it cannot. */
  async #beginHanded(handOver: HandOver, workers: Workers): Promise<ThroughlineError | undefined> {
    try {
      const runner = await beginRemote(this.#scope, handOver, workers);
      this.#queue.begun(handOver.queued);
      this.#handing = undefined;
      this.#begun(runner);
      handOver.begun(runner);
      return undefined;
    } catch (cause) {
      const error = ThroughlineError.from(cause);
      if (!NEVER_STARTS.has(error.code)) throw error;
      this.#tellCancel(handOver.runId);
      return error;
    }
  }

  /** Nobody has got it: nothing is left of it, unless somebody was told that it stands. Then it has failed. */
  async #giveUp(handOver: HandOver, error: ThroughlineError): Promise<void> {
    const { queued, commandId } = handOver;
    if (handOver.promised) await this.#queue.fail(queued, error.code);
    else await this.#queue.undo(queued, commandId);
    this.#handing = undefined;
    handOver.refused(error);
    this.#ended();
  }

  #callOff(): void {
    const handOver = this.#handing;
    this.#handing = undefined;
    if (handOver === undefined) return;
    handOver.cancelled();
    this.#tellCancel(handOver.runId);
  }

  /** Starts what has waited; one that can never start fails, so that it holds up nobody behind it. */
  async #beginWaiting(queued: Queued): Promise<void> {
    const { key, request } = queued;
    try {
      if (this.#queue.isHeadSuperseded) return await this.#queue.supersede(queued);
      const runner = await beginLocal(this.#scope, request, { queueKey: key });
      this.#queue.begun(queued);
      this.#begun(runner);
    } catch (error) {
      const { code } = ThroughlineError.from(error);
      if (!NEVER_STARTS.has(code)) throw error;
      await this.#queue.fail(queued, code);
    }
  }

  #begun(runner: RunHandle): void {
    this.#scope.ports.telemetry.runStarted(this.#labelOf(runner));
    this.#hold(runner);
  }

  #hold(runner: RunHandle): void {
    this.#runner = runner;
    void this.#follow(runner);
  }

  /** Clears the way for the next run once this one has ended and its agent let go. */
  async #follow(runner: RunHandle): Promise<void> {
    const { ending, endSeq } = await runner.ended;
    const code = ending.type === "error" ? ending.code : "";
    this.#scope.ports.telemetry.runEnded(this.#labelOf(runner), ending.type, code);
    await runner.settled;
    // A run that lost its thread leaves its lease in place: only the new owner may start another.
    if (endSeq === undefined) this.#refused ??= DRAINING;
    this.#runner = undefined;
    this.#ended();
    await this.next();
  }

  /** The agent's name in figures. Clients choose those of agents elsewhere: they must not become labels. */
  #labelOf({ agent }: RunHandle): string {
    return this.#scope.ports.agents.has(agent) ? agent : "elsewhere";
  }

  #tellCancel(runId: string): void {
    const { tenant, id } = this.#scope.thread;
    this.workers?.tell({ type: "cancel", tenant, threadId: id, runId });
  }

  #fail(message: string, error: unknown): void {
    if (this.#detached) return;
    const { thread, ports } = this.#scope;
    ports.logger.error(message, { threadId: thread.id, error });
    if (this.#retry !== undefined || !PASSING.has(ThroughlineError.from(error).code)) return;
    const release = thread.hold();
    this.#retry = ports.clock.setTimeout(() => {
      this.#retry = undefined;
      release();
      void this.next();
    }, RETRY_MS);
  }
}

/** How long a queue that has come to a halt rests before it is tried again. */
const RETRY_MS = 1_000;
/** Troubles of the log that pass by themselves. */
const PASSING = new Set<ErrorCode>(["storage_full", "unavailable", "overloaded"]);

/** What a waiting start can be refused for that no later try would change. */
const NEVER_STARTS = new Set<ErrorCode>(["unknown_agent", "not_found", "payload_too_large"]);
