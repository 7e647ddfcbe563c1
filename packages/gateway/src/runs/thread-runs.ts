import { type ErrorCode, type Json, ThroughlineError } from "@throughline/protocol";
import type { ControlWrite } from "@throughline/log";
import { keys } from "../threads/names.ts";
import type { Thread } from "../threads/thread.ts";
import { type Compose, RunBatches } from "./batches.ts";
import { CommandLog } from "./command-log.ts";
import { fingerprint } from "./fingerprint.ts";
import type { BusyPolicy, RunPorts } from "./ports.ts";
import { answerQuestion, withdrawQuestions } from "./questions.ts";
import { placeOf, type Queued } from "./queued.ts";
import type { ActiveRun, Ending, RunRecord, StartRequest } from "./records.ts";
import { DRAINING, type Refused, UNMENDED } from "./refused.ts";
import { agentInput, idsOf, runStarted } from "./run-input.ts";
import { Runner } from "./runner.ts";

/** What a start or an answer came to. */
export interface Started {
  readonly runId: string;
  /** The run, or its place in the queue, was there already. */
  readonly duplicate: boolean;
}

interface Stored {
  readonly commands: string | undefined;
  readonly queue: Queued[];
  readonly lease: string | undefined;
}

/**
 * The runs of one thread: at most one holds it, others wait in its queue.
 *
 * Every change is one batch of events and control records with conditions on what it assumes, so that
 * a crash between any two steps leaves either all of it or none (R1, R4). Commands take the thread's
 * lock; what the agent does, and its end, do not wait for it.
 */
export class ThreadRuns {
  readonly thread: Thread;
  readonly #ports: RunPorts;
  readonly #batches: RunBatches;
  readonly #commands: CommandLog;
  readonly #queue: Queued[];
  #runner: Runner | undefined;
  /** Commands under way that may start a run. */
  #starting = 0;
  /** Why no run starts here any more. */
  #refused: Refused | undefined;

  private constructor(thread: Thread, ports: RunPorts, stored: Stored) {
    this.thread = thread;
    this.#ports = ports;
    this.#commands = new CommandLog(keys.commands(thread.tenant, thread.id), stored.commands);
    this.#batches = new RunBatches(thread, ports);
    this.#queue = stored.queue;
    // All that an earlier process held was ended at the start, if it could be.
    if (stored.lease !== undefined) this.#refused = UNMENDED;
  }

  static async load(thread: Thread, ports: RunPorts): Promise<ThreadRuns> {
    const { tenant, id } = thread;
    const [commands, queued, lease] = await Promise.all([
      ports.log.control(keys.commands(tenant, id)),
      // All of them: there may be more than are taken now.
      ports.log.controls(keys.queue(tenant, id), { limit: Number.MAX_SAFE_INTEGER }),
      ports.log.control(keys.active(tenant, id)),
    ]);
    const queue = queued.map(({ key, value }) => ({ key, request: JSON.parse(value) as StartRequest }));
    return new ThreadRuns(thread, ports, { commands, queue, lease });
  }

  /** The run that holds the thread. */
  get active(): Runner | undefined {
    return this.#runner;
  }

  /** Whether no run is going on, waiting or being started here. */
  get idle(): boolean {
    return this.#free && this.#starting === 0;
  }

  /** The starts that wait, in order. */
  get queued(): readonly StartRequest[] {
    return this.#queue.map(({ request }) => request);
  }

  /**
   * Starts the run, or lets it wait for its turn. Idempotent by run id and by command id.
   * @throws run_id_conflict, unknown_agent, thread_busy, queue_full, draining, and what the log refuses
   */
  start(request: StartRequest, policy: BusyPolicy, commandId?: string): Promise<Started> {
    return this.#inTurn(async () => {
      const earlier = this.#repeated(commandId) ?? (await this.#attached(request));
      if (earlier !== undefined) return earlier;
      this.#checkAccepting();
      if (this.#free) await this.#begin(request, { commandId });
      else if (policy === "reject") throw this.#refusal("thread_busy", "Another run holds the thread.");
      else {
        await this.#enqueue(request, { commandId });
        if (policy === "interrupt") this.#runner?.end({ type: "cancelled" });
      }
      return { runId: request.runId, duplicate: false };
    });
  }

  /**
   * Answers a question; the last open one of a run starts the run that goes on from it.
   * @param answer `by` is who answers, as the thread will show it; `runId` names the run to start
   * @throws not_found, already_answered, draining, queue_full
   */
  answer(
    answer: { readonly interruptId: string; readonly value: Json; readonly by: string; readonly runId: string },
    commandId?: string,
  ): Promise<Started> {
    return this.#inTurn(async () => {
      const earlier = this.#repeated(commandId);
      if (earlier !== undefined) return earlier;
      this.#checkAccepting();
      const { write, askedBy, resumption } = await answerQuestion(this.#ports.log, this.thread, answer);
      const extra = { commandId, writes: [write] };
      if (resumption === undefined) await this.#write([write], this.#commands.noting(commandId, askedBy));
      else if (this.#free) await this.#begin(resumption, extra);
      else await this.#enqueue(resumption, extra);
      return { runId: resumption?.runId ?? askedBy, duplicate: false };
    });
  }

  /**
   * Cancels a run, running or waiting for its turn. The agent's signal fires before this returns its
   * promise (R5), which resolves once the terminal event is durable. Cancelling a cancelled run again
   * succeeds.
   * @param runId absent = the run that holds the thread, else its open questions
   * @throws run_not_active
   */
  async cancel(runId?: string, commandId?: string): Promise<Started> {
    const earlier = this.#repeated(commandId);
    if (earlier !== undefined) return earlier;
    const cancelled = await this.#cancelRunner(runId, commandId);
    if (cancelled !== undefined) return cancelled;
    if (runId !== undefined) {
      if (await this.#unqueue(runId)) return { runId, duplicate: false };
      // Its turn may have come just before this had its own.
      const begun = await this.#cancelRunner(runId, commandId);
      if (begun !== undefined) return begun;
      if ((await this.record(runId))?.status === "cancelled") return { runId, duplicate: true };
    }
    const withdrawn = runId === undefined ? await this.#withdraw(commandId) : undefined;
    if (withdrawn !== undefined) return withdrawn;
    throw this.#refusal("run_not_active", "There is no such run to cancel.");
  }

  /** Holds the run between two of its events. @throws run_not_active */
  pause(runId?: string, commandId?: string): Promise<Started> {
    return this.#hold(runId, "paused", commandId);
  }

  /** Lets a held run go on. @throws run_not_active */
  resume(runId?: string, commandId?: string): Promise<Started> {
    return this.#hold(runId, "running", commandId);
  }

  /** What is stored of a run, whichever thread it is of. */
  async record(runId: string): Promise<RunRecord | undefined> {
    const value = await this.#ports.log.control(keys.run(this.thread.tenant, runId));
    return value === undefined ? undefined : (JSON.parse(value) as RunRecord);
  }

  /** Starts what waits, if nothing holds the thread. Never rejects. */
  async next(): Promise<void> {
    try {
      await this.thread.lock.run(async () => {
        while (this.#runner === undefined && this.#refusing === undefined) {
          const head = this.#queue[0];
          if (head === undefined) return;
          await this.#beginWaiting(head);
          this.#queue.shift();
        }
      });
    } catch (error) {
      this.#ports.logger.error("a waiting run could not start", { threadId: this.thread.id, error });
    }
  }

  /** Resolves when the run that holds the thread, or is just being started, has ended. */
  async ended(): Promise<void> {
    await this.#quiet();
    await this.#runner?.ended;
  }

  /** Ends everything here for good: the thread is being deleted. Resolves when no agent works on it. */
  async retire(): Promise<void> {
    this.#refused = { code: "not_found", message: "The thread is deleted." };
    await this.stop({ type: "cancelled" });
    await this.#runner?.settled;
  }

  /** Ends the run that holds the thread in this way, if there is one. Resolves when it has ended. */
  async stop(ending: Ending): Promise<void> {
    this.#runner?.end(ending);
    await this.#quiet();
    // One that was just being started is there now.
    this.#runner?.end(ending);
    await this.#runner?.ended;
  }

  get #free(): boolean {
    return this.#runner === undefined && this.#queue.length === 0;
  }

  /** Why no run starts now. */
  get #refusing(): Refused | undefined {
    return this.#refused ?? (this.#ports.draining() ? DRAINING : undefined);
  }

  /** Runs a command that may start a run, once it is its turn. */
  async #inTurn<T>(command: () => Promise<T>): Promise<T> {
    this.#starting += 1;
    try {
      return await this.thread.lock.run(command);
    } finally {
      this.#starting -= 1;
    }
  }

  /** Resolves when every command that came before this has been carried out. */
  #quiet(): Promise<void> {
    return this.thread.lock.run(async () => undefined);
  }

  /** Cancels the run that holds the thread, if it is this one and nothing else ends it first. */
  async #cancelRunner(runId: string | undefined, commandId: string | undefined): Promise<Started | undefined> {
    const runner = this.#runner;
    if (runner === undefined || (runId ?? runner.runId) !== runner.runId) return undefined;
    const decided = runner.end({ type: "cancelled" }, this.#commands.noting(commandId, runner.runId));
    const { ending, endSeq } = await runner.ended;
    if (endSeq === undefined || ending.type !== "cancelled") return undefined;
    return { runId: runner.runId, duplicate: !decided };
  }

  /** Withdraws the open questions, unless a run goes on; none begins meanwhile. */
  #withdraw(commandId: string | undefined): Promise<Started | undefined> {
    return this.thread.lock.run(async () => {
      const { view } = this.thread;
      if (view.runs.at(-1)?.endSeq === null) return undefined;
      const runId = `run-${this.#ports.random.uuid()}`;
      const withdrawal = await withdrawQuestions(this.#ports.log, this.thread, runId);
      if (withdrawal === undefined) return this.#repeated(commandId);
      const started = runStarted(this.thread.id, withdrawal.request, view, this.#ports.clock);
      const batch = this.#batches.withdrawn(started, withdrawal);
      await this.thread.writer.write({ compose: this.#commands.noting(commandId, runId)(batch) });
      return { runId, duplicate: false };
    });
  }

  #repeated(commandId: string | undefined): Started | undefined {
    const runId = commandId === undefined ? undefined : this.#commands.find(commandId);
    return runId === undefined ? undefined : { runId, duplicate: true };
  }

  async #attached(request: StartRequest): Promise<Started | undefined> {
    const existing = await this.record(request.runId);
    if (existing === undefined) return undefined;
    if (existing.fingerprint === fingerprint(this.thread.id, request)) return { runId: request.runId, duplicate: true };
    throw this.#refusal("run_id_conflict", `The run id "${request.runId}" stands for another thread, agent or input.`);
  }

  #hold(runId: string | undefined, status: "running" | "paused", commandId: string | undefined): Promise<Started> {
    return this.thread.lock.run(async () => {
      const earlier = this.#repeated(commandId);
      if (earlier !== undefined) return earlier;
      const runner = this.#runner;
      const record = runner === undefined ? undefined : await this.record(runner.runId);
      if (runner === undefined || record === undefined || runner.ending || (runId ?? runner.runId) !== runner.runId) {
        throw this.#refusal("run_not_active", "There is no such run going on.");
      }
      const noting = this.#commands.noting(commandId, runner.runId);
      const duplicate = runner.paused === (status === "paused");
      // Noted even so: repeated once the run is in the other state, it must not be what changes it.
      if (duplicate) await this.#write([], noting);
      else if (status === "paused") await runner.pause(noting(this.#batches.held(record, status)));
      else await runner.resume(noting(this.#batches.held(record, status)));
      return { runId: runner.runId, duplicate };
    });
  }

  async #enqueue(
    request: StartRequest,
    extra: { readonly commandId: string | undefined; readonly writes?: readonly ControlWrite[] },
  ): Promise<void> {
    if (this.#queue.length >= this.#ports.maxQueued) {
      throw this.#refusal("queue_full", "Too many runs wait for this thread.");
    }
    const key = keys.queued(this.thread.tenant, this.thread.id, placeOf(this.#queue.at(-1)) + 1);
    const writes = [...this.#batches.projection.queued(key, request), ...(extra.writes ?? [])];
    await this.#write(writes, this.#commands.noting(extra.commandId, request.runId));
    this.#queue.push({ key, request });
    // The thread is free when its queue came to a halt: then this gets it going again.
    if (this.#runner === undefined) void this.next();
  }

  /** Starts what has waited; one that can never start fails, so that it holds up nobody behind it. */
  async #beginWaiting({ key, request }: Queued): Promise<void> {
    try {
      await this.#begin(request, { queueKey: key });
    } catch (error) {
      const { code } = ThroughlineError.from(error);
      if (!NEVER_STARTS.has(code)) throw error;
      await this.#write(this.#batches.projection.unqueued(key, request, code), undefined, true);
    }
  }

  #unqueue(runId: string): Promise<boolean> {
    return this.thread.lock.run(async () => {
      const index = this.#queue.findIndex(({ request }) => request.runId === runId);
      const queued = this.#queue[index];
      if (queued === undefined) return false;
      await this.#write(this.#batches.projection.unqueued(queued.key, queued.request));
      this.#queue.splice(index, 1);
      return true;
    });
  }

  async #begin(
    request: StartRequest,
    extra: {
      readonly commandId?: string | undefined;
      readonly writes?: readonly ControlWrite[];
      readonly queueKey?: string;
    },
  ): Promise<void> {
    const agent = this.#ports.agents.get(request.agent);
    if (agent === undefined) throw this.#refusal("unknown_agent", `There is no agent "${request.agent}".`);
    const { clock, random, incarnation } = this.#ports;
    const { tenant, id } = this.thread;
    const view = this.thread.view;
    const started = runStarted(id, request, view, clock);
    const lease = JSON.stringify({ runId: request.runId, incarnation } satisfies ActiveRun);
    const batch = this.#batches.started(started, request, lease, extra.queueKey, extra.writes ?? []);
    const { first } = await this.thread.writer.write({
      // What was promised a turn gets it, however long the disk is full.
      insist: extra.queueKey !== undefined,
      compose: this.#commands.noting(extra.commandId, request.runId)(batch),
    });
    const record = this.#batches.projection.begun(request, first);
    const logger = this.#ports.logger.child({ threadId: id, runId: request.runId, agent: request.agent });
    const runner = new Runner({
      thread: this.thread,
      started,
      clientId: request.clientId,
      clock,
      turns: this.#ports.turns,
      logger,
      batches: {
        ended: (ending, events) => this.#batches.ended(record, lease, ending, events),
        event: (event) => this.#batches.event(event),
      },
      agent,
      input: agentInput(started, view),
      context: { logger, clock, ids: idsOf(random), view, ...this.#ports.publishers(tenant) },
    });
    this.#runner = runner;
    this.#ports.telemetry.runStarted(request.agent);
    void this.#follow(runner, request.agent);
  }

  /** Clears the way for the next run once this one has ended and its agent let go. */
  async #follow(runner: Runner, agent: string): Promise<void> {
    const { ending, endSeq } = await runner.ended;
    this.#ports.telemetry.runEnded(agent, ending.type, ending.type === "error" ? ending.code : "");
    await runner.settled;
    // A run that lost its thread leaves its lease in place: only the new owner may start another.
    if (endSeq === undefined) this.#refused ??= DRAINING;
    this.#runner = undefined;
    this.#ports.ended(this);
    await this.next();
  }

  async #write(
    controls: readonly ControlWrite[],
    joined: (batch: Compose) => Compose = (batch) => batch,
    insist = false,
  ): Promise<void> {
    await this.thread.writer.write({ compose: joined(() => ({ records: [], controls })), insist });
  }

  #checkAccepting(): void {
    const refusing = this.#refusing;
    if (refusing !== undefined) throw this.#refusal(refusing.code, refusing.message);
  }

  #refusal(code: ErrorCode, message: string): ThroughlineError {
    return new ThroughlineError(code, message, { details: { thread_id: this.thread.id } });
  }
}

/** What a waiting start can be refused for that no later try would change. */
const NEVER_STARTS = new Set<ErrorCode>(["unknown_agent", "not_found", "payload_too_large"]);
