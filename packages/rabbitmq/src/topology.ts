import { ThroughlineError } from "@throughline/protocol";
import { CONTROL, EVENTS, EXCHANGES, REQUESTS } from "@throughline/protocol/schemas";
import type { Channel, Options } from "amqplib";

/**
 * Every queue on the broker, and how it and the exchanges are declared. Agents in other languages declare the same; a
 * declaration that differs from what is there is refused by the broker.
 */

/** What agents said, for the gateway. One consumer at a time, so that its order holds across gateways. */
export const PROGRESS = "websocket.progress";
/** What could not be understood, with the reason in the headers. Nobody consumes it but people. */
export const DEAD = "websocket.progress.dead";

/** The queue of an agent's requests; several workers of one agent share it. */
export function requestQueue(agent: string): string {
  return `${REQUESTS}.${agent}`;
}

/**
 * What both sides need: whoever comes first makes it.
 * @throws invalid_setting when an exchange is there with another type or other arguments
 */
export async function declareExchanges(channel: Channel): Promise<void> {
  for (const [name, { type }] of Object.entries(EXCHANGES)) {
    await declared(`an exchange "${name}"`, () => channel.assertExchange(name, type, { durable: true }));
  }
}

/**
 * What the gateway consumes, and where it puts what it cannot understand.
 * @throws invalid_setting when a queue is there with other arguments
 */
export async function declareProgress(channel: Channel): Promise<void> {
  await declareExchanges(channel);
  const single = { "x-single-active-consumer": true };
  await declareQueue(channel, PROGRESS, { durable: true, arguments: single });
  await declareQueue(channel, DEAD, { durable: true });
  await channel.bindQueue(PROGRESS, EVENTS, "#");
}

/**
 * A worker's queue of requests.
 * @returns its name
 * @throws invalid_setting when the queue is there with other arguments
 */
export async function declareRequests(channel: Channel, agent: string): Promise<string> {
  await declareExchanges(channel);
  const queue = requestQueue(agent);
  await declareQueue(channel, queue, { durable: true });
  await channel.bindQueue(queue, REQUESTS, "request.*");
  return queue;
}

/** A worker's own queue of what the gateway tells; it goes with the connection. @returns its name */
export async function declareControl(channel: Channel): Promise<string> {
  await declareExchanges(channel);
  const { queue } = await channel.assertQueue("", { exclusive: true, autoDelete: true, durable: false });
  await channel.bindQueue(queue, CONTROL, "");
  return queue;
}

function declareQueue(channel: Channel, queue: string, options: Options.AssertQueue): Promise<void> {
  return declared(`a queue "${queue}"`, () => channel.assertQueue(queue, options));
}

/** AMQP's code for a declaration that differs from what is there. */
const PRECONDITION_FAILED = 406;

async function declared(what: string, declare: () => Promise<unknown>): Promise<void> {
  try {
    await declare();
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === PRECONDITION_FAILED)) throw cause;
    throw new ThroughlineError(
      "invalid_setting",
      `The broker has ${what} of another kind than it must be (${cause.message}). Delete it once it is empty ` +
        "and nobody needs it as it is: it is declared anew with the next connection.",
      { cause },
    );
  }
}
