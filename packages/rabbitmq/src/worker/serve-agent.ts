import { type Agent, type Clock, type Logger, type Random, ThroughlineError, type Timer } from "@throughline/protocol";
import type { BrokerControlMessage, BrokerRequestMessage } from "@throughline/protocol/schemas";
import { BrokerLink } from "../link/link.ts";
import { Outbox } from "../link/outbox.ts";
import { sleep } from "../link/time.ts";
import { type BrokerTelemetry, noBrokerTelemetry } from "../telemetry.ts";
import { holdProcess } from "../system.ts";
import { declareExchanges } from "../topology.ts";
import { Ledger } from "./ledger.ts";
import { type Crew, Orders } from "./orders.ts";
import { type Publishers, WorkerRun } from "./run.ts";
import { Voice } from "./voice.ts";

export interface ServeAgentOptions extends Publishers {
  readonly agent: Agent;
  /** The broker's URL, for a connection of its own; or one that is there. */
  readonly broker: string | BrokerLink;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly telemetry?: BrokerTelemetry;
  /** How many runs go on at once; further requests are left to other workers. Default 100, at most 10,000. */
  readonly maxRuns?: number;
}

/** An agent that works on requests from a broker. */
export interface AgentWorker {
  /** Runs that go on. */
  readonly active: number;
  /**
   * Takes no more requests, lets runs finish for `graceMs` (default 30,000), ends the rest with
   * `server_restart`, and sees that all was published. Never rejects; safe to repeat.
   */
  close(graceMs?: number): Promise<void>;
}

const HEARTBEAT_MS = 15_000;
const RUNS = 100;
/** Each may have one message beyond what there is room for. */
const MOST_RUNS = 10_000;
const GRACE_MS = 30_000;
/** How long the last messages may take to be confirmed. */
const DRAIN_MS = 5_000;

/**
 * Runs an agent for the requests that name it, as they come from the broker, and publishes what it
 * says. It survives the loss of its connection: runs go on, and what was not confirmed is published
 * again. The process lives until the worker is closed.
 *
 * Without `charts` and `tasks` of the host, an agent that writes to other threads is refused with
 * `unavailable`.
 * @throws invalid_setting for a URL that is none of a broker
 */
export function serveAgent(options: ServeAgentOptions): AgentWorker {
  return new Worker(options);
}

class Worker implements AgentWorker, Crew {
  readonly #options: ServeAgentOptions;
  readonly #link: BrokerLink;
  readonly #logger: Logger;
  readonly #outbox: Outbox;
  readonly #orders: Orders;
  readonly #forget: () => void;
  readonly #letProcessEnd: () => void;
  readonly #runs = new Map<string, WorkerRun>();
  readonly #ledger = new Ledger();
  readonly #maxRuns: number;
  readonly #onFree: (() => void)[] = [];
  #heartbeat: Timer | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ServeAgentOptions) {
    const { agent, broker, clock, telemetry = noBrokerTelemetry } = options;
    this.#options = options;
    this.#maxRuns = Math.min(options.maxRuns ?? RUNS, MOST_RUNS);
    this.#logger = options.logger.child({ agent: agent.name });
    this.#link =
      typeof broker === "string" ? new BrokerLink({ ...options, url: broker, name: `worker ${agent.name}` }) : broker;
    this.#outbox = new Outbox({ link: this.#link, clock, telemetry, prepare: declareExchanges });
    this.#orders = new Orders({ agent: agent.name, crew: this, logger: this.#logger });
    this.#forget = this.#link.use(this.#orders);
    this.#beat();
    this.#letProcessEnd = holdProcess();
  }

  get active(): number {
    return this.#runs.size;
  }

  close(graceMs: number = GRACE_MS): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  wants({ agent, runId }: BrokerRequestMessage): boolean {
    if (agent !== this.#options.agent.name || this.#runs.has(runId)) return false;
    const standing = this.#ledger.of(runId);
    return standing === undefined || standing === "paused";
  }

  async free(): Promise<void> {
    while (this.#runs.size >= this.#maxRuns) await new Promise<void>((resolve) => this.#onFree.push(resolve));
  }

  /** Its lease begins with a word of whoever has it: an agent that takes the process down may not come to say one. */
  takes(request: BrokerRequestMessage): void {
    const paused = this.#ledger.of(request.runId) === "paused";
    new Voice(this.#outbox, request, this.#logger).heartbeat(this.#options.agent.name, paused);
  }

  begin(request: BrokerRequestMessage): void {
    const { agent, clock, random, charts, tasks } = this.#options;
    const publishers = { ...(charts === undefined ? {} : { charts }), ...(tasks === undefined ? {} : { tasks }) };
    const ports = { agent, clock, random, logger: this.#logger, publishers };
    const { runId } = request;
    const paused = this.#ledger.of(runId) === "paused";
    const run = new WorkerRun(ports, request, new Voice(this.#outbox, request, this.#logger), paused);
    this.#runs.set(runId, run);
    void run.over.then(() => {
      this.#runs.delete(runId);
      this.#ledger.finished(runId);
      // All of them: one that waits for a connection that is gone has no use for it.
      for (const resolve of this.#onFree.splice(0)) resolve();
    });
  }

  hear(notice: BrokerControlMessage): void {
    const run = this.#runs.get(notice.runId);
    if (notice.type === "cancel" && notice.error !== undefined && run !== undefined) {
      const { code, message } = notice.error;
      this.#logger.warn("the run was ended", { runId: notice.runId, code, reason: message });
    }
    if (run === undefined) this.#ledger.note(notice);
    else run[notice.type]();
  }

  /** While it did not listen a run may have been held, let go on, or ended: whoever hears of it says so again. */
  listens(): void {
    this.#beatOnce();
  }

  #beat(): void {
    this.#heartbeat = this.#options.clock.setTimeout(() => {
      if (this.#link.state === "up") this.#beatOnce();
      this.#beat();
    }, HEARTBEAT_MS);
  }

  #beatOnce(): void {
    for (const run of this.#runs.values()) run.heartbeat();
  }

  async #close(graceMs: number): Promise<void> {
    await this.#orders.stopAsking();
    await this.#within(graceMs, this.#idle());
    const error = new ThroughlineError("server_restart", "The worker stopped before the agent was done.");
    for (const run of this.#runs.values()) run.fail(error);
    // A run is over when its last message has arrived, which it may never where the broker or its queue is gone.
    await this.#within(
      DRAIN_MS,
      this.#idle().then(() => this.#outbox.drained()),
    );
    this.#heartbeat?.cancel();
    this.#forget();
    await this.#orders.close();
    await this.#outbox.close();
    if (typeof this.#options.broker === "string") await this.#link.close();
    this.#letProcessEnd();
  }

  async #idle(): Promise<void> {
    while (this.#runs.size > 0) await Promise.all([...this.#runs.values()].map(({ over }) => over));
  }

  async #within(ms: number, work: Promise<void>): Promise<void> {
    const done = new AbortController();
    await Promise.race([work, sleep(this.#options.clock, ms, done.signal)]);
    done.abort();
  }
}
