import type { ExchangeSchemas } from "@throughline/protocol/schemas";
import type { Mutable } from "./messages.ts";

/** The broker's part of the AsyncAPI document, with the bindings of AMQP 0.9.1. */

const bindingVersion = "0.3.0";

/** The server that the exchanges are on; where it is, this one need not know. */
export const BROKER: Mutable = {
  host: "{broker}",
  protocol: "amqp",
  protocolVersion: "0.9.1",
  description: "RabbitMQ, where THROUGHLINE_RABBITMQ_URL is set.",
  variables: { broker: { default: "localhost:5672", description: "Host and port of the broker." } },
};

export function exchangeChannel(
  name: string,
  { type, title, description }: ExchangeSchemas,
  messages: Readonly<Record<string, unknown>>,
): Mutable {
  const exchange = { name, type, durable: true, autoDelete: false };
  return {
    // Where messages are routed by a key, it is their type; else there is none.
    address: type === "topic" ? "{type}" : null,
    title,
    description,
    servers: [{ $ref: "#/servers/broker" }],
    ...(type === "topic" ? { parameters: { type: { description: "The message's type." } } } : {}),
    messages: Object.fromEntries(Object.entries(messages).map(([id, message]) => [id, typed(message as Mutable)])),
    bindings: { amqp: { is: "routingKey", exchange, bindingVersion } },
  };
}

export function exchangeOperation(
  name: string,
  { action, title }: ExchangeSchemas,
  messages: readonly string[],
): Mutable {
  const pointer = `#/channels/${name}`;
  const amqp = action === "receive" ? { ack: true } : { deliveryMode: 2 };
  return {
    action,
    title,
    channel: { $ref: pointer },
    messages: messages.map((id) => ({ $ref: `${pointer}/messages/${id}` })),
    bindings: { amqp: { ...amqp, bindingVersion } },
  };
}

function typed(message: Mutable): Mutable {
  return { ...message, bindings: { amqp: { messageType: message["name"], bindingVersion } } };
}
