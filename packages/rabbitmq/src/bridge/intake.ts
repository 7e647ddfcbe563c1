import type { Channel, ConsumeMessage } from "amqplib";
import type { Reception, Report } from "@throughline/gateway";
import { type Clock, type ErrorCode, type Logger, ThroughlineError } from "@throughline/protocol";
import type { BrokerAgentMessage } from "@throughline/protocol/schemas";
import type { LinkUser } from "../link/link.ts";
import type { Session } from "../link/session.ts";
import { interpret } from "../messages/interpret.ts";
import { nameOf } from "../messages/name.ts";
import { readAgentMessage } from "../messages/read.ts";
import { threadOf } from "../messages/address.ts";
import type { BrokerTelemetry } from "../telemetry.ts";
import { declareProgress, PROGRESS } from "../topology.ts";
import { ByteGate } from "./byte-gate.ts";
import { Lane } from "./lane.ts";

/** Takes what workers report: `gateway.workers.report`. */
export type TakeReport = (report: Report) => Promise<Reception>;

/** Puts a message where people find it. Resolves once it is there. @returns whether it is */
export type PutAside = (message: ConsumeMessage, reason: string, detail: string) => Promise<boolean>;

/** A message, until it is acknowledged. */
interface Delivery {
  readonly raw: ConsumeMessage;
  readonly message: BrokerAgentMessage;
  readonly report: Report;
  /** To be called once it is dealt with. */
  readonly done: () => void;
}

/**
 * The refusals that are none of the message's fault: the log takes nothing now, or another process has
 * written first. It stays where it is and is given again, here or to whoever consumes next.
 */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  "storage_full",
  "overloaded",
  "unavailable",
  "draining",
  "producer_fenced",
  "control_mismatch",
  "head_mismatch",
]);

/**
 * Bytes of messages that are read and not dealt with: read they take several times their size. What came
 * beyond that waits as the bytes it is.
 */
const MOST_READ_BYTES = 16 * 1024 * 1024;

/**
 * Consumes what agents say and acknowledges each message once the gateway has it durably: applied, or
 * known to be a repeat or too late. What nobody can use is put aside first, so that nothing is lost and
 * nothing loops.
 */
export class Intake implements LinkUser {
  readonly #take: TakeReport;
  readonly #putAside: PutAside;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #telemetry: BrokerTelemetry;
  readonly #prefetch: number;
  readonly #onConsuming: () => void;
  readonly #closing = new AbortController();
  #opened: { readonly session: Session; readonly channel: Channel } | undefined;
  #consuming = false;

  constructor(options: {
    readonly take: TakeReport;
    readonly putAside: PutAside;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly telemetry: BrokerTelemetry;
    /** How many messages may be here unacknowledged. */
    readonly prefetch: number;
    /** Called when {@link Intake.consuming} has changed. */
    readonly onConsuming: () => void;
  }) {
    this.#take = options.take;
    this.#putAside = options.putAside;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#telemetry = options.telemetry;
    this.#prefetch = options.prefetch;
    this.#onConsuming = options.onConsuming;
  }

  get consuming(): boolean {
    return this.#consuming;
  }

  async open(session: Session): Promise<void> {
    const channel = await session.channel();
    const signal = AbortSignal.any([session.signal, this.#closing.signal]);
    const gate = new ByteGate<ConsumeMessage>({
      most: MOST_READ_BYTES,
      admit: (raw) => void this.#receive(raw, source).then(() => gate.left(raw.content.length)),
    });
    const source: Source = { channel, session, signal, lanes: new Map() };
    await declareProgress(channel);
    await channel.prefetch(this.#prefetch);
    if (signal.aborted) return session.release(channel);
    this.#opened = { session, channel };
    await channel.consume(PROGRESS, (raw) => {
      if (raw !== null) gate.add(raw, raw.content.length);
      else session.fail(new Error(`The broker took the queue "${PROGRESS}" away.`));
    });
    signal.addEventListener("abort", () => this.#change(false));
    this.#change(!signal.aborted);
  }

  /** Takes nothing more; what is not acknowledged comes to the next consumer. Never rejects. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#opened?.session.release(this.#opened.channel);
  }

  #change(consuming: boolean): void {
    if (this.#consuming === consuming) return;
    this.#consuming = consuming;
    this.#onConsuming();
  }

  /** Resolves once the message is dealt with, or is another connection's. Never rejects. */
  async #receive(raw: ConsumeMessage, source: Source): Promise<void> {
    // Comes again over the next connection.
    if (source.signal.aborted) return;
    const read = readAgentMessage(raw.content);
    if (!read.ok) return this.#poison(raw, source, "invalid", read.problem);
    const { message } = read;
    const id: unknown = raw.properties.messageId;
    const name = nameOf(message, typeof id === "string" && id !== "" ? id : undefined);
    if (name === undefined && message.type === "agent.event") {
      return this.#poison(
        raw,
        source,
        "invalid",
        "An agent.event needs a message_id: nothing else tells it from a repeat.",
      );
    }
    const thread = threadOf(message);
    const report: Report = {
      ...thread,
      ...(message.runId === undefined ? {} : { runId: message.runId }),
      ...(name === undefined ? {} : { name }),
      ...pausedIn(message),
      interpret: (open) => interpret(message, open),
    };
    await new Promise<void>((done) => {
      this.#lane(`${thread.tenant}/${thread.threadId}`, source).add({ raw, message, report, done });
    });
  }

  #lane(key: string, source: Source): Lane<Delivery> {
    const { lanes, signal } = source;
    const known = lanes.get(key);
    if (known !== undefined) return known;
    const lane = new Lane<Delivery>({
      give: (delivery) => this.#give(delivery, source),
      clock: this.#clock,
      signal,
      onEmpty: () => lanes.delete(key),
    });
    lanes.set(key, lane);
    return lane;
  }

  async #give({ raw, message, report, done }: Delivery, source: Source): Promise<"done" | "again"> {
    try {
      const reception = await this.#take(report);
      this.#telemetry.received(message.type, reception);
      if (reception !== "unknown") source.session.acknowledge(source.channel, raw);
      else await this.#poison(raw, source, "unknown", `There is no run for request "${message.requestId}".`);
    } catch (error) {
      const { code, message: detail } = ThroughlineError.from(error);
      if (PASSING.has(code)) return "again";
      this.#logger.error("cannot take what an agent says", { requestId: message.requestId, type: message.type, error });
      await this.#poison(raw, source, code, detail);
    }
    done();
    return "done";
  }

  async #poison(raw: ConsumeMessage, source: Source, reason: string, detail: string): Promise<void> {
    // Should it not be put aside, the message stays unacknowledged: the next connection brings it again.
    const isThere = await this.#putAside(raw, reason, detail);
    if (isThere) source.session.acknowledge(source.channel, raw);
    else source.session.fail(new Error("A message could not be put aside."));
  }
}

/** Whether its worker holds the run, where it says so. */
function pausedIn(message: BrokerAgentMessage): Pick<Report, "paused"> {
  if (message.type !== "agent.heartbeat" || message.data?.paused === undefined) return {};
  return { paused: message.data.paused };
}

/** Where a message came from, which alone can acknowledge it. */
interface Source {
  readonly channel: Channel;
  readonly session: Session;
  /** Fires when nothing can be acknowledged over it any more. */
  readonly signal: AbortSignal;
  readonly lanes: Map<string, Lane<Delivery>>;
}
