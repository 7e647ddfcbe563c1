import type { JsonObject } from "@throughline/protocol";
import { EXCHANGES, FRAMES, type FrameSchemas } from "@throughline/protocol/schemas";
import { ABOUT } from "./about.ts";
import { BROKER, exchangeChannel, exchangeOperation } from "./exchange.ts";
import { messagesOf, type Mutable } from "./messages.ts";

/** Query parameters that every WebSocket address of one thread takes. */
const QUERY: Readonly<Record<string, string>> = {
  after: "The position to go on from, SEQ or EPOCH.SEQ; absent = what a late joiner gets.",
  client_id: "Names the client, so that it may come back under it; absent = made by the server.",
};

/**
 * The AsyncAPI 3.0 document of the WebSocket addresses and the broker's exchanges, made of the messages' own
 * schemas: a channel for each, `receive` what clients and agents send and `send` what the server sends.
 * @param server host and scheme, such as "http://127.0.0.1:4400"
 */
export function asyncApiDocument(server: string): JsonObject {
  const { host, protocol } = new URL(server);
  const components = { schemas: {} as Mutable };
  const channels: Mutable = {};
  const operations: Mutable = {};
  for (const [name, frames] of Object.entries(FRAMES)) {
    const fromClient = messagesOf(`${name}.client`, frames.fromClient, components.schemas);
    const fromServer = messagesOf(`${name}.server`, frames.fromServer, components.schemas);
    channels[name] = channelOf(frames, { ...fromClient, ...fromServer });
    operations[`${name}.receive`] = operationOf("receive", name, frames, Object.keys(fromClient));
    operations[`${name}.send`] = operationOf("send", name, frames, Object.keys(fromServer));
  }
  for (const [name, exchange] of Object.entries(EXCHANGES)) {
    const by = exchange.action === "receive" ? "client" : "server";
    const messages = messagesOf(`${name}.${by}`, exchange.messages, components.schemas);
    channels[name] = exchangeChannel(name, exchange, messages);
    operations[`${name}.${exchange.action}`] = exchangeOperation(name, exchange, Object.keys(messages));
  }
  const document = {
    asyncapi: "3.0.0",
    info: { ...ABOUT, tags: [{ name: "websocket" }, { name: "amqp" }] },
    defaultContentType: "application/json",
    servers: { this: { host, protocol: protocol === "https:" ? "wss" : "ws" }, broker: BROKER },
    channels,
    operations,
    components,
  };
  return document as unknown as JsonObject;
}

function channelOf(frames: FrameSchemas, messages: Mutable): Mutable {
  const { address, title, description, query = {}, ofNoThread = frames.over !== undefined } = frames;
  const parameters = [...address.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => [
    name,
    { description: "Names the thread." },
  ]);
  const properties = Object.entries({ ...(ofNoThread ? {} : QUERY), ...query }).map(([name, text]) => [
    name,
    { type: "string", description: text },
  ]);
  return {
    address,
    title,
    description,
    servers: [{ $ref: "#/servers/this" }],
    ...(parameters.length > 0 ? { parameters: Object.fromEntries(parameters) } : {}),
    messages,
    bindings: { ws: { method: "GET", query: { type: "object", properties: Object.fromEntries(properties) } } },
  };
}

function operationOf(action: "send" | "receive", channel: string, frames: FrameSchemas, messages: string[]): Mutable {
  const pointer = `#/channels/${channel}`;
  return {
    action,
    title: action === "send" ? `${frames.title}: what the server sends` : `${frames.title}: what a client may send`,
    channel: { $ref: pointer },
    messages: messages.map((name) => ({ $ref: `${pointer}/messages/${name}` })),
  };
}
