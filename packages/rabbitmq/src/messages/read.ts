import { parseJsonObject, type JsonLimits, type JsonObject } from "@throughline/protocol";
import { BrokerAgentMessage, BrokerControlMessage, BrokerRequestMessage } from "@throughline/protocol/schemas";

/**
 * What a message's body may hold (A3). A little less deep than an event's value may be: what it brings
 * stands deeper in the thread's state than in the message.
 */
const LIMITS: JsonLimits = { length: 4 * 1024 * 1024, depth: 56, values: 200_000 };

/** A message, or why it is none, in a sentence. */
export type Read<T> = { readonly ok: true; readonly message: T } | { readonly ok: false; readonly problem: string };

/** The part of a schema that is used here. */
interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export const readAgentMessage = (body: Buffer): Read<BrokerAgentMessage> => read(body, BrokerAgentMessage);
export const readRequestMessage = (body: Buffer): Read<BrokerRequestMessage> => read(body, BrokerRequestMessage);
export const readControlMessage = (body: Buffer): Read<BrokerControlMessage> => read(body, BrokerControlMessage);

function read<T>(body: Buffer, schema: Schema<T>): Read<T> {
  if (body.length > LIMITS.length) {
    return { ok: false, problem: `It has ${body.length} bytes; a message may have ${LIMITS.length}.` };
  }
  const text = textOf(body);
  if (text === undefined) return { ok: false, problem: "Not UTF-8." };
  const json = parseJsonObject(text, LIMITS);
  if (!json.ok) return { ok: false, problem: json.message };
  const parsed = schema.safeParse(withoutNulls(json.value));
  if (parsed.success) return { ok: true, message: parsed.data };
  const [issue] = parsed.error.issues;
  return { ok: false, problem: `${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? "invalid"}` };
}

function textOf(body: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

/** Many producers write null where a field has no value, as in AG-UI's events; only an answer may mean it. */
function withoutNulls({ data, ...rest }: JsonObject): JsonObject {
  const fields = present(rest);
  if (data === undefined || data === null) return fields;
  return { ...fields, data: isObject(data) ? present(data) : data };
}

function present(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key, value]) => value !== null || key === "answer"));
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
