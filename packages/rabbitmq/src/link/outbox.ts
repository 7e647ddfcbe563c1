import type { Channel, ConfirmChannel, Message, Options } from "amqplib";
import { type Clock, ThroughlineError, type Timer } from "@throughline/protocol";
import { type BrokerTelemetry, noBrokerTelemetry } from "../telemetry.ts";
import type { BrokerLink, LinkUser } from "./link.ts";
import type { Session } from "./session.ts";

/** A message to be published. */
export interface Letter {
  /** "" = straight into the queue that `key` names. */
  readonly exchange: string;
  readonly key: string;
  readonly body: Buffer;
  readonly messageId?: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** Comes back unless a queue takes it. Needs a `messageId`. */
  readonly mandatory?: boolean;
  /** How long it may wait in a queue, in ms. */
  readonly ttlMs?: number;
}

/**
 * What became of a letter: the broker has it, or no queue would take it. `inDoubt`: an earlier attempt
 * was cut off before the broker said anything, and may have arrived.
 */
export interface Posted {
  readonly outcome: "confirmed" | "returned";
  readonly inDoubt: boolean;
}

interface Entry {
  readonly letter: Letter;
  readonly resolve: (posted: Posted) => void;
  readonly reject: (error: ThroughlineError) => void;
  inDoubt: boolean;
  returned: boolean;
}

/** Letters and bytes that may be on their way without a word from the broker. */
const WINDOW = 256;
const WINDOW_BYTES = 8 * 1024 * 1024;
/** Letters and bytes that may be here before producers are asked to wait. */
const ROOM = 512;
const ROOM_BYTES = 16 * 1024 * 1024;
/** Letters that may wait at all. */
const CAPACITY = 20_000;
/** How long the broker may say nothing to what it was sent. */
const CONFIRM_MS = 30_000;

/**
 * Publishes letters in order, each until the broker has confirmed it: what is unconfirmed when a
 * connection is lost is sent again over the next, before anything later. So every letter arrives at
 * least once; whoever reads tells repeats by their `messageId`.
 */
export class Outbox implements LinkUser {
  readonly #link: BrokerLink;
  readonly #clock: Clock;
  readonly #telemetry: BrokerTelemetry;
  readonly #prepare: (channel: Channel) => Promise<void>;
  /** In order of their posting; those in flight come before those that wait. */
  readonly #flying = new Set<Entry>();
  #waiting = new Set<Entry>();
  #flyingBytes = 0;
  /** Of all that is here. */
  #bytes = 0;
  #channel: ConfirmChannel | undefined;
  #session: Session | undefined;
  #release: Promise<void> | undefined;
  #watchdog: Timer | undefined;
  #closed = false;
  readonly #onRoom: (() => void)[] = [];
  readonly #onDrained: (() => void)[] = [];
  readonly #forget: (() => void)[];

  constructor(options: {
    readonly link: BrokerLink;
    readonly clock: Clock;
    readonly telemetry?: BrokerTelemetry;
    /** Declares what the letters go to, before the first is sent over a connection. */
    readonly prepare: (channel: Channel) => Promise<void>;
  }) {
    this.#link = options.link;
    this.#clock = options.clock;
    this.#telemetry = options.telemetry ?? noBrokerTelemetry;
    this.#prepare = options.prepare;
    this.#forget = [this.#link.onState(() => this.#pump()), this.#link.use(this)];
  }

  /** Resolves once everything posted has been settled. */
  drained(): Promise<void> {
    if (this.#size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onDrained.push(resolve));
  }

  /** Whether producers may go on. */
  get hasRoom(): boolean {
    return this.#size < ROOM && this.#bytes < ROOM_BYTES;
  }

  get #size(): number {
    return this.#flying.size + this.#waiting.size;
  }

  /** Resolves when a producer may go on; undefined when it may at once. */
  room(): Promise<void> | undefined {
    if (this.#closed || this.hasRoom) return undefined;
    return new Promise((resolve) => this.#onRoom.push(resolve));
  }

  /**
   * Resolves once the fate of the letter is known, however many connections that takes.
   * @param signal gives up waiting, and sending what has not been sent
   * @throws the signal's reason; `overloaded` when too much waits already; `invalid_input` for what AMQP
   *   cannot carry; `draining` once closed, when it is not known what became of it
   */
  post(letter: Letter, signal?: AbortSignal): Promise<Posted> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#closed) throw closing();
      if (this.#waiting.size >= CAPACITY) {
        throw new ThroughlineError("overloaded", `${CAPACITY} messages wait for the broker already.`);
      }
      const abort = (): void => this.#settle(entry, () => reject(signal?.reason as Error));
      const settled = (): void => signal?.removeEventListener("abort", abort);
      const entry: Entry = {
        letter,
        resolve: (posted) => (settled(), resolve(posted)),
        reject: (error) => (settled(), reject(error)),
        inDoubt: false,
        returned: false,
      };
      signal?.addEventListener("abort", abort);
      this.#waiting.add(entry);
      this.#bytes += letter.body.length;
      this.#pump();
    });
  }

  async open(session: Session): Promise<void> {
    const admin = await session.channel();
    await this.#prepare(admin);
    await session.release(admin);
    const channel = await session.confirmChannel();
    if (this.#closed || session.signal.aborted) return session.release(channel);
    channel.on("return", (message) => this.#handleReturn(message));
    session.signal.addEventListener("abort", () => this.#lose(session));
    this.#channel = channel;
    this.#session = session;
    this.#pump();
  }

  /** Gives up what is unsettled. Never rejects; safe to repeat. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#unwatch();
      for (const forget of this.#forget) forget();
      for (const entry of [...this.#flying, ...this.#waiting]) this.#settle(entry, () => entry.reject(closing()));
      this.#admit();
      if (this.#channel !== undefined) this.#release = this.#session?.release(this.#channel);
      this.#channel = undefined;
    }
    await this.#release;
  }

  #pump(): void {
    // A broker that is short of memory reads nothing: what is written would only fill ours.
    while (this.#channel !== undefined && this.#link.state === "up") {
      const [entry] = this.#waiting;
      if (entry === undefined || this.#flying.size >= WINDOW) return;
      if (this.#flying.size > 0 && this.#flyingBytes + entry.letter.body.length > WINDOW_BYTES) return;
      this.#send(this.#channel, entry);
    }
  }

  #send(channel: ConfirmChannel, entry: Entry): void {
    const { letter } = entry;
    const session = this.#session;
    this.#waiting.delete(entry);
    this.#flying.add(entry);
    this.#flyingBytes += letter.body.length;
    this.#watch();
    try {
      channel.publish(letter.exchange, letter.key, letter.body, propertiesOf(letter), (error: unknown) => {
        if (session !== this.#session) return;
        if (error === null) this.#confirmed(entry);
        // What the broker could not take it may take from a new connection; in order, so all of it again.
        else session?.fail(error as Error);
      });
    } catch (error) {
      if (session?.signal.aborted === true) return;
      const invalid = ThroughlineError.from(error, "invalid_input");
      this.#settle(entry, () => entry.reject(invalid));
    }
  }

  #confirmed(entry: Entry): void {
    const { returned, inDoubt, letter } = entry;
    if (returned) this.#telemetry.returned(letter.exchange);
    else this.#telemetry.published(letter.exchange);
    this.#settle(entry, () => entry.resolve({ outcome: returned ? "returned" : "confirmed", inDoubt }));
    this.#pump();
  }

  /** The broker returns a message before it confirms it. */
  #handleReturn({ fields, properties }: Message): void {
    for (const entry of this.#flying) {
      const { letter } = entry;
      if (entry.returned || letter.messageId !== properties.messageId || letter.key !== fields.routingKey) continue;
      entry.returned = true;
      return;
    }
  }

  #settle(entry: Entry, tell: () => void): void {
    if (this.#flying.delete(entry)) this.#flyingBytes -= entry.letter.body.length;
    else if (!this.#waiting.delete(entry)) return;
    this.#bytes -= entry.letter.body.length;
    tell();
    if (this.hasRoom) this.#admit();
    if (this.#size === 0) for (const resolve of this.#onDrained.splice(0)) resolve();
  }

  /** Nobody will say any more what became of those in flight. */
  #lose(session: Session): void {
    if (session !== this.#session) return;
    this.#session = undefined;
    this.#channel = undefined;
    this.#unwatch();
    for (const entry of this.#flying) Object.assign(entry, { inDoubt: true, returned: false });
    this.#waiting = new Set([...this.#flying, ...this.#waiting]);
    this.#flying.clear();
    this.#flyingBytes = 0;
  }

  /** Ends a session whose broker takes messages and says nothing to them. */
  #watch(): void {
    const session = this.#session;
    const [oldest] = this.#flying;
    this.#watchdog ??= this.#clock.setTimeout(() => {
      this.#watchdog = undefined;
      if (this.#flying.size === 0) return;
      const stuck = oldest !== undefined && this.#flying.has(oldest) && this.#link.state === "up";
      if (stuck) session?.fail(new ThroughlineError("unavailable", `No confirmation for ${CONFIRM_MS} ms.`));
      else this.#watch();
    }, CONFIRM_MS);
  }

  #unwatch(): void {
    this.#watchdog?.cancel();
    this.#watchdog = undefined;
  }

  #admit(): void {
    for (const resolve of this.#onRoom.splice(0)) resolve();
  }
}

function closing(): ThroughlineError {
  return new ThroughlineError("draining", "The connection to the broker is closing.");
}

function propertiesOf({ messageId, type, headers, mandatory, ttlMs }: Letter): Options.Publish {
  return {
    persistent: true,
    contentType: "application/json",
    ...(messageId === undefined ? {} : { messageId }),
    ...(type === undefined ? {} : { type }),
    ...(headers === undefined ? {} : { headers }),
    ...(mandatory === undefined ? {} : { mandatory }),
    ...(ttlMs === undefined ? {} : { expiration: ttlMs }),
  };
}
