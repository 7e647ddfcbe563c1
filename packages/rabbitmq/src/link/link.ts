import type { ChannelModel } from "amqplib";
import { type Clock, type Logger, type Random, ThroughlineError } from "@throughline/protocol";
import { type BrokerTelemetry, noBrokerTelemetry } from "../telemetry.ts";
import { systemConnect } from "../system.ts";
import { brokerUrl, withoutPassword } from "./address.ts";
import { PATIENCE_MS, Session } from "./session.ts";
import { sleep, unlessAborted, within } from "./time.ts";

/** Opens a connection; the seam to the network (S2). */
export type Connect = (
  url: string,
  options: { readonly timeoutMs: number; readonly name: string },
) => Promise<ChannelModel>;

/** `blocked`: the broker is short of memory or disk and takes nothing for now. */
export type LinkState = "down" | "up" | "blocked" | "closed";

/** Somebody who works over a link, anew with each connection. */
export interface LinkUser {
  /**
   * Sets up what it needs. What it leaves behind when `session.signal` fires is void. An error ends the
   * session, and is tried again with the next.
   */
  open(session: Session): Promise<void>;
}

export interface LinkOptions {
  /** `amqp://` or `amqps://`. */
  readonly url: string;
  /** What the broker's own tools call the connection. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly telemetry?: BrokerTelemetry;
  readonly connect?: Connect;
}

const FIRST_DELAY_MS = 200;
const MOST_DELAY_MS = 5_000;
/** A connection that lasted this long was a good one: the next failure is a first one again. */
const STEADY_MS = 30_000;

/**
 * Keeps one connection to a broker: connects, and whenever the connection is lost connects again,
 * after a growing random delay ("full jitter"), until it is closed.
 *
 *     down ──connected──▶ up ◀──blocked / unblocked──▶ blocked
 *      ▲                   │                             │
 *      └────── lost ───────┴─────────────────────────────┘        any ──close()──▶ closed
 */
export class BrokerLink {
  readonly #options: LinkOptions;
  readonly #telemetry: BrokerTelemetry;
  readonly #logger: Logger;
  readonly #url: string;
  readonly #users = new Set<LinkUser>();
  readonly #listeners = new Set<() => void>();
  readonly #closing = new AbortController();
  readonly #kept: Promise<void>;
  #session: Session | undefined;
  #state: LinkState = "down";

  /**
   * Begins to connect at once.
   * @throws invalid_setting for a URL that is none of a broker
   */
  constructor(options: LinkOptions) {
    this.#options = options;
    this.#url = brokerUrl(options.url);
    this.#telemetry = options.telemetry ?? noBrokerTelemetry;
    this.#logger = options.logger.child({ broker: withoutPassword(this.#url), link: options.name });
    this.#kept = this.#keep();
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Calls `listener` whenever the state has changed. @returns stops it */
  onState(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Opens `user` on this connection and each after it. @returns forgets it; what it opened is its own to release */
  use(user: LinkUser): () => void {
    this.#users.add(user);
    if (this.#session !== undefined) this.#open(user, this.#session);
    return () => this.#users.delete(user);
  }

  /** Closes the connection for good. Never rejects; safe to repeat. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#session?.close();
    await this.#kept;
  }

  async #keep(): Promise<void> {
    const { clock, random } = this.#options;
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted; failures++) {
      const lasted = await this.#connectOnce();
      if (lasted >= STEADY_MS) failures = 0;
      const most = Math.min(MOST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures, 16));
      await sleep(clock, random.next() * most, signal);
    }
    this.#change("closed");
  }

  /** Lives through one connection. @returns how long it was there, in ms */
  async #connectOnce(): Promise<number> {
    const { clock } = this.#options;
    const session = await this.#connect();
    if (session === undefined) return 0;
    const since = clock.monotonic();
    const over = new Promise<void>((resolve) => session.signal.addEventListener("abort", () => resolve()));
    this.#session = session;
    this.#logger.info("connected to the broker");
    this.#change("up");
    for (const user of this.#users) this.#open(user, session);
    if (!session.signal.aborted) await over;
    this.#session = undefined;
    if (!this.#closing.signal.aborted) this.#logger.warn("lost the broker", { error: session.signal.reason });
    this.#change("down");
    return clock.monotonic() - since;
  }

  async #connect(): Promise<Session | undefined> {
    const { clock, name, connect = systemConnect } = this.#options;
    const opening = connect(this.#url, { timeoutMs: PATIENCE_MS, name });
    try {
      const wanted = unlessAborted(opening, this.#closing.signal);
      const model = await within(clock, PATIENCE_MS, wanted, "Connecting to the broker");
      const session = new Session(model, clock);
      model.on("blocked", (reason) => this.#block(session, reason));
      model.on("unblocked", () => this.#unblock(session));
      if (!this.#closing.signal.aborted) return session;
      await session.close();
    } catch (error) {
      // Should it come after all, nobody waits for it any more.
      opening.then(
        (model) => new Session(model, clock).close(),
        () => undefined,
      );
      if (!this.#closing.signal.aborted) this.#logger.warn("cannot reach the broker", { error });
    }
    return undefined;
  }

  #open(user: LinkUser, session: Session): void {
    const { clock } = this.#options;
    within(clock, PATIENCE_MS, user.open(session), "Setting up on the broker").catch((error: unknown) => {
      const { code } = ThroughlineError.from(error, "unavailable");
      // What ended the session otherwise is told as its reason.
      if (session.signal.aborted && code !== "invalid_setting") return;
      this.#logger.error("cannot set up what is needed on the broker", { error });
      session.fail(ThroughlineError.from(error, "unavailable"));
    });
  }

  #block(session: Session, reason: string): void {
    if (session !== this.#session) return;
    this.#logger.warn("the broker takes nothing for now", { reason });
    this.#change("blocked");
  }

  #unblock(session: Session): void {
    if (session !== this.#session) return;
    this.#logger.info("the broker takes messages again");
    this.#change("up");
  }

  #change(state: LinkState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#telemetry.linkChanged(this.#options.name, state);
    for (const listener of this.#listeners) listener();
  }
}
