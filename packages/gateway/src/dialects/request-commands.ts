import {
  type Command,
  type Cursor,
  type Decoded,
  type DialectContext,
  type ErrorCode,
  type JsonObject,
  type Outcome,
  parseCursor,
  parseJsonObject,
} from "@throughline/protocol";
import { isObject } from "./frames.ts";

/** What the client of a request may say, and how it is told what came of it. */

const REQUEST_THREAD = "request:";
/** Who says what no agent says. */
const SERVER = "server";

/** A request is the thread `request:{requestId}`; one about any other thread goes by its id. */
export function requestOf({ threadId }: Pick<DialectContext, "threadId">): string {
  return threadId.startsWith(REQUEST_THREAD) ? threadId.slice(REQUEST_THREAD.length) : threadId;
}

export function threadOfRequest(requestId: string): string {
  return REQUEST_THREAD + requestId;
}

/** The one run that starting a request comes to, so that a repeated start attaches to it (R4). */
function runOfRequest(requestId: string): string {
  return `run:${requestId}`;
}

/** @param text a client's event: its payload, with the event's name as its `type` */
export function decode(text: string, context: DialectContext): Decoded {
  const parsed = parseJsonObject(text);
  if (!parsed.ok) return refuse(parsed.code, parsed.message, context);
  const frame = parsed.value;
  const id = typeof frame["id"] === "string" ? { id: frame["id"] } : {};
  switch (frame["type"]) {
    case "start":
      return decodeStart(frame, id, context);
    case "cancel":
      return command({ type: "cancel", ...id, ...runIdIn(frame) });
    case "feedback":
      return decodeFeedback(frame, id, context);
    case "rejoin":
      return decodeRejoin(frame, context);
    default: {
      const type = JSON.stringify(frame["type"] ?? null).slice(0, 80);
      return refuse("invalid_frame", `Unknown event ${type}.`, context);
    }
  }
}

function decodeStart(frame: JsonObject, id: { id?: string }, at: DialectContext): Decoded {
  const { userQuery: text, context } = frame;
  if (typeof text !== "string") return refuse("invalid_input", '"userQuery" must be a string.', at);
  if (text.trim() === "") return refuse("empty_message", "Empty message", at);
  if (context !== undefined && context !== null && !isObject(context)) {
    return refuse("invalid_input", '"context" must be an object.', at);
  }
  const more = isObject(context) ? context : undefined;
  const agent = more?.["agent"];
  if (agent !== undefined && typeof agent !== "string") {
    return refuse("invalid_input", '"context.agent" must be a string.', at);
  }
  const input = { text, ...(more === undefined ? {} : { context: more }) };
  const runId = runOfRequest(requestOf(at));
  const start = { type: "start" as const, ...id, runId, ...(agent === undefined ? {} : { agent }), input };
  return { ...command(start), follow: { view: false } };
}

function decodeFeedback(frame: JsonObject, id: { id?: string }, context: DialectContext): Decoded {
  const { questionId: interruptId, answer } = frame;
  if (typeof interruptId !== "string") return refuse("invalid_input", '"questionId" must be a string.', context);
  if (answer === undefined) return refuse("invalid_input", '"answer" is missing.', context);
  return command({ type: "answer", ...id, interruptId, answer });
}

function decodeRejoin({ lastSeq }: JsonObject, context: DialectContext): Decoded {
  if (lastSeq === undefined || lastSeq === null) return { commands: [], replies: [], follow: { view: true } };
  const cursor = cursorIn(lastSeq);
  if (cursor === undefined) return refuse("invalid_cursor", '"lastSeq" must be SEQ or EPOCH.SEQ.', context);
  return { commands: [], replies: [], follow: { cursor, view: true } };
}

/** A position as a client gives it: a number, or text; undefined where it is neither. */
export function cursorIn(value: unknown): Cursor | undefined {
  return typeof value === "string" || typeof value === "number" ? parseCursor(String(value)) : undefined;
}

/** What the acknowledgement of a client's event says. */
export function acknowledge(_given: Command, outcome: Outcome, context: DialectContext): JsonObject {
  if (!outcome.ok) return { ok: false, code: outcome.code, message: outcome.message };
  const { runId, duplicate } = outcome;
  const run = runId === undefined ? {} : { runId };
  return { ok: true, requestId: requestOf(context), ...run, ...(duplicate === true ? { duplicate } : {}) };
}

export function errorFrame(code: ErrorCode, message: string, context: DialectContext): JsonObject {
  const requestId = requestOf(context);
  return { type: "error", agent: SERVER, ...(requestId === "" ? {} : { requestId }), code, message };
}

function refuse(code: ErrorCode, message: string, context: DialectContext): Decoded {
  return { commands: [], replies: [errorFrame(code, message, context)] };
}

function command(given: Command): Decoded {
  return { commands: [given], replies: [] };
}

function runIdIn(frame: JsonObject): { runId?: string } {
  return typeof frame["runId"] === "string" ? { runId: frame["runId"] } : {};
}
