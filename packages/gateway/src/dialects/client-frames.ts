import {
  type AnswerCommand,
  type Command,
  type Decoded,
  type ErrorCode,
  type Json,
  type JsonObject,
  parseJsonObject,
} from "@throughline/protocol";
import { isObject } from "./frames.ts";

/**
 * What clients say alike in several protocols. Each names its fields itself; `name` is how a refusal
 * tells the field.
 */

/** Why something cannot be read. */
export interface Unread {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly message: string;
}

/** What a client said, or why it cannot be read. */
export type Read<T> = { readonly ok: true; readonly value: T } | Unread;

/** A frame, and the id under which a repeat of it applies once. */
export interface ClientFrame {
  readonly fields: JsonObject;
  readonly id: { readonly id?: string };
}

export function readFrame(text: string): Read<ClientFrame> {
  const parsed = parseJsonObject(text);
  if (!parsed.ok) return parsed;
  const { id } = parsed.value;
  return { ok: true, value: { fields: parsed.value, id: typeof id === "string" ? { id } : {} } };
}

/** A frame of a type that the protocol does not have. @param what it is called there */
export function unknownType({ type = null }: JsonObject, what = "frame type"): Unread {
  return { ok: false, code: "invalid_frame", message: `Unknown ${what} ${JSON.stringify(type).slice(0, 80)}.` };
}

/** What a person says. */
export function readText(value: Json | undefined, name: string): Read<string> {
  if (typeof value !== "string") return invalid(`"${name}" must be a string.`);
  if (value.trim() === "") return { ok: false, code: "empty_message", message: "Empty message" };
  return { ok: true, value };
}

/** What goes along with it; nothing for null. */
export function readContext(value: Json | undefined, name: string): Read<{ readonly context?: JsonObject }> {
  if (value === undefined || value === null) return { ok: true, value: {} };
  return isObject(value) ? { ok: true, value: { context: value } } : invalid(`"${name}" must be an object.`);
}

/** An answer to a question. @param question its id */
export function readAnswer(
  question: Json | undefined,
  answer: Json | undefined,
  names: { readonly question: string; readonly answer: string },
): Read<AnswerCommand> {
  if (typeof question !== "string") return invalid(`"${names.question}" must be a string.`);
  if (answer === undefined) return invalid(`"${names.answer}" is missing.`);
  return { ok: true, value: { type: "answer", interruptId: question, answer } };
}

/** The run that a frame names; anything but text names none. */
export function runIdIn(value: Json | undefined): { readonly runId?: string } {
  return typeof value === "string" ? { runId: value } : {};
}

/** A frame that asks for one thing. */
export function command(given: Command): Decoded {
  return { commands: [given], replies: [] };
}

/** A frame that is answered at once, and asks for nothing. */
export function reply(answer: JsonObject): Decoded {
  return { commands: [], replies: [answer] };
}

/** A field that is not what it must be. */
export function invalid(message: string): Unread {
  return { ok: false, code: "invalid_input", message };
}
