import {
  type Agent,
  type AgentContext,
  type Clock,
  type Logger,
  type RunAgentInput,
  type RunStartedEvent,
  ThroughlineError,
} from "@throughline/protocol";
import { PauseGate, RunGrammar } from "@throughline/protocol/run";
import type { Thread } from "../../threads/thread.ts";
import type { ComposedWrite, Write } from "../../threads/writer.ts";
import type { Turns } from "../../turns.ts";
import type { RunEnd, RunHandle } from "../run/run-handle.ts";
import { type RunnerBatches, Transcript } from "../run/transcript.ts";
import type { Compose } from "../stored/batches.ts";
import type { Ending } from "../stored/records.ts";

/** How long a run's agent may go on after its end before it is reported. */
const ABORT_PATIENCE_MS = 2_000;

/** How many events an agent may yield in one turn of the event loop. */
const BURST = 16;

/**
 * Runs one agent and writes what it yields.
 *
 * The first of: the agent ends, throws, misbehaves; somebody cancels; the server drains — decides how
 * the run ends, at once and for good. From that moment nothing the agent yields is written (it is
 * fenced), what it left open is closed, and the terminal event follows in the same batch (R1, R2).
 */
export class Runner implements RunHandle {
  readonly elsewhere = false;
  readonly runId: string;
  readonly agent: string;
  readonly clientId: string | undefined;
  /** Resolves when the terminal event is durable. Never rejects. */
  readonly ended: Promise<RunEnd>;
  /** Resolves when the agent has let go too, or was given up on. Never rejects. */
  readonly settled: Promise<void>;
  readonly #thread: Thread;
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #logger: Logger;
  readonly #transcript: Transcript;
  readonly #abort = new AbortController();
  readonly #gate = new PauseGate();
  readonly #handleLoss = (error: unknown): void => this.#lose(error);
  #ending: Ending | undefined;
  #resolveEnded!: (end: RunEnd) => void;

  constructor(options: {
    readonly thread: Thread;
    readonly started: RunStartedEvent;
    readonly clientId: string | undefined;
    readonly clock: Clock;
    readonly turns: Turns;
    readonly logger: Logger;
    readonly batches: RunnerBatches;
    readonly agent: Agent;
    readonly input: RunAgentInput;
    readonly context: Omit<AgentContext, "signal" | "checkpoint">;
  }) {
    this.runId = options.started.runId;
    this.agent = options.agent.name;
    this.clientId = options.clientId;
    this.#thread = options.thread;
    this.#clock = options.clock;
    this.#turns = options.turns;
    this.#logger = options.logger;
    const ids = { threadId: options.thread.id, runId: this.runId };
    const grammar = new RunGrammar(ids);
    grammar.accept(options.started);
    const { clock, batches } = options;
    this.#transcript = new Transcript({
      ids,
      clock,
      batches,
      grammar,
      state: options.context.view.state,
      write: (write) => this.#write(write),
    });
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    const context: AgentContext = {
      ...options.context,
      signal: this.#abort.signal,
      checkpoint: () => this.#gate.pass(this.#abort.signal),
    };
    const release = this.#thread.hold();
    void this.ended.then(release);
    this.settled = this.#settle(this.#drive(options.agent, options.input, context));
  }

  get ending(): boolean {
    return this.#ending !== undefined;
  }

  get paused(): boolean {
    return this.#gate.shut;
  }

  /**
   * Ends the run this way, unless its end is decided already. The agent's signal fires before this
   * returns (R5).
   * @param joined adds to the terminal event's batch when it is this call that decides
   * @returns whether this call decided
   */
  end(ending: Ending, joined: (batch: Compose) => Compose = (batch) => batch): boolean {
    if (this.#ending !== undefined) return false;
    this.#ending = ending;
    this.#abort.abort(new ThroughlineError("run_not_active", "The run has ended."));
    void this.#writeEnd(ending, joined).then(this.#resolveEnded);
    return true;
  }

  /** Holds the agent at its next event or checkpoint. Resolves once `note` is on record. */
  async pause(note: Compose): Promise<void> {
    this.#gate.close();
    try {
      await this.#thread.writer.write({ compose: note });
    } catch (error) {
      // Who is told that it failed must not find it held, nor be told the next time that it is.
      this.#gate.open();
      throw error;
    }
  }

  /** Lets a paused agent go on. Resolves once `note` is on record. */
  async resume(note: Compose): Promise<void> {
    await this.#thread.writer.write({ compose: note });
    this.#gate.open();
  }

  async #drive(agent: Agent, input: RunAgentInput, context: AgentContext): Promise<void> {
    try {
      let taken = 0;
      for await (const event of agent.run(input, context)) {
        // What it yields while it is held waits here, also what it was about to yield.
        if (this.#gate.shut) await this.#gate.pass(this.#abort.signal);
        const ending = this.#ending ?? this.#transcript.take(event);
        if (ending !== undefined) {
          this.end(ending);
          break;
        }
        taken += 1;
        if (taken % BURST === 0) await this.#turns.next();
        const room = this.#thread.room();
        if (room !== undefined) await room;
      }
      this.end({ type: "success" });
    } catch (error) {
      if (this.end(failure(error))) this.#logger.warn("agent threw", { runId: this.runId, error });
    }
  }

  #write(write: Write | ComposedWrite): void {
    this.#thread.writer.post(write, this.#handleLoss);
  }

  async #writeEnd(asked: Ending, joined: (batch: Compose) => Compose): Promise<RunEnd> {
    const { ending, compose } = this.#transcript.end(asked);
    try {
      const written = await this.#thread.writer.write({ compose: joined(compose), insist: true });
      return { ending, endSeq: written.last };
    } catch (error) {
      this.#lose(error);
      return { ending, endSeq: undefined };
    }
  }

  /** The thread has another owner now, or the server is closing: stop, and leave the rest to them. */
  #lose(error: unknown): void {
    this.#logger.error("run lost its thread", { runId: this.runId, error });
    if (this.#ending !== undefined) return;
    this.#ending = { type: "error", code: "worker_lost", message: "The run lost its thread." };
    this.#abort.abort(error);
    this.#resolveEnded({ ending: this.#ending, endSeq: undefined });
  }

  /** Resolves with the agent's own end, or {@link ABORT_PATIENCE_MS} after the run's. */
  async #settle(driving: Promise<void>): Promise<void> {
    let given = false;
    const patience = this.ended.then(
      () =>
        new Promise<void>((resolve) => {
          const timer = this.#clock.setTimeout(() => {
            given = true;
            resolve();
          }, ABORT_PATIENCE_MS);
          void driving.finally(() => {
            timer.cancel();
            resolve();
          });
        }),
    );
    await Promise.race([driving, patience]);
    if (given) this.#logger.warn("agent ignores its abort", { runId: this.runId, afterMs: ABORT_PATIENCE_MS });
    await this.ended;
  }
}

function failure(error: unknown): Ending {
  const { code, message } = ThroughlineError.from(error, "agent_error");
  return { type: "error", code, message };
}
