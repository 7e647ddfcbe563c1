import type { ConsumeMessage } from "amqplib";
import type { Assignment, Handed, Notice, Workers } from "@throughline/gateway";
import { type Clock, type Logger, ThroughlineError } from "@throughline/protocol";
import { CONTROL, REQUESTS } from "@throughline/protocol/schemas";
import type { BrokerLink } from "../link/link.ts";
import { type Letter, Outbox, type Posted } from "../link/outbox.ts";
import { sleep } from "../link/time.ts";
import { isRequestThread } from "../messages/address.ts";
import { readRequestMessage } from "../messages/read.ts";
import { controlMessage, requestMessage } from "../messages/request.ts";
import { type BrokerTelemetry, noBrokerTelemetry } from "../telemetry.ts";
import { DEAD, declareProgress } from "../topology.ts";
import { Census } from "./census.ts";
import { Intake, type TakeReport } from "./intake.ts";

export interface BridgeOptions {
  /** What is published goes over it. */
  readonly link: BrokerLink;
  /**
   * What agents say comes over it. A connection of its own: a broker that is short of memory reads nothing
   * of one that publishes, acknowledgements neither, and without these what fills it would never shrink.
   */
  readonly incoming: BrokerLink;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly telemetry?: BrokerTelemetry;
  /** How many of the agents' messages may be here unacknowledged; default 256. */
  readonly prefetch?: number;
}

const PREFETCH = 256;
/** Runs whose latest notice may wait for the broker. */
const MOST_UNTOLD = 10_000;
/** How soon a request is offered again that may have been taken although it came back. */
const DOUBT_MS = 1_000;
/**
 * How long a request may wait for a worker that is busy; its run ends then as well. No queue of an agent
 * that is not served any more fills the broker.
 */
const REQUEST_TTL_MS = 60 * 60_000;
const MOST_DETAIL = 500;

/**
 * The gateway's way to agents behind a broker: hands the runs of requests over, tells workers about
 * them, and brings what they report back.
 */
export class RabbitBridge implements Workers {
  readonly #link: BrokerLink;
  readonly #incoming: BrokerLink;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #telemetry: BrokerTelemetry;
  readonly #prefetch: number;
  readonly #outbox: Outbox;
  readonly #census: Census;
  readonly #listeners = new Set<() => void>();
  /** The newest notice of each run that the broker has not got. */
  readonly #untold = new Map<string, AbortController>();
  readonly #forget: (() => void)[] = [];
  #intake: Intake | undefined;
  #reachable = false;

  constructor(options: BridgeOptions) {
    this.#link = options.link;
    this.#incoming = options.incoming;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#telemetry = options.telemetry ?? noBrokerTelemetry;
    this.#prefetch = options.prefetch ?? PREFETCH;
    this.#outbox = new Outbox({ ...options, telemetry: this.#telemetry, prepare: declareProgress });
    this.#census = new Census(this.#clock);
    this.#forget.push(
      this.#link.onState(() => this.#reconsider()),
      this.#incoming.use(this.#census),
    );
  }

  /** Begins to consume. Until then nothing is reachable, and what is handed over is handed over. */
  start(take: TakeReport): void {
    if (this.#intake !== undefined) return;
    this.#intake = new Intake({
      take,
      putAside: (message, reason, detail) => this.#putAside(message, reason, detail),
      clock: this.#clock,
      logger: this.#logger,
      telemetry: this.#telemetry,
      prefetch: this.#prefetch,
      onConsuming: () => this.#reconsider(),
    });
    this.#forget.push(this.#incoming.use(this.#intake));
  }

  serves(threadId: string): boolean {
    return isRequestThread(threadId);
  }

  get reachable(): boolean {
    return this.#reachable;
  }

  onReachable(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async hand(assignment: Assignment, signal: AbortSignal): Promise<Handed> {
    const message = requestMessage(assignment);
    const { runId, type } = message;
    const body = Buffer.from(JSON.stringify(message));
    // A worker could only pass it over, and nobody would know why until the lease has run out.
    const read = readRequestMessage(body);
    if (!read.ok) throw new ThroughlineError("invalid_input", `No message can carry the request: ${read.problem}`);
    const letter: Letter = {
      exchange: REQUESTS,
      key: type,
      type,
      body,
      messageId: runId,
      mandatory: true,
      ttlMs: REQUEST_TTL_MS,
    };
    const missing = this.#census.missing(message.agent);
    let doubted = false;
    for (;;) {
      const { outcome, inDoubt } = await this.#offer(letter, signal);
      if (outcome === "confirmed") return handed(await missing);
      doubted ||= inDoubt;
      if (!doubted) throw new ThroughlineError("unavailable", "No worker has ever asked for requests.");
      await sleep(this.#clock, DOUBT_MS, signal);
    }
  }

  async stillWaits(agent: string, ageMs: number): Promise<boolean> {
    // What is older the broker has dropped.
    return ageMs < REQUEST_TTL_MS && (await this.#census.missing(agent)) === undefined;
  }

  /** @throws unavailable when too much waits to be sent already */
  async #offer(letter: Letter, signal: AbortSignal): Promise<Posted> {
    try {
      return await this.#outbox.post(letter, signal);
    } catch (cause) {
      if (!(cause instanceof ThroughlineError) || cause.code !== "overloaded") throw cause;
      throw new ThroughlineError("unavailable", cause.message, { cause });
    }
  }

  tell(notice: Notice): void {
    const { runId } = notice;
    // Only the last word about a run counts.
    this.#untold.get(runId)?.abort();
    this.#untold.delete(runId);
    const [oldest] = this.#untold.size < MOST_UNTOLD ? [] : this.#untold.keys();
    if (oldest !== undefined) this.#giveUp(oldest);
    const untold = new AbortController();
    this.#untold.set(runId, untold);
    const { type, ...message } = controlMessage(notice);
    const body = Buffer.from(JSON.stringify({ type, ...message }));
    this.#outbox.post({ exchange: CONTROL, key: "", type, body }, untold.signal).then(
      () => this.#told(runId, untold),
      (error: unknown) => this.#told(runId, untold, error),
    );
  }

  /** Stops consuming and publishing; the links stay. Never rejects; safe to repeat. */
  async close(): Promise<void> {
    for (const forget of this.#forget.splice(0)) forget();
    await this.#intake?.close();
    await this.#outbox.close();
    this.#reconsider();
  }

  #told(runId: string, untold: AbortController, error?: unknown): void {
    if (this.#untold.get(runId) !== untold) return;
    this.#untold.delete(runId);
    if (error !== undefined) this.#logger.warn("workers were not told about a run", { runId, error });
  }

  #giveUp(runId: string): void {
    this.#untold.get(runId)?.abort();
    this.#untold.delete(runId);
    this.#logger.warn("workers were not told about a run: too much waits for the broker", { runId });
  }

  async #putAside(message: ConsumeMessage, reason: string, detail: string): Promise<boolean> {
    const { messageId, type } = message.properties as { readonly messageId?: unknown; readonly type?: unknown };
    const { exchange, routingKey } = message.fields;
    try {
      const { outcome } = await this.#outbox.post({
        exchange: "",
        key: DEAD,
        body: message.content,
        mandatory: true,
        ...(typeof messageId === "string" ? { messageId } : {}),
        ...(typeof type === "string" ? { type } : {}),
        headers: {
          "x-reason": reason,
          "x-detail": detail.slice(0, MOST_DETAIL),
          "x-exchange": exchange,
          "x-routing-key": routingKey,
        },
      });
      if (outcome === "returned") return false;
      this.#telemetry.deadLettered(reason);
      this.#logger.warn("put a message of an agent's aside", { reason, detail, queue: DEAD });
      return true;
    } catch (error) {
      this.#logger.error("cannot put a message of an agent's aside", { reason, error });
      return false;
    }
  }

  #reconsider(): void {
    const reachable = this.#link.state === "up" && this.#intake?.consuming === true;
    if (reachable === this.#reachable) return;
    this.#reachable = reachable;
    for (const listener of this.#listeners) listener();
  }
}

function handed(missing: string | undefined): Handed {
  return missing === undefined ? {} : { missing };
}
