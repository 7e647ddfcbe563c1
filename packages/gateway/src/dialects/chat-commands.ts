import {
  type ChatTurn,
  type Command,
  type Decoded,
  type DialectContext,
  type ErrorCode,
  type JsonObject,
  type Outcome,
} from "@throughline/protocol";
import { invalid, type Read, readContext, readText } from "./client-frames.ts";
import { type Conversation, decodeTalk, type Speech } from "./conversation.ts";
import { iso, isObject } from "./frames.ts";

/** What a chat's client may say, and how it is told that something went wrong. */

const SESSION_THREAD = "chat:";
const MAX_HISTORY = 200;
const ROLES: ReadonlySet<unknown> = new Set(["user", "assistant", "system"]);

/** A chat session is the thread `chat:{session_id}`; a chat about any other thread goes by its id. */
export function sessionOf({ threadId }: Pick<DialectContext, "threadId">): string {
  return threadId.startsWith(SESSION_THREAD) ? threadId.slice(SESSION_THREAD.length) : threadId;
}

const TALK: Conversation = { body: "data", speech: "message", readSpeech, errorFrame };

export function decode(text: string, context: DialectContext, now: number): Decoded {
  return decodeTalk(TALK, text, context, now);
}

function readSpeech(data: JsonObject, context: DialectContext): Read<Speech> {
  const { session_id: session, message_history: history } = data;
  const text = readText(data["content"], "data.content");
  if (!text.ok) return text;
  if (session !== undefined && session !== null && session !== sessionOf(context)) {
    return invalid('"data.session_id" is not the session of this connection.');
  }
  const more = readContext(data["context"], "data.context");
  if (!more.ok) return more;
  const turns = history === undefined || history === null ? [] : readHistory(history);
  if (turns === undefined) {
    return invalid(`"data.message_history" must hold at most ${MAX_HISTORY} messages with \`role\` and \`content\`.`);
  }
  const input = { text: text.value, ...more.value };
  return { ok: true, value: { input, ...(turns.length === 0 ? {} : { history: turns }) } };
}

/** The turns of a history, undefined where it is none. */
function readHistory(history: unknown): ChatTurn[] | undefined {
  if (!Array.isArray(history) || history.length > MAX_HISTORY) return undefined;
  const turns: ChatTurn[] = [];
  for (const turn of history as unknown[]) {
    if (!isObject(turn) || !ROLES.has(turn["role"]) || typeof turn["content"] !== "string") return undefined;
    turns.push({ role: turn["role"] as ChatTurn["role"], content: turn["content"] });
  }
  return turns;
}

/** What succeeds shows in the thread: a run's frames, its end. */
export function acknowledge(
  _given: Command,
  outcome: Outcome,
  _context: DialectContext,
  now: number,
): JsonObject | undefined {
  return outcome.ok ? undefined : errorFrame(outcome.code, outcome.message, now);
}

export function errorFrame(code: ErrorCode, message: string, now: number): JsonObject {
  return { type: "error", data: { error: message, code }, timestamp: iso(now) };
}
