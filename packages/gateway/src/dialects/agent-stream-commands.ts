import type { Command, Decoded, DialectContext, ErrorCode, JsonObject, Outcome } from "@throughline/protocol";
import { type Read, readContext, readText } from "./client-frames.ts";
import { type Conversation, decodeTalk, type Speech } from "./conversation.ts";
import { iso } from "./frames.ts";

/** What a client of an agent's stream may say, and how it is told what came of it. */

const TALK: Conversation = { body: "payload", speech: "chat", readSpeech, errorFrame };

export function decode(text: string, context: DialectContext, now: number): Decoded {
  return decodeTalk(TALK, text, context, now);
}

function readSpeech(payload: JsonObject): Read<Speech> {
  const text = readText(payload["message"], "payload.message");
  if (!text.ok) return text;
  const more = readContext(payload["context"], "payload.context");
  return more.ok ? { ok: true, value: { input: { text: text.value, ...more.value } } } : more;
}

export function acknowledge(
  given: Command,
  outcome: Outcome,
  _context: DialectContext,
  now: number,
): JsonObject | undefined {
  if (given.type === "cancel") return { type: "cancelled", success: outcome.ok, timestamp: iso(now) };
  return outcome.ok ? undefined : errorFrame(outcome.code, outcome.message, now);
}

export function errorFrame(code: ErrorCode, message: string, now: number): JsonObject {
  return { type: "error", message, details: code, timestamp: iso(now) };
}
