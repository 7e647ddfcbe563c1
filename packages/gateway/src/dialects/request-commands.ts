import {
  type Command,
  type Cursor,
  type Decoded,
  type DialectContext,
  type ErrorCode,
  type JsonObject,
  type Outcome,
  parseCursor,
  type StartCommand,
} from "@throughline/protocol";
import {
  type ClientFrame,
  command,
  invalid,
  type Read,
  readAnswer,
  readContext,
  readFrame,
  readText,
  reply,
  runIdIn,
  unknownType,
} from "./client-frames.ts";

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
  const frame = readFrame(text);
  const decoded = frame.ok ? decodeEvent(frame.value, context) : frame;
  return decoded.ok ? decoded.value : reply(errorFrame(decoded.code, decoded.message, context));
}

function decodeEvent({ fields, id }: ClientFrame, context: DialectContext): Read<Decoded> {
  switch (fields["type"]) {
    case "start": {
      const start = readStart(fields, context);
      return start.ok ? { ok: true, value: { ...command({ ...start.value, ...id }), follow: { view: false } } } : start;
    }
    case "cancel":
      return { ok: true, value: command({ type: "cancel", ...id, ...runIdIn(fields["runId"]) }) };
    case "feedback": {
      const answer = readAnswer(fields["questionId"], fields["answer"], { question: "questionId", answer: "answer" });
      return answer.ok ? { ok: true, value: command({ ...answer.value, ...id }) } : answer;
    }
    case "rejoin":
      return readRejoin(fields);
    default:
      return unknownType(fields, "event");
  }
}

function readStart({ userQuery, context }: JsonObject, at: DialectContext): Read<StartCommand> {
  const text = readText(userQuery, "userQuery");
  if (!text.ok) return text;
  const more = readContext(context, "context");
  if (!more.ok) return more;
  const agent = more.value.context?.["agent"];
  if (agent !== undefined && typeof agent !== "string") return invalid('"context.agent" must be a string.');
  const input = { text: text.value, ...more.value };
  const runId = runOfRequest(requestOf(at));
  return { ok: true, value: { type: "start", runId, ...(agent === undefined ? {} : { agent }), input } };
}

function readRejoin({ lastSeq }: JsonObject): Read<Decoded> {
  if (lastSeq === undefined || lastSeq === null) {
    return { ok: true, value: { commands: [], replies: [], follow: { view: true } } };
  }
  const cursor = cursorIn(lastSeq);
  if (cursor === undefined)
    return { ok: false, code: "invalid_cursor", message: '"lastSeq" must be SEQ or EPOCH.SEQ.' };
  return { ok: true, value: { commands: [], replies: [], follow: { cursor, view: true } } };
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
