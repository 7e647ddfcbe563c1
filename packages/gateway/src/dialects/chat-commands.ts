import {
  type ChatTurn,
  type Command,
  type Decoded,
  type DialectContext,
  type ErrorCode,
  type JsonObject,
  type Outcome,
  parseJsonObject,
} from "@throughline/protocol";
import { iso, isObject } from "./frames.ts";

/** What a chat's client may say, and how it is told that something went wrong. */

const SESSION_THREAD = "chat:";
const MAX_HISTORY = 200;
const ROLES: ReadonlySet<unknown> = new Set(["user", "assistant", "system"]);

/** A chat session is the thread `chat:{session_id}`; a chat about any other thread goes by its id. */
export function sessionOf({ threadId }: Pick<DialectContext, "threadId">): string {
  return threadId.startsWith(SESSION_THREAD) ? threadId.slice(SESSION_THREAD.length) : threadId;
}

export function decode(text: string, context: DialectContext, now: number): Decoded {
  const parsed = parseJsonObject(text);
  if (!parsed.ok) return refuse(parsed.code, parsed.message, now);
  const frame = parsed.value;
  const data = isObject(frame["data"]) ? frame["data"] : {};
  const id = typeof frame["id"] === "string" ? { id: frame["id"] } : {};
  switch (frame["type"]) {
    case "ping":
      return { commands: [], replies: [{ type: "pong" }] };
    case "pong":
      return { commands: [], replies: [] };
    case "message":
      return decodeMessage(data, id, context, now);
    case "cancel":
      return command({ type: "cancel", ...id, ...runId(data) });
    case "answer":
      return decodeAnswer(data, id, now);
    default:
      return refuse("invalid_frame", `Unknown frame type ${JSON.stringify(frame["type"] ?? null).slice(0, 80)}.`, now);
  }
}

function decodeMessage(data: JsonObject, id: { id?: string }, context: DialectContext, now: number): Decoded {
  const { content, session_id: session, message_history: history, context: more } = data;
  if (typeof content !== "string") return refuse("invalid_input", '"data.content" must be a string.', now);
  if (content.trim() === "") return refuse("empty_message", "Empty message", now);
  if (session !== undefined && session !== null && session !== sessionOf(context)) {
    return refuse("invalid_input", '"data.session_id" is not the session of this connection.', now);
  }
  if (more !== undefined && more !== null && !isObject(more)) {
    return refuse("invalid_input", '"data.context" must be an object.', now);
  }
  const turns = history === undefined || history === null ? [] : readHistory(history);
  if (turns === undefined) {
    const message = `"data.message_history" must hold at most ${MAX_HISTORY} messages with \`role\` and \`content\`.`;
    return refuse("invalid_input", message, now);
  }
  const input = { text: content, ...(isObject(more) ? { context: more } : {}) };
  return command({ type: "start", ...id, ...runId(data), input, ...(turns.length === 0 ? {} : { history: turns }) });
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

function decodeAnswer(data: JsonObject, id: { id?: string }, now: number): Decoded {
  const { question_id: interruptId, answer } = data;
  if (typeof interruptId !== "string") return refuse("invalid_input", '"data.question_id" must be a string.', now);
  if (answer === undefined) return refuse("invalid_input", '"data.answer" is missing.', now);
  return command({ type: "answer", ...id, interruptId, answer });
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

function refuse(code: ErrorCode, message: string, now: number): Decoded {
  return { commands: [], replies: [errorFrame(code, message, now)] };
}

function command(given: Command): Decoded {
  return { commands: [given], replies: [] };
}

function runId(data: JsonObject): { runId?: string } {
  return typeof data["run_id"] === "string" ? { runId: data["run_id"] } : {};
}
