import type { Channel, ChannelModel, ConfirmChannel, Message } from "amqplib";
import { type Clock, ThroughlineError } from "@throughline/protocol";
import { within } from "./time.ts";

/** How long the broker may take for what is asked of it while a connection is set up. */
export const PATIENCE_MS = 15_000;
/** AMQP's code for what is not there. */
const NOT_FOUND = 404;
/** How long a connection may take to close before it is left to its heartbeats. */
const CLOSING_MS = 2_000;

/**
 * One connection's life, from its opening to its first trouble. Whatever goes wrong with it or one of
 * its channels ends it as a whole: there is one way back, a new connection.
 */
export class Session {
  readonly #model: ChannelModel;
  readonly #clock: Clock;
  readonly #ended = new AbortController();
  readonly #channels = new Set<Channel>();

  constructor(model: ChannelModel, clock: Clock) {
    this.#model = model;
    this.#clock = clock;
    // The error comes before the close and says why.
    model.on("error", (error) => this.fail(error));
    model.on("close", (error) => this.fail(error ?? new Error("The connection was closed.")));
  }

  /** Fires when nothing of the session works any more, with the reason. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  channel(): Promise<Channel> {
    return this.#guarded(this.#model.createChannel());
  }

  /** A channel on which the broker confirms what it has taken. */
  confirmChannel(): Promise<ConfirmChannel> {
    return this.#guarded(this.#model.createConfirmChannel());
  }

  /**
   * How many consume a queue; undefined where there is none.
   * @throws what the broker or the network refuses
   */
  async consumersOf(queue: string): Promise<number | undefined> {
    // A channel of its own, and none of the session's: the broker closes it where there is no such queue.
    const channel = await this.#model.createChannel();
    channel.on("error", () => undefined);
    try {
      return (await channel.checkQueue(queue)).consumerCount;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === NOT_FOUND) return undefined;
      throw error;
    } finally {
      void this.#quietly(() => channel.close());
    }
  }

  /** Closes one channel and leaves the rest as it is. Never rejects. */
  async release(channel: Channel): Promise<void> {
    const isOpen = this.#channels.delete(channel) && !this.signal.aborted;
    if (isOpen) await this.#quietly(() => channel.close());
  }

  /**
   * Acknowledges a message that came over one of its channels. What came over one that is gone comes
   * again over the next.
   */
  acknowledge(channel: Channel, message: Message): void {
    if (this.signal.aborted || !this.#channels.has(channel)) return;
    try {
      channel.ack(message);
    } catch (error) {
      this.fail(ThroughlineError.from(error, "unavailable"));
    }
  }

  /** Ends the session: its link connects anew. */
  fail(error: Error): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort(error);
    void this.#quietly(() => this.#model.close());
  }

  /** Ends it in good order; all that was written has been sent. Never rejects. */
  async close(): Promise<void> {
    if (this.#ended.signal.aborted) return;
    // A connection's end overtakes what its channels have yet to send.
    await Promise.all([...this.#channels].map((channel) => this.release(channel)));
    this.#ended.abort(new ThroughlineError("unavailable", "The connection to the broker is closing."));
    await this.#quietly(() => this.#model.close());
  }

  async #guarded<C extends Channel>(opening: Promise<C>): Promise<C> {
    const channel = await within(this.#clock, PATIENCE_MS, opening, "Opening a channel");
    this.#channels.add(channel);
    channel.on("error", (error) => this.fail(error));
    channel.on("close", () => {
      if (this.#channels.has(channel)) this.fail(new Error("The broker closed a channel."));
    });
    return channel;
  }

  /** What is closed already says so by an error, some of it before it makes a promise. */
  async #quietly(close: () => Promise<unknown>): Promise<void> {
    try {
      await within(this.#clock, CLOSING_MS, close(), "Closing");
    } catch {
      // A peer that is silent is found dead by its heartbeats, and the socket closed with it.
    }
  }
}
