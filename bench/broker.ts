/**
 * Through a broker: how many messages of an agent elsewhere a gateway takes per second, from their
 * publication, confirmed by RabbitMQ, over the durable log (`full`) to a client's WebSocket. Beside it,
 * in the same run on the same broker, what a bare consumer takes that only acknowledges.
 *
 *     node --conditions=@throughline/source bench/broker.ts
 */
import { connect, type ConfirmChannel } from "amqplib";
import { noBroker, RabbitNode } from "../tests/support/rabbitmq-node.ts";
import type { Consumed } from "./broker/consumer.ts";
import type { Brokered } from "./broker/server.ts";
import { type Child, startChild } from "./lib/child.ts";
import { machine } from "./lib/machine.ts";
import type { Metered } from "./lib/meter.ts";
import { openSocket } from "./lib/socket-client.ts";
import { inScratch } from "./lib/stores.ts";

const MESSAGES = 20_000;
/** Messages on their way to the broker without its confirmation, and from it without an acknowledgement. */
const WINDOW = 256;
const REQUEST = "bench";
const RUN = "bench-run";
/** The gateway's part of what the bare consumer reaches. */
const LEAST_RATIO = 0.25;

/** One token of a text, as an agent elsewhere says it. */
function token(n: number): object {
  const event = { type: "TEXT_MESSAGE_CONTENT", messageId: "m", delta: `t${n} ` };
  return { type: "agent.event", requestId: REQUEST, runId: RUN, agent: "bench", data: { event } };
}

function say(channel: ConfirmChannel, id: string, message: object): Promise<void> {
  const { type } = message as { readonly type: string };
  return new Promise((resolve, reject) => {
    const options = { persistent: true, messageId: id };
    channel.publish("agent.events", type, Buffer.from(JSON.stringify(message)), options, (error: unknown) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

/** Publishes all, a window of them at once. */
async function publish(channel: ConfirmChannel): Promise<void> {
  let next = 0;
  const speak = async (): Promise<void> => {
    while (next < MESSAGES) {
      const n = next++;
      await say(channel, `${RUN}:${n}`, token(n));
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, speak));
}

async function openChannel(broker: string) {
  const model = await connect(broker);
  const channel = await model.createConfirmChannel();
  await channel.assertExchange("agent.events", "topic", { durable: true });
  return { channel, close: () => model.close() };
}

/** Messages a second that a bare consumer takes. */
async function bare(broker: string): Promise<number> {
  const { channel, close } = await openChannel(broker);
  const queue = "bench.bare";
  await channel.assertQueue(queue, { durable: true });
  await channel.bindQueue(queue, "agent.events", "#");
  const task: Consumed = { broker, queue, prefetch: WINDOW, messages: MESSAGES };
  const consumer = startChild("broker/consumer.ts", task);
  await consumer.ask("ready");
  const begun = performance.now();
  await Promise.all([publish(channel), consumer.ask("taken")]);
  const perSecond = (MESSAGES / (performance.now() - begun)) * 1_000;
  await consumer.ask("close");
  await consumer.stop();
  await channel.deleteQueue(queue);
  await close();
  return perSecond;
}

/** Messages a second that come to a client through the gateway, and what that costs it. */
async function through(
  broker: string,
  folder: string,
): Promise<{ readonly perSecond: number; readonly cost: Metered }> {
  const { channel, close } = await openChannel(broker);
  await channel.assertQueue("agent.requests.bench", { durable: true });
  await channel.assertExchange("agent.requests", "topic", { durable: true });
  await channel.bindQueue("agent.requests.bench", "agent.requests", "request.*");
  const task: Brokered = { folder, broker };
  const gateway = startChild("broker/server.ts", task);
  const port = await gateway.ask<number>("port");
  await startRun(port);
  await say(channel, `${RUN}:start`, {
    type: "agent.event",
    requestId: REQUEST,
    runId: RUN,
    data: { event: { type: "TEXT_MESSAGE_START", messageId: "m", role: "assistant" } },
  });
  const seen = await watch(port);
  await gateway.ask("measure");
  const begun = performance.now();
  await Promise.all([publish(channel), seen.all]);
  const perSecond = (MESSAGES / (performance.now() - begun)) * 1_000;
  const cost = await gateway.ask<Metered>("measured");
  await end(gateway);
  seen.close();
  await close();
  return { perSecond, cost };
}

async function startRun(port: number): Promise<void> {
  const body = JSON.stringify({ agent: "bench", input: "Go.", run_id: RUN });
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/threads/request:${REQUEST}/runs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    if (response.status === 202) return;
    // Until the gateway has found its broker.
    if (response.status !== 503) throw new Error(await response.text());
  }
}

/** Follows the run over the agent stream. @returns `all` resolves with the last token; throws when one is out of order */
async function watch(port: number) {
  const all = Promise.withResolvers<void>();
  let next = 0;
  const socket = await openSocket(port, `/ws/stream?thread_id=request:${REQUEST}`, (bytes, start, end) => {
    const frame = JSON.parse(bytes.toString("utf8", start, end)) as { readonly type: string; readonly delta?: string };
    if (frame.type !== "token") return;
    if (frame.delta !== `t${next} `) all.reject(new Error(`${frame.delta} came as token ${next}`));
    next += 1;
    if (next === MESSAGES) all.resolve();
  });
  return { all: all.promise, close: () => socket.close() };
}

async function end(gateway: Child): Promise<void> {
  await gateway.ask("close");
  await gateway.stop();
}

if (noBroker === undefined) {
  await using node = await RabbitNode.start();
  console.log(`${MESSAGES.toLocaleString("en")} messages of one run, ${WINDOW} unconfirmed; ${machine()}`);
  const before = await bare(node.url);
  const { perSecond, cost } = await inScratch((folder) => through(node.url, folder));
  const after = await bare(node.url);
  const ratio = perSecond / ((before + after) / 2);
  const cell = (value: number): string => Math.round(value).toLocaleString("en").padStart(8);
  console.log(`  bare consumer        ${cell(before)} messages/s, afterwards ${cell(after).trim()}`);
  console.log(`  through the gateway  ${cell(perSecond)} messages/s, ${cost.cores.toFixed(2)} cores`);
  console.log(`  ratio ${ratio.toFixed(2)}, at least ${LEAST_RATIO}`);
  process.exitCode = ratio >= LEAST_RATIO ? 0 : 1;
} else {
  console.log(`skipped: ${noBroker}`);
}
