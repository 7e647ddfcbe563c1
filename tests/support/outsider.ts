import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { type ChannelModel, type ConfirmChannel, connect } from "amqplib";

const EXCHANGE = "agent.events";
/** Messages on their way without a word from the broker. */
const WINDOW = 128;
const RETRY_MS = 100;

export interface Message {
  readonly id: string;
  readonly body: { readonly type: string; readonly [field: string]: unknown };
}

/**
 * An agent that knows the broker and nothing else: it says its messages in order, and after a lost
 * connection everything unconfirmed again, from the first on.
 */
export class Outsider implements AsyncDisposable {
  readonly #url: string;
  /** Sent and not confirmed. */
  readonly #flying = new Set<Message>();
  #waiting: Message[] = [];
  readonly #closing = new AbortController();
  readonly #speaking: Promise<void>;
  #wake: () => void = () => undefined;
  #confirmed = 0;
  #onConfirmed: (() => void)[] = [];

  constructor(url: string) {
    this.#url = url;
    this.#speaking = this.#speak();
  }

  /** Resolves once the broker has all that was said until now. */
  async say(...messages: readonly Message[]): Promise<void> {
    this.#waiting.push(...messages.map((message) => ({ ...message })));
    const all = this.#confirmed + this.#flying.size + this.#waiting.length;
    this.#wake();
    while (this.#confirmed < all) await new Promise<void>((resolve) => this.#onConfirmed.push(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#wake();
    await this.#speaking;
  }

  async #speak(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const connection = await connect(this.#url).catch(() => undefined);
      if (connection === undefined) await delay(RETRY_MS);
      else await this.#speakOver(connection);
    }
  }

  /** Publishes over one connection until it is lost. */
  async #speakOver(connection: ChannelModel): Promise<void> {
    const lost = new AbortController();
    lost.signal.addEventListener("abort", () => this.#wake());
    const lose = (): void => lost.abort();
    connection.on("error", lose);
    connection.on("close", lose);
    const gone = once(connection, "close");
    const channel = await connection.createConfirmChannel().catch(lose);
    channel?.on("error", lose);
    while (channel !== undefined && !lost.signal.aborted && !this.#closing.signal.aborted) {
      const next = this.#flying.size < WINDOW ? this.#waiting.shift() : undefined;
      if (next === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
      else this.#send(channel, next, lost);
    }
    lose();
    this.#waiting = [...this.#flying, ...this.#waiting];
    this.#flying.clear();
    await Promise.race([gone, connection.close()]).catch(() => undefined);
  }

  #send(channel: ConfirmChannel, message: Message, lost: AbortController): void {
    const { id, body } = message;
    this.#flying.add(message);
    const options = { persistent: true, mandatory: true, messageId: id };
    const text = Buffer.from(JSON.stringify(body));
    try {
      channel.publish(EXCHANGE, body.type, text, options, (error: unknown) => {
        if (lost.signal.aborted) return;
        if (error !== null) return lost.abort();
        this.#flying.delete(message);
        this.#confirmed += 1;
        for (const resolve of this.#onConfirmed.splice(0)) resolve();
        this.#wake();
      });
    } catch {
      lost.abort();
    }
  }
}
