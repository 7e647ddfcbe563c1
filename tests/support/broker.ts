import { once } from "node:events";
import { systemClock, systemRandom, type Reception, type Report } from "@throughline/gateway";
import { silentLogger } from "@throughline/protocol";
import { type BridgeOptions, BrokerLink, type LinkOptions, type LinkState, RabbitBridge } from "@throughline/rabbitmq";
import { connect, type ChannelModel, type ConsumeMessage, type Options } from "amqplib";
import type { RabbitNode } from "./rabbitmq-node.ts";

/** What is common to everything that speaks to a broker in tests. */
export const world = { clock: systemClock, random: systemRandom, logger: silentLogger };

/** A link that goes with the test. */
export class TestLink extends BrokerLink implements AsyncDisposable {
  constructor(url: string, options: Partial<LinkOptions> = {}) {
    super({ ...world, url, name: "test", ...options });
  }

  async until(state: LinkState): Promise<void> {
    await until(
      () => this.state === state,
      (listener) => this.onState(listener),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** A bridge whose gateway is a function. */
export class TestBridge extends RabbitBridge implements AsyncDisposable {
  readonly reports: Report[] = [];

  constructor(link: BrokerLink, take: (report: Report) => Promise<Reception>, options: Partial<BridgeOptions> = {}) {
    super({ ...world, link, incoming: link, ...options });
    this.start((report) => {
      this.reports.push(report);
      return take(report);
    });
  }

  async untilReachable(reachable = true): Promise<void> {
    await until(
      () => this.reachable === reachable,
      (listener) => this.onReachable(listener),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Resolves once the condition holds, looking whenever it may have changed. */
async function until(holds: () => boolean, listen: (listener: () => void) => () => void): Promise<void> {
  while (!holds()) {
    await new Promise<void>((resolve) => {
      const stop = listen(() => {
        stop();
        resolve();
      });
    });
  }
}

/** Somebody else on the broker, who knows nothing but AMQP. */
export class Stranger implements AsyncDisposable {
  readonly #connection: ChannelModel;

  private constructor(connection: ChannelModel) {
    this.#connection = connection;
    // A broker that is killed in the test takes the stranger's connection with it.
    connection.on("error", () => undefined);
  }

  static async at(url: string): Promise<Stranger> {
    return new Stranger(await connect(url));
  }

  /** Declares the exchanges, as whoever comes first does. */
  async exchanges(): Promise<void> {
    const channel = await this.#connection.createChannel();
    await channel.assertExchange("agent.events", "topic", { durable: true });
    await channel.assertExchange("agent.requests", "topic", { durable: true });
    await channel.assertExchange("agent.control", "fanout", { durable: true });
    await channel.close();
  }

  /** Resolves once a worker of the agent's takes requests. */
  untilAsked(agent: string): Promise<void> {
    return this.untilConsumers(`agent.requests.${agent}`, (count) => count > 0);
  }

  /** Resolves once the queue is there and so many consume it. */
  async untilConsumers(queue: string, wanted: (count: number) => boolean): Promise<void> {
    for (;;) {
      const channel = await this.#connection.createChannel();
      channel.on("error", () => undefined);
      const found = await channel.checkQueue(queue).catch(() => undefined);
      if (found === undefined) continue;
      await channel.close();
      if (wanted(found.consumerCount)) return;
    }
  }

  /** Asks workers for something, as the gateway does. */
  ask(message: { readonly type: string }): Promise<void> {
    return this.#publish("agent.requests", message.type, JSON.stringify(message));
  }

  /** Tells workers about a run. */
  tell(message: { readonly type: string }): Promise<void> {
    return this.#publish("agent.control", "", JSON.stringify(message));
  }

  /** Publishes what an agent says, confirmed. */
  async say(
    message: { readonly type: string; readonly [key: string]: unknown } | string | Buffer,
    options: Options.Publish = {},
  ): Promise<void> {
    if (typeof message === "string" || Buffer.isBuffer(message))
      return this.#publish("agent.events", "odd", message, options);
    return this.#publish("agent.events", message.type, JSON.stringify(message), options);
  }

  async #publish(exchange: string, key: string, body: string | Buffer, options: Options.Publish = {}): Promise<void> {
    const channel = await this.#connection.createConfirmChannel();
    const bytes = typeof body === "string" ? Buffer.from(body) : body;
    channel.publish(exchange, key, bytes, { persistent: true, ...options });
    await channel.waitForConfirms();
    await channel.close();
  }

  /** Everything that comes to a queue, acknowledged as it comes. */
  async listen(
    queue: string,
    bind?: { readonly exchange: string; readonly key: string },
    wanted: (message: ConsumeMessage) => boolean = () => true,
  ): Promise<Inbox> {
    const channel = await this.#connection.createChannel();
    if (bind !== undefined) {
      await channel.assertQueue(queue, { durable: true });
      await channel.bindQueue(queue, bind.exchange, bind.key);
    }
    const inbox = new Inbox();
    await channel.consume(queue, (message) => message !== null && wanted(message) && inbox.put(message), {
      noAck: true,
    });
    return inbox;
  }

  async count(queue: string): Promise<number> {
    const channel = await this.#connection.createChannel();
    const { messageCount } = await channel.checkQueue(queue);
    await channel.close();
    return messageCount;
  }

  /** Binds a queue to all that an exchange gets, or takes that away. */
  async bind(how: "bindQueue" | "unbindQueue", queue: string, exchange: string): Promise<void> {
    const channel = await this.#connection.createChannel();
    await channel[how](queue, exchange, "#");
    await channel.close();
  }

  async delete(queue: string): Promise<void> {
    const channel = await this.#connection.createChannel();
    await channel.deleteQueue(queue);
    await channel.close();
  }

  async declare(
    queue: string,
    options: Options.AssertQueue,
    bind?: { readonly exchange: string; readonly key: string },
  ): Promise<void> {
    const channel = await this.#connection.createChannel();
    await channel.assertQueue(queue, options);
    if (bind !== undefined) await channel.bindQueue(queue, bind.exchange, bind.key);
    await channel.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The library's promise stays open where the broker goes away while it closes.
    const gone = once(this.#connection, "close");
    await Promise.race([gone, this.#connection.close()]).catch(() => undefined);
  }
}

/** Whether it says more than that its worker lives. */
export function isWord({ fields }: ConsumeMessage): boolean {
  return fields.routingKey !== "agent.heartbeat";
}

/** What came to a queue, in order. */
export class Inbox {
  readonly messages: ConsumeMessage[] = [];
  #wake: (() => void)[] = [];

  put(message: ConsumeMessage): void {
    this.messages.push(message);
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** Those that are JSON. */
  get bodies(): any[] {
    return this.messages.flatMap(({ content }) => {
      const text = content.toString();
      return text.startsWith('{"') ? [JSON.parse(text) as unknown] : [];
    });
  }

  /** Resolves once `holds`, looked at with each message. */
  async until(holds: (bodies: any[]) => boolean): Promise<any[]> {
    while (!holds(this.bodies)) await new Promise<void>((resolve) => this.#wake.push(resolve));
    return this.bodies;
  }
}

/** Cuts every connection whose client is ours. */
export async function closeConnections(node: RabbitNode): Promise<void> {
  const list = await node.control("list_connections", "pid", "client_properties");
  for (const line of list.split("\n").filter((text) => text.includes("connection_name"))) {
    await node.control("close_connection", line.split("\t")[0] as string, "cut by the test");
  }
}
