import type { JsonObject } from "@throughline/protocol";
import { FRAMES, type FrameSchemas } from "@throughline/protocol/schemas";
import { z } from "zod";
import { ABOUT } from "./about.ts";

type Mutable = Record<string, unknown>;

/** Query parameters that every WebSocket address of one thread takes. */
const QUERY: Readonly<Record<string, string>> = {
  after: "The position to go on from, SEQ or EPOCH.SEQ; absent = what a late joiner gets.",
  client_id: "Names the client, so that it may come back under it; absent = made by the server.",
};

/**
 * The AsyncAPI 3.0 document of the WebSocket addresses, made of the frames' own schemas: a channel an
 * address, a message a frame, `receive` what clients send and `send` what the server sends.
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
  const document = {
    asyncapi: "3.0.0",
    info: { ...ABOUT, tags: [{ name: "websocket" }] },
    defaultContentType: "application/json",
    servers: { this: { host, protocol: protocol === "https:" ? "wss" : "ws" } },
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

/** A union's frames as messages, named after it and their type; shared parts go to `schemas`. */
function messagesOf(prefix: string, union: z.ZodType, schemas: Mutable): Mutable {
  const converted = z.toJSONSchema(union, { unrepresentable: "any", io: "input" });
  const { $defs = {}, $schema: _, ...schema } = hoisted(converted, `${prefix}.`);
  Object.assign(schemas, Object.fromEntries(Object.entries($defs).map(([name, part]) => [`${prefix}.${name}`, part])));
  const frames = flattened(schema);
  return Object.fromEntries(
    frames.map((payload, index) => {
      const type = typeOf(payload) ?? `frame${index + 1}`;
      return [`${prefix}.${type}`, { name: type, title: type, contentType: "application/json", payload }];
    }),
  );
}

/** The schema with its references pointing to where the document keeps shared parts. */
function hoisted(schema: object, prefix: string): { $defs?: Mutable; $schema?: unknown } {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', `"#/components/schemas/${prefix}`);
  return JSON.parse(text) as { $defs?: Mutable };
}

/** The objects that a union of unions comes down to. */
function flattened(schema: Mutable): Mutable[] {
  const options = (schema["oneOf"] ?? schema["anyOf"]) as Mutable[] | undefined;
  return options === undefined ? [schema] : options.flatMap(flattened);
}

/** What tells the frame apart: its `event_type` where frames have one, else its `type`. */
function typeOf(payload: Mutable): string | undefined {
  const properties = payload["properties"] as Record<string, { const?: unknown }> | undefined;
  const value = properties?.["event_type"]?.const ?? properties?.["type"]?.const;
  return typeof value === "string" ? value : undefined;
}
