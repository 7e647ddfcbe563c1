import {
  type Agent,
  type AgentContext,
  type AguiEvent,
  type Clock,
  EventType,
  type Logger,
  type RunAgentInput,
  ThroughlineError,
} from "@throughline/protocol";
import { EventNormaliser, RunGrammar } from "@throughline/protocol/run";
import type { Thread } from "../threads/thread.ts";
import type { ComposedWrite, Write } from "../threads/writer.ts";
import type { Compose } from "./batches.ts";
import { cut, recordOf, terminalProblem } from "./bounds.ts";
import type { Turns } from "../turns.ts";
import { PauseGate } from "./pause-gate.ts";
import type { Ending } from "./records.ts";
import { endingOf, GRAMMAR_ENDING, terminalEvent } from "./terminal.ts";

/** How an ended run came to end, and where its terminal event stands. */
export interface RunEnd {
  readonly ending: Ending;
  /** Seq of the terminal event; undefined when the run was taken from this process before it could write one. */
  readonly endSeq: number | undefined;
}

/** The batches of one run that are more than its agent's events. */
export interface RunnerBatches {
  /** @param events what closes the run, its terminal event last */
  ended(ending: Ending, events: readonly AguiEvent[]): Compose;
  /** The batch of an agent's event that changes more than the thread; undefined for all others. */
  event(event: AguiEvent): Compose | undefined;
}

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
export class Runner {
  readonly runId: string;
  readonly clientId: string | undefined;
  /** Resolves when the terminal event is durable. Never rejects. */
  readonly ended: Promise<RunEnd>;
  /** Resolves when the agent has let go too, or was given up on. Never rejects. */
  readonly settled: Promise<void>;
  readonly #thread: Thread;
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #logger: Logger;
  readonly #batches: RunnerBatches;
  readonly #grammar: RunGrammar;
  readonly #normaliser = new EventNormaliser();
  readonly #abort = new AbortController();
  readonly #gate = new PauseGate();
  readonly #handleLoss = (error: unknown): void => this.#lose(error);
  #ending: Ending | undefined;
  #resolveEnded!: (end: RunEnd) => void;

  constructor(options: {
    readonly thread: Thread;
    readonly started: Extract<AguiEvent, { type: EventType.RUN_STARTED }>;
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
    this.clientId = options.clientId;
    this.#thread = options.thread;
    this.#clock = options.clock;
    this.#turns = options.turns;
    this.#logger = options.logger;
    this.#batches = options.batches;
    this.#grammar = new RunGrammar({ threadId: options.thread.id, runId: this.runId });
    this.#grammar.accept(options.started);
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

  /** Whether the run's end is decided. */
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
        const ending = this.#ending ?? this.#take(event);
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

  /** Writes one event of the agent's; how the run ends when the event says or breaks it. */
  #take(raw: AguiEvent): Ending | undefined {
    if (typeof raw !== "object" || raw === null) return invalid("an event must be an object");
    if (raw.type === EventType.RUN_STARTED) return undefined;
    const ending = endingOf(raw);
    if (ending !== undefined) return ending;
    const { events, problem } = this.#normaliser.normalise(raw);
    if (problem !== undefined) return invalid(problem.message);
    const said: AguiEvent[] = [];
    const records: Uint8Array[] = [];
    // All are encoded before the first is accepted: what the grammar takes to be said must be stored.
    for (const event of events) {
      const stamped = event.timestamp === undefined ? { ...event, timestamp: this.#clock.now() } : event;
      const encoded = recordOf(stamped);
      if ("problem" in encoded) return invalid(encoded.problem);
      said.push(stamped);
      records.push(encoded.record);
    }
    return this.#say(said, records);
  }

  /** Writes the events up to the first that the grammar refuses. */
  #say(events: readonly AguiEvent[], encoded: readonly Uint8Array[]): Ending | undefined {
    let records: Uint8Array[] = [];
    let refusal: string | undefined;
    for (const [index, event] of events.entries()) {
      refusal = this.#grammar.accept(event)?.message;
      if (refusal !== undefined) break;
      const compose = this.#batches.event(event);
      if (compose === undefined) {
        records.push(encoded[index] as Uint8Array);
      } else {
        this.#write({ records });
        this.#write({ compose });
        records = [];
      }
    }
    this.#write({ records });
    return refusal === undefined ? undefined : invalid(refusal);
  }

  #write(write: Write | ComposedWrite): void {
    if ("records" in write && write.records.length === 0) return;
    this.#thread.writer.post(write, this.#handleLoss);
  }

  async #writeEnd(asked: Ending, joined: (batch: Compose) => Compose): Promise<RunEnd> {
    const { events, ending } = this.#closingEvents(cut(asked));
    const compose = joined(this.#batches.ended(ending, events));
    try {
      const written = await this.#thread.writer.write({ compose, insist: true });
      return { ending, endSeq: written.last };
    } catch (error) {
      this.#lose(error);
      return { ending, endSeq: undefined };
    }
  }

  /** What closes the run, its terminal last; a terminal that cannot stand there becomes RUN_ERROR. */
  #closingEvents(asked: Ending): { events: AguiEvent[]; ending: Ending } {
    const now = this.#clock.now();
    const events = this.#grammar.closings(now, GRAMMAR_ENDING[asked.type]);
    for (const event of events) this.#grammar.accept(event);
    const ids = { threadId: this.#thread.id, runId: this.runId };
    const terminal = terminalEvent(asked, ids, now);
    const refusal = this.#grammar.accept(terminal)?.message ?? terminalProblem(terminal);
    if (refusal === undefined) return { events: [...events, terminal], ending: asked };
    const ending = cut(invalid(refusal));
    return { events: [...events, terminalEvent(ending, ids, now)], ending };
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

function invalid(message: string): Ending {
  return { type: "error", code: "agent_invalid_event", message: `The agent broke the protocol: ${message}` };
}

function failure(error: unknown): Ending {
  const { code, message } = ThroughlineError.from(error, "agent_error");
  return { type: "error", code, message };
}
