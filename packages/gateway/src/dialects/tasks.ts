import {
  type Command,
  type Decoded,
  type Dialect,
  type DialectContext,
  type ErrorCode,
  type Json,
  type JsonObject,
  type Outcome,
  type Step,
  type ThreadEvent,
} from "@throughline/protocol";
import { command, readFrame, reply, runIdIn, unknownType } from "./client-frames.ts";
import { iso } from "./frames.ts";
import { taskIn, taskOfThread } from "../tasks/task.ts";
import { BETWEEN_RUNS, type TaskState, toTaskEvent } from "../tasks/task-events.ts";

const STALE_MS = 5 * 60_000;

/** One task with its runs, for boards and detail panels: `WS /ws/tasks/{task_id}`. */
export const tasks: Dialect<TaskState> = {
  name: "tasks",
  initial: BETWEEN_RUNS,
  lateJoin: "live",
  remembersClients: true,
  staleAfterMs: STALE_MS,
  step,
  decode,
  greet: (context, { clientId, epoch, lastSeq, view, now }) => {
    const task = (taskIn(view, taskId(context)) ?? null) as Json;
    const data = { client_id: clientId, task, last_seq: lastSeq, epoch };
    return { ...frame("connection_established", data, context, now), client_id: clientId };
  },
  peers: {
    joined: (clientId, context, now) => peer("connection_established", clientId, context, now),
    left: (clientId, context, now) => peer("connection_closed", clientId, context, now),
  },
  reset: (context, reason, { epoch, lastSeq, now }) =>
    frame("reset", { epoch, last_seq: lastSeq, reason }, context, now),
  acknowledge,
  error: errorFrame,
};

function step(state: TaskState, { event }: ThreadEvent, context: DialectContext): Step<TaskState> {
  const { state: next, type, data } = toTaskEvent(state, event, taskId(context));
  return type === undefined
    ? { state: next }
    : { state: next, frame: frame(type, data, context, event.timestamp ?? 0) };
}

function decode(text: string, context: DialectContext, now: number): Decoded {
  const read = readFrame(text);
  if (!read.ok) return reply(errorFrame(read.code, read.message, context, now));
  const { fields: given, id } = read.value;
  switch (given["type"]) {
    case "heartbeat":
      return reply(frame("heartbeat", { timestamp: given["timestamp"] ?? null }, context, now));
    case "ping":
      return reply({ type: "pong", ...frame("heartbeat", {}, context, now) });
    case "pong":
      return { commands: [], replies: [] };
    case "cancel":
    case "pause":
    case "resume":
      return command({ type: given["type"], ...id, ...runIdIn(given["run_id"]) });
    case "answer":
      return decodeAnswer(given, id, context, now);
    default: {
      const { code, message } = unknownType(given);
      return reply(errorFrame(code, message, context, now));
    }
  }
}

function decodeAnswer(given: JsonObject, id: { id?: string }, context: DialectContext, now: number): Decoded {
  const { question_id: interruptId, answer } = given;
  if (typeof interruptId !== "string" || answer === undefined) {
    return reply(errorFrame("invalid_input", 'An answer needs "question_id" and "answer".', context, now));
  }
  return command({ type: "answer", ...id, interruptId, answer });
}

/**
 * What a command has done is told by the events it leads to. A word of its own has only what leads to
 * none: a refusal, and the repeat of a cancel.
 */
function acknowledge(given: Command, outcome: Outcome, context: DialectContext, now: number): JsonObject | undefined {
  if (!outcome.ok) return errorFrame(outcome.code, outcome.message, context, now);
  if (given.type !== "cancel" || outcome.duplicate !== true) return undefined;
  return frame("task_cancelled", { ...(outcome.runId && { run_id: outcome.runId }), repeated: true }, context, now);
}

function errorFrame(code: ErrorCode, message: string, context: DialectContext, now: number): JsonObject {
  return frame("error", { code, message }, context, now);
}

function peer(type: string, clientId: string, context: DialectContext, now: number): JsonObject {
  return { ...frame(type, { client_id: clientId }, context, now), client_id: clientId };
}

function frame(type: string, data: JsonObject, context: DialectContext, now: number): JsonObject {
  return { event_type: type, task_id: taskId(context), data, timestamp: iso(now) };
}

function taskId({ threadId }: DialectContext): string {
  return taskOfThread(threadId) ?? threadId;
}
