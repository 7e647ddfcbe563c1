import { type ChatTurn, type Json, type RunText, ThroughlineError } from "@throughline/protocol";
import { authorize } from "../access/authorize.ts";
import type { Principal } from "../access/principal.ts";
import { checkId, keys } from "../threads/names.ts";
import type { Thread } from "../threads/thread.ts";
import type { Threads } from "../threads/threads.ts";
import { eachForItself, forEachThread } from "./lifecycle/each-for-itself.ts";
import { eraseMarked, eraseThread } from "./lifecycle/erase.ts";
import { recoverRuns } from "./lifecycle/recovery.ts";
import type { Started } from "./line/started.ts";
import { ThreadRuns } from "./line/thread-runs.ts";
import { ReportDesk, type Taker } from "./remote/report-desk.ts";
import type { BusyPolicy, RunPorts } from "./run/ports.ts";
import type { Reception, Report } from "./run/workers.ts";
import type { Ending, RunRecord, StartRequest } from "./stored/records.ts";

/** What a start says beside its thread. */
export interface StartOptions {
  /** Absent = made here. The same id again attaches to the run that is there (R4). */
  readonly runId?: string | undefined;
  readonly agent: string;
  readonly input: RunText;
  /** What was said before, elsewhere; used only where the thread has had no run. */
  readonly history?: readonly ChatTurn[] | undefined;
  /** Absent = the server's policy. */
  readonly onBusy?: BusyPolicy | undefined;
  /** The client whose leaving may cancel the run. */
  readonly clientId?: string | undefined;
  /** Repeats of it apply once. */
  readonly commandId?: string | undefined;
}

export interface AnswerOptions {
  readonly interruptId: string;
  readonly answer: Json;
  readonly commandId?: string | undefined;
}

/** How long the ends of runs may take to be stored when the server goes down. */
const END_MS = 5_000;

const ENDED_BY_RESTART: Ending = {
  type: "error",
  code: "server_restart",
  message: "The server restarted before the agent was done.",
};

/** All commands on runs, whichever client and dialect they come from. */
export class Runs {
  readonly #ports: RunPorts;
  readonly #threads: Threads;
  readonly #policy: BusyPolicy;
  readonly #loaded = new WeakMap<Thread, Promise<ThreadRuns>>();
  /** The threads with a run that goes on, for draining. */
  readonly #busy = new Set<ThreadRuns>();
  readonly #desk: ReportDesk;
  #draining = false;

  constructor(options: {
    readonly ports: Omit<RunPorts, "draining">;
    readonly threads: Threads;
    readonly policy: BusyPolicy;
  }) {
    this.#ports = { ...options.ports, draining: () => this.#draining };
    this.#threads = options.threads;
    this.#policy = options.policy;
    const takerOf = async (tenant: string, threadId: string, runId: string | undefined): Promise<Taker> => {
      const runs = await this.#of(await this.#threads.open(tenant, threadId));
      return runs.taker(runId);
    };
    const { workers, telemetry, clock } = this.#ports;
    this.#desk = new ReportDesk({ workers, telemetry, clock, takerOf });
  }

  /** How many runs of agents in this process go on. */
  get active(): number {
    let count = 0;
    for (const { active } of this.#busy) count += active?.elsewhere === false ? 1 : 0;
    return count;
  }

  /** How many runs go on whose agents work elsewhere. */
  get elsewhere(): number {
    let count = 0;
    for (const { active } of this.#busy) count += active?.elsewhere === true ? 1 : 0;
    return count;
  }

  /** How many starts wait behind those. */
  get queued(): number {
    let count = 0;
    for (const runs of this.#busy) count += runs.queued.length;
    return count;
  }

  /** Ends what an earlier process was executing, takes over what is worked on elsewhere, then starts what waits. */
  async recover(): Promise<void> {
    await eraseMarked(this.#ports.log);
    const { ended, elsewhere, waiting } = await recoverRuns(this.#ports, this.#threads);
    if (ended > 0) this.#ports.logger.warn("ended runs of an earlier process", { runs: ended });
    await forEachThread(this.#ports.logger, elsewhere, async ({ tenant, threadId }) => {
      this.#busy.add(await this.#of(await this.#threads.open(tenant, threadId)));
    });
    for (const { tenant, threadId } of waiting) {
      await eachForItself(this.#ports.logger, { tenant, threadId }, async () => {
        const runs = await this.#of(await this.#threads.open(tenant, threadId));
        await this.#tracked(runs, () => runs.next());
      });
    }
  }

  /**
   * @throws forbidden, invalid_input, empty_message, unknown_agent, run_id_conflict, thread_busy,
   *   queue_full, draining, unavailable (no worker can be reached), and what the log refuses
   */
  async start(principal: Principal, threadId: string, options: StartOptions): Promise<Started> {
    authorize(principal, "start", threadId);
    if (options.input.text.trim() === "") throw new ThroughlineError("empty_message", "Empty message");
    if (this.#ports.workers?.serves(threadId) !== true && !this.#ports.agents.has(options.agent)) {
      throw new ThroughlineError("unknown_agent", `There is no agent "${options.agent}".`);
    }
    const request: StartRequest = {
      runId: options.runId === undefined ? this.#newRunId() : checkId("run_id", options.runId),
      agent: options.agent,
      text: options.input.text,
      ...(options.input.context === undefined ? {} : { context: options.input.context }),
      ...(options.history === undefined ? {} : { history: options.history }),
      ...(options.clientId === undefined ? {} : { clientId: options.clientId }),
    };
    await this.#checkRunThread(principal, request.runId, threadId);
    const runs = await this.#of(await this.#threads.open(principal.tenant, threadId));
    return this.#tracked(runs, () =>
      runs.start(request, options.onBusy ?? this.#policy, scoped(principal, options.commandId)),
    );
  }

  /**
   * @param runId absent = the thread's current run
   * @throws forbidden, not_found, run_not_active
   */
  async cancel(principal: Principal, threadId: string, runId?: string, commandId?: string): Promise<Started> {
    authorize(principal, "cancel", threadId);
    const runs = await this.#of(await this.#threads.open(principal.tenant, threadId));
    return runs.cancel(runId, scoped(principal, commandId));
  }

  /** Cancels the runs a client has started on a thread, running or waiting; how many it were. */
  async cancelOf(principal: Principal, threadId: string, clientId: string): Promise<number> {
    const runs = await this.#of(await this.#threads.open(principal.tenant, threadId));
    const ids = runs.queued.filter((request) => request.clientId === clientId).map((request) => request.runId);
    if (runs.active?.clientId === clientId && !runs.active.ending) ids.push(runs.active.runId);
    const results = await Promise.allSettled(ids.map((runId) => this.cancel(principal, threadId, runId)));
    return results.filter((result) => result.status === "fulfilled").length;
  }

  /** @throws forbidden, not_found, run_not_active */
  async pause(principal: Principal, threadId: string, runId?: string, commandId?: string): Promise<Started> {
    authorize(principal, "pause", threadId);
    const runs = await this.#of(await this.#threads.open(principal.tenant, threadId));
    return runs.pause(runId, scoped(principal, commandId));
  }

  /** @throws forbidden, not_found, run_not_active */
  async resume(principal: Principal, threadId: string, runId?: string, commandId?: string): Promise<Started> {
    authorize(principal, "resume", threadId);
    const runs = await this.#of(await this.#threads.open(principal.tenant, threadId));
    return runs.resume(runId, scoped(principal, commandId));
  }

  /** @throws forbidden, not_found, already_answered, draining, queue_full */
  async answer(principal: Principal, threadId: string, options: AnswerOptions): Promise<Started> {
    authorize(principal, "answer", threadId);
    const runs = await this.#of(await this.#threads.open(principal.tenant, threadId));
    const answer = { value: options.answer, by: principal.subject, runId: this.#newRunId() };
    const commandId = scoped(principal, options.commandId);
    return this.#tracked(runs, () => runs.answer({ interruptId: options.interruptId, ...answer }, commandId));
  }

  /**
   * Takes what a worker elsewhere says of a run; resolves once what came of it is durable. Those of one
   * thread are applied in the order of the calls, which need not wait for one another.
   * @throws unavailable, overloaded, draining, corrupt: nothing of it is stored, and it is to be reported again
   */
  report(report: Report): Promise<Reception> {
    return this.#desk.report(report);
  }

  /**
   * Ends the thread's runs and deletes all that is stored of it (L6). Who follows it is told that it is gone.
   * @throws what the log refuses; the thread's `erasing` mark then says what is left to do
   */
  async erase(thread: Thread): Promise<void> {
    const runs = await this.#of(thread);
    await runs.retire();
    this.#busy.delete(runs);
    await eraseThread(this.#ports.log, thread.tenant, thread.id);
    this.#threads.drop(thread);
  }

  /**
   * What is stored of a run.
   * @throws forbidden, not_found
   */
  async find(principal: Principal, runId: string): Promise<RunRecord> {
    const value = await this.#ports.log.control(keys.run(principal.tenant, checkId("run_id", runId)));
    if (value === undefined) throw new ThroughlineError("not_found", `There is no run "${runId}".`);
    const record = JSON.parse(value) as RunRecord;
    authorize(principal, "read", record.threadId);
    return record;
  }

  /**
   * Lets no run start any more, gives those that go on `graceMs` to finish, and ends the rest with
   * `server_restart` (D6). What waits in queues stays for the next process, and so does what is worked
   * on elsewhere.
   */
  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    const busy = [...this.#busy];
    await this.#atMost(graceMs, Promise.all(busy.map((runs) => runs.ended())));
    // A disk that is full or broken takes no ends; the next start writes them instead (R3).
    await this.#atMost(END_MS, Promise.all([...this.#busy].map((runs) => runs.stop(ENDED_BY_RESTART))));
  }

  /** Lets go of what is worked on elsewhere; to be called once drained, before the threads are closed. */
  close(): void {
    for (const runs of this.#busy) runs.detach();
  }

  async #atMost(ms: number, promise: Promise<unknown>): Promise<void> {
    let timer: { cancel(): void } | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = this.#ports.clock.setTimeout(resolve, ms);
    });
    await Promise.race([promise, timeout]);
    timer?.cancel();
  }

  async #handleEnd(runs: ThreadRuns): Promise<void> {
    if (runs.idle) this.#busy.delete(runs);
    await this.#threads.checkpoint(runs.thread);
  }

  #of(thread: Thread): Promise<ThreadRuns> {
    const loaded = this.#loaded.get(thread);
    if (loaded !== undefined) return loaded;
    const loading = ThreadRuns.load(thread, this.#ports, (runs) => void this.#handleEnd(runs)).then((runs) => {
      // What waits here was promised its turn.
      if (!runs.idle) void this.#tracked(runs, () => runs.next());
      return runs;
    });
    this.#loaded.set(thread, loading);
    loading.catch(() => this.#loaded.delete(thread));
    return loading;
  }

  /** Runs what may start a run, so that draining waits for it too. */
  async #tracked<T>(runs: ThreadRuns, start: () => Promise<T>): Promise<T> {
    this.#busy.add(runs);
    try {
      return await start();
    } finally {
      if (runs.idle) this.#busy.delete(runs);
    }
  }

  /** A run id belongs to one thread of its tenant. */
  async #checkRunThread(principal: Principal, runId: string, threadId: string): Promise<void> {
    const value = await this.#ports.log.control(keys.run(principal.tenant, runId));
    if (value === undefined || (JSON.parse(value) as RunRecord).threadId === threadId) return;
    throw new ThroughlineError("run_id_conflict", `The run id "${runId}" stands for another thread, agent or input.`);
  }

  #newRunId(): string {
    return `run-${this.#ports.random.uuid()}`;
  }
}

/** A command's id is its sender's own: another's with the same id is another command. */
function scoped({ subject }: Principal, commandId: string | undefined): string | undefined {
  return commandId === undefined ? undefined : JSON.stringify([subject, commandId]);
}
