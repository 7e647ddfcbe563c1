/** What the page shows of `/openapi.json` and `/asyncapi.json`: their tables of contents, not all they say. */

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly { readonly name: string; readonly place: string; readonly note: string }[];
  /** Names of the schemas of the body, as far as they have one. */
  readonly body: string | null;
  readonly answers: readonly { readonly status: string; readonly note: string; readonly schema: string | null }[];
}

export interface Channel {
  readonly name: string;
  readonly title: string;
  readonly address: string;
  readonly description: string;
  readonly messages: readonly Message[];
}

export interface Message {
  readonly key: string;
  /** What tells it apart on the wire. */
  readonly type: string;
  readonly sentBy: "client" | "server";
  /** The names of its fields; those that may be absent end in `?`. */
  readonly fields: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

const METHODS = ["get", "post", "put", "patch", "delete"];

export function operationsOf(document: unknown): readonly Operation[] {
  return Object.entries(objectAt(document, "paths")).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = (item as Json)[method];
      return operation === undefined ? [] : [operationOf(method, path, operation as Json)];
    }),
  );
}

function operationOf(method: string, path: string, operation: Json): Operation {
  const parameters = (operation["parameters"] as readonly Json[] | undefined) ?? [];
  return {
    method: method.toUpperCase(),
    path,
    summary: textOf(operation["summary"]),
    description: textOf(operation["description"]),
    parameters: parameters.map((parameter) => ({
      name: textOf(parameter["name"]),
      place: textOf(parameter["in"]),
      note: textOf(parameter["description"]) || textOf(objectAt(parameter, "schema")["description"]),
    })),
    body: schemaName(operation["requestBody"]),
    answers: Object.entries(objectAt(operation, "responses")).map(([status, answer]) => ({
      status,
      note: textOf((answer as Json)["description"]),
      schema: schemaName(answer),
    })),
  };
}

/** The name of the schema of a body's JSON; null where it has none of its own. */
function schemaName(body: unknown): string | null {
  const content = objectAt(body, "content");
  const reference = objectAt(content["application/json"], "schema")["$ref"];
  return typeof reference === "string" ? (reference.split("/").at(-1) ?? null) : null;
}

export function channelsOf(document: unknown): readonly Channel[] {
  return Object.entries(objectAt(document, "channels")).map(([name, channel]) => ({
    name,
    title: textOf((channel as Json)["title"]) || name,
    address: exchangeOf(channel) || textOf((channel as Json)["address"]),
    description: textOf((channel as Json)["description"]),
    messages: Object.entries(objectAt(channel, "messages")).map(([key, message]) => messageOf(name, key, message)),
  }));
}

/** The broker's exchange that a channel stands for; empty for an address of the server's own. */
function exchangeOf(channel: unknown): string {
  const { amqp } = objectAt(channel, "bindings");
  return textOf(objectAt(amqp, "exchange")["name"]);
}

function messageOf(channel: string, key: string, message: unknown): Message {
  const payload = objectAt(message, "payload");
  const required = (payload["required"] as readonly string[] | undefined) ?? [];
  return {
    key,
    type: textOf((message as Json)["name"]),
    sentBy: key.startsWith(`${channel}.client.`) ? "client" : "server",
    fields: Object.keys(objectAt(payload, "properties")).map((name) => (required.includes(name) ? name : `${name}?`)),
  };
}

/** The addresses by what they are about: the first word behind `/api/v1`. */
export function groupsOf(operations: readonly Operation[]): readonly (readonly [string, readonly Operation[]])[] {
  const groups = new Map<string, Operation[]>();
  for (const operation of operations) {
    const group = /^\/api\/v1\/([^/]+)/.exec(operation.path)?.[1] ?? "server";
    groups.set(group, [...(groups.get(group) ?? []), operation]);
  }
  return [...groups];
}

function objectAt(value: unknown, key: string): Json {
  const found = typeof value === "object" && value !== null ? (value as Json)[key] : undefined;
  return typeof found === "object" && found !== null ? (found as Json) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
