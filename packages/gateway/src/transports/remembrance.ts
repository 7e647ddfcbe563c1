import type { Clock, Logger, Timer } from "@throughline/protocol";
import type { Sink } from "../delivery/sink.ts";
import type { Subscription } from "../delivery/subscription.ts";
import type { Thread } from "../threads/thread.ts";
import type { ClientMemory, ClientPlace, Mail } from "./client-memory.ts";

/** How often a client is asked how far it has come. */
const ASK_MS = 1_000;
/** A client that is connected is heard of at least this often, so that its place does not expire. */
const REFRESH_MS = 60 * 60_000;

/**
 * Keeps the place of one connected client that may come back (D1). Its place is what it has
 * acknowledged, by echoing a ping that carries a position; never what was merely sent.
 */
export class Remembrance {
  readonly #memory: ClientMemory;
  readonly #place: ClientPlace;
  readonly #sink: Sink;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #thread: Thread | undefined;
  #subscription: Subscription | undefined;
  #acknowledged = 0;
  #notedAt = 0;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: {
    readonly memory: ClientMemory;
    readonly place: ClientPlace;
    readonly sink: Sink;
    readonly clock: Clock;
    readonly logger: Logger;
  }) {
    this.#memory = options.memory;
    this.#place = options.place;
    this.#sink = options.sink;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** From now on the client's place is kept. Resolves with what was sent to it while it was away. */
  async begin(thread: Thread, subscription: Subscription): Promise<Mail | undefined> {
    this.#thread = thread;
    this.#subscription = subscription;
    this.#acknowledged = subscription.joinedAt;
    await this.#memory.note(this.#place, { epoch: thread.epoch, seq: this.#acknowledged });
    this.#notedAt = this.#clock.monotonic();
    await this.#memory.prune(this.#place);
    const mail = await this.#memory.collect(this.#place);
    if (!this.#closed) this.#ask();
    return mail;
  }

  /** The client has got everything up to the position that a ping carried. */
  handlePong(payload: string): void {
    const seq = Number(payload);
    // A pong nobody asked for says nothing.
    const sent = this.#subscription?.cursor ?? 0;
    if (this.#closed || !Number.isSafeInteger(seq) || seq <= this.#acknowledged || seq > sent) return;
    this.#acknowledged = seq;
    this.#note();
  }

  /** The client is gone: from here its place is kept for a day. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    if (this.#thread !== undefined) this.#note();
  }

  #ask(): void {
    this.#timer = this.#clock.setTimeout(() => {
      const sent = this.#subscription?.cursor ?? 0;
      if (sent > this.#acknowledged) this.#sink.ping(String(sent));
      if (this.#clock.monotonic() - this.#notedAt >= REFRESH_MS) this.#note();
      this.#ask();
    }, ASK_MS);
  }

  #note(): void {
    if (this.#thread?.deleted !== false) return;
    this.#notedAt = this.#clock.monotonic();
    this.#memory.note(this.#place, { epoch: this.#thread.epoch, seq: this.#acknowledged }).catch((error: unknown) => {
      this.#logger.debug("a client's position was not stored", { clientId: this.#place.clientId, error });
    });
  }
}
