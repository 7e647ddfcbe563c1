import { setTimeout as delay } from "node:timers/promises";
import { type Channel, type ConfirmChannel, connect } from "amqplib";

export type Message = { readonly type: string; readonly runId: string; readonly [field: string]: unknown };

/** What a worker hears of. */
export interface Handlers {
  /** Resolves when there is room for another run; until then requests stay in the queue, for other workers too. */
  room(): Promise<void>;
  /** A request.start or request.feedback for this agent, once for each run id. */
  onRequest(message: Message): void;
  /** Work on a run is to stop (`cancel`), to hold (`pause`) or to go on (`resume`). */
  onControl(message: Message): void;
}

/** Said and not yet confirmed by the broker. */
interface Waiting {
  readonly id: string;
  readonly body: Message;
  readonly confirmed: () => void;
}

/** Run ids that are remembered, so that a request which comes twice, or too late, starts nothing. */
const MOST_REMEMBERED = 1_000;
/** How long between two tries to say what no queue takes, in ms. */
const RETURNED_MS = 1_000;

/** One agent's way to the broker: it outlives connections, keeps the order, and loses nothing that was said. */
export class Broker {
  readonly #url: string;
  readonly #agent: string;
  readonly #handlers: Handlers;
  readonly #outbox: Waiting[] = [];
  readonly #seen = new Set<string>();
  readonly #stop = new AbortController();
  #channel: ConfirmChannel | undefined;
  #wake: () => void = () => {};

  constructor(url: string, agent: string, handlers: Handlers) {
    this.#url = url;
    this.#agent = agent;
    this.#handlers = handlers;
  }

  /** Serves until `close`, over one connection after the other. */
  async serve(): Promise<void> {
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      try {
        await using connection = await open(this.#url);
        const channel = await connection.createConfirmChannel();
        const lost = new Promise<void>((resolve) => channel.once("close", () => resolve(this.#lose(channel))));
        await this.#consume(channel);
        console.log(`${this.#agent} takes requests`);
        failures = 0;
        await Promise.race([this.#publishAll(channel), lost]);
      } catch (error) {
        console.error(`no broker: ${error instanceof Error ? error.message : String(error)}`);
      }
      if (this.#channel !== undefined) this.#lose(this.#channel);
      // Full jitter, so that all workers do not come back at one moment.
      const wait = Math.random() * Math.min(10_000, 200 * 2 ** failures++);
      await delay(wait, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  /**
   * Says something, and resolves once the broker keeps it. Across a restart of the broker it is said again:
   * the id names the message, and a message is applied once.
   */
  say(id: string, body: Message): Promise<void> {
    return new Promise((confirmed) => {
      this.#outbox.push({ id, body, confirmed });
      this.#wake();
    });
  }

  /** Renews a run's lease. Worth nothing later, so it is not kept. */
  beat(body: Message): void {
    this.#channel?.publish("agent.events", body.type, encode(body), { contentType: "application/json" });
  }

  close(): void {
    this.#stop.abort();
    this.#wake();
  }

  async #consume(channel: ConfirmChannel): Promise<void> {
    channel.on("error", (error) => console.error(`channel: ${error.message}`));
    channel.on("return", ({ fields }) => console.error(`no queue takes ${fields.routingKey}: is a gateway set up?`));
    await channel.assertExchange("agent.events", "topic", { durable: true });
    await channel.assertExchange("agent.requests", "topic", { durable: true });
    await channel.assertExchange("agent.control", "fanout", { durable: true });
    // The workers of one agent share this queue: a request goes to one of them.
    const requests = await channel.assertQueue(`agent.requests.${this.#agent}`, { durable: true });
    await channel.bindQueue(requests.queue, "agent.requests", "request.*");
    // What is told to all comes in a queue of one's own.
    const control = await channel.assertQueue("", { exclusive: true, durable: false, autoDelete: true });
    await channel.bindQueue(control.queue, "agent.control", "");
    await channel.prefetch(1);
    this.#channel = channel;
    // A queue that somebody has deleted is declared anew with the next connection.
    const taken = (): void => void channel.close().catch(() => {});
    const onControl = (notice: Message): void => {
      // A cancel may come before its request.
      if (notice.type === "cancel") this.#remember(notice.runId);
      this.#handlers.onControl(notice);
    };
    await channel.consume(control.queue, (got) => (got === null ? taken() : withMessage(got.content, onControl)), {
      noAck: true,
    });
    await channel.consume(requests.queue, (got) => {
      if (got === null) return taken();
      const take = async (): Promise<void> => {
        await this.#handlers.room();
        // Lost meanwhile: the broker gives the request to somebody else, or here once more.
        if (this.#channel !== channel) return;
        // Acknowledged before it is worked on: from here on the run's lease tells whether we live, not the queue.
        (channel as Channel).ack(got);
        // Once the broker has answered anything behind it, no other worker is given the request as well.
        await channel.prefetch(1);
        withMessage(got.content, (message) => this.#take(message));
      };
      take().catch((error: Error) => console.error(`a request was not taken: ${error.message}`));
    });
  }

  /** Whoever still publishes for the lost channel ends here, before the next one begins. */
  #lose(channel: Channel): void {
    if (this.#channel !== channel) return;
    this.#channel = undefined;
    this.#wake();
  }

  /** The queue has the requests of all agents, and may bring one twice. */
  #take(message: Message): void {
    if (message["agent"] !== this.#agent || this.#seen.has(message.runId)) return;
    this.#remember(message.runId);
    this.#handlers.onRequest(message);
  }

  #remember(runId: string): void {
    this.#seen.add(runId);
    const [oldest = ""] = this.#seen;
    if (this.#seen.size > MOST_REMEMBERED) this.#seen.delete(oldest);
  }

  /** Publishes what is said, each after the one before it is confirmed: that keeps the order. */
  async #publishAll(channel: ConfirmChannel): Promise<void> {
    while (this.#channel === channel && !this.#stop.signal.aborted) {
      const [next] = this.#outbox;
      if (next === undefined) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      if (!(await published(channel, next))) {
        // Nothing is said over a gap: it is tried again.
        await delay(RETURNED_MS, undefined, { signal: this.#stop.signal }).catch(() => {});
        continue;
      }
      this.#outbox.shift();
      next.confirmed();
    }
  }
}

/** @returns whether a queue has taken it: the broker returns what none takes, and then confirms that too */
function published(channel: ConfirmChannel, { id, body }: Waiting): Promise<boolean> {
  const options = { messageId: id, persistent: true, mandatory: true, contentType: "application/json" };
  return new Promise((resolve, reject) => {
    let taken = true;
    const onReturn = (): void => void (taken = false);
    const onConfirm = (error: unknown): void => {
      channel.off("return", onReturn);
      if (error) reject(error);
      else resolve(taken);
    };
    channel.on("return", onReturn);
    channel.publish("agent.events", body.type, encode(body), options, onConfirm);
  });
}

/** A connection that closes with its block. */
async function open(url: string) {
  const connection = await connect(url, { timeout: 5_000 });
  connection.on("error", (error: Error) => console.error(`connection: ${error.message}`));
  const close = (): Promise<void> => connection.close().catch(() => {});
  return Object.assign(connection, { [Symbol.asyncDispose]: close });
}

function encode(body: Message): Buffer {
  return Buffer.from(JSON.stringify(body));
}

function withMessage(content: Buffer, use: (message: Message) => void): void {
  try {
    use(JSON.parse(content.toString()) as Message);
  } catch (error) {
    console.error("a message was passed over:", error);
  }
}
