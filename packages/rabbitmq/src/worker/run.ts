import {
  type Agent,
  type AgentContext,
  type AguiEvent,
  type ChartPublisher,
  type Clock,
  emptyView,
  EventType,
  type Interrupt,
  type Logger,
  type Message,
  type Random,
  type RunAgentInput,
  type TaskPublisher,
  ThroughlineError,
  type ThreadView,
} from "@throughline/protocol";
import { idsOf, PauseGate } from "@throughline/protocol/run";
import type { BrokerRequestMessage } from "@throughline/protocol/schemas";
import { unlessAborted } from "../link/time.ts";
import { Narrator, type Spoken } from "../messages/narrator.ts";
import type { Voice } from "./voice.ts";

/** What agents may write outside their own thread, where the host has it. */
export interface Publishers {
  readonly charts?: ChartPublisher;
  readonly tasks?: TaskPublisher;
}

export interface RunPorts {
  readonly agent: Agent;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly publishers: Publishers;
}

/** One run of the agent, from its request to its last message. */
export class WorkerRun {
  readonly runId: string;
  /** Resolves when nothing more will be said. Never rejects. */
  readonly over: Promise<void>;
  readonly #ports: RunPorts;
  readonly #voice: Voice;
  readonly #narrator: Narrator;
  readonly #abort = new AbortController();
  /** Fires when the run has ended elsewhere. */
  readonly #ended = new AbortController();
  readonly #gate = new PauseGate();

  constructor(ports: RunPorts, request: BrokerRequestMessage, voice: Voice, paused: boolean) {
    this.runId = request.runId;
    this.#ports = ports;
    this.#voice = voice;
    this.#narrator = new Narrator(ports.agent.name);
    if (paused) this.#gate.close();
    voice.lost.addEventListener("abort", () => this.fail(voice.lost.reason as ThroughlineError));
    this.over = this.#work(request);
  }

  /** The run has ended elsewhere: its agent is to stop, and says nothing more. */
  cancel(): void {
    this.#ended.abort();
    this.#abort.abort(new ThroughlineError("run_not_active", "The run has ended."));
  }

  pause(): void {
    this.#gate.close();
  }

  resume(): void {
    this.#gate.open();
  }

  /** Stops the agent and ends the run with an error. */
  fail(error: ThroughlineError): void {
    this.#abort.abort(error);
  }

  /** Says that the run goes on, and whether it is held: who missed being told otherwise is told again. */
  heartbeat(): void {
    this.#voice.heartbeat(this.#ports.agent.name, this.#gate.shut);
  }

  async #work(request: BrokerRequestMessage): Promise<void> {
    const ending = await this.#drive(request).catch((error: unknown) => this.#failure(error));
    await this.#end(ending).catch((error: unknown) => this.#end(this.#failure(error)));
  }

  async #end(ending: Spoken | undefined): Promise<void> {
    // Whoever cancelled the run has ended it already.
    if (ending !== undefined) await this.#voice.end(ending, this.#ports.clock, this.#ended.signal);
  }

  /** @returns what ends the run */
  async #drive(request: BrokerRequestMessage): Promise<Spoken> {
    const { agent } = this.#ports;
    const { signal } = this.#abort;
    const events = agent.run(request.input as RunAgentInput, this.#context(request))[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await unlessAborted(events.next(), signal);
        if (next.done === true) return Narrator.success(agent.name);
        if (this.#gate.shut) await this.#gate.pass(signal);
        const event = this.#stamped(next.value);
        if (event.type === EventType.RUN_STARTED) continue;
        const spoken = this.#narrator.messageOf(event);
        if (event.type === EventType.RUN_FINISHED || event.type === EventType.RUN_ERROR) return spoken;
        this.#voice.say(spoken);
        const room = this.#voice.room();
        if (room !== undefined) await unlessAborted(room, signal);
      }
    } finally {
      // One that ignores its abort is left to itself; nothing it yields is said.
      void Promise.resolve(events.return?.()).catch(() => undefined);
    }
  }

  #failure(error: unknown): Spoken | undefined {
    const { agent, logger } = this.#ports;
    const { code, message } = ThroughlineError.from(error, "agent_error");
    if (code === "run_not_active" && this.#abort.signal.aborted) return undefined;
    logger.warn("agent threw", { agent: agent.name, runId: this.runId, error });
    return Narrator.failure(agent.name, { code, message });
  }

  #stamped(event: AguiEvent): AguiEvent {
    if (typeof event !== "object" || event === null) throw broken("an event must be an object");
    return event.timestamp === undefined ? { ...event, timestamp: this.#ports.clock.now() } : event;
  }

  #context(request: BrokerRequestMessage): AgentContext {
    const { clock, random, logger, publishers } = this.#ports;
    const { signal } = this.#abort;
    return {
      signal,
      clock,
      logger: logger.child({ runId: request.runId, requestId: request.requestId }),
      ids: idsOf(random),
      view: viewOf(request),
      checkpoint: () => this.#gate.pass(signal),
      charts: publishers.charts ?? { streamChartCommand: () => Promise.reject(absent("draw on other charts")) },
      tasks: publishers.tasks ?? { put: () => Promise.reject(absent("store tasks")) },
    };
  }
}

/** What the request tells of the thread. */
function viewOf(request: BrokerRequestMessage): ThreadView {
  const { input, questions = [], runId } = request;
  const asker = (request.type === "request.feedback" ? request.parentRunId : undefined) ?? runId;
  return {
    ...emptyView(input.threadId),
    messages: input.messages as Message[],
    state: input.state ?? null,
    pendingInterrupts: questions.map((interrupt) => ({ runId: asker, interrupt: interrupt as Interrupt })),
  };
}

function broken(message: string): ThroughlineError {
  return new ThroughlineError("agent_invalid_event", `The agent broke the protocol: ${message}.`);
}

function absent(what: string): ThroughlineError {
  return new ThroughlineError("unavailable", `This worker has no way to ${what}: its host gave it none.`);
}
