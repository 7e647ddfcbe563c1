import {
  agentOf,
  type AguiCustomEvent,
  type AguiEvent,
  EventType,
  type Interrupt,
  type Json,
  type JsonObject,
  type RunFinishedEvent,
  type TaskChangedPayload,
  type TaskEventPayload,
} from "@throughline/protocol";
import { eventProblem } from "./event-problem.ts";

/** What a task's events need of those before them; all of it belongs to one run. */
export interface TaskState {
  readonly runId: string;
  readonly agent: string;
  readonly team: { readonly [subagentRunId: string]: string };
  readonly calls: { readonly [toolCallId: string]: { readonly name: string; readonly args: string } };
  /** What the run has made of the task, once it has ended. */
  readonly result: Json;
}

/** A task's event as clients of the task and listeners of the bus get it, or none. */
export interface TaskStep {
  readonly state: TaskState;
  readonly type?: string;
  readonly data: JsonObject;
}

export const BETWEEN_RUNS: TaskState = { runId: "", agent: "", team: {}, calls: {}, result: null };

type Of<Type extends EventType> = Extract<AguiEvent, { type: Type }>;

/** The task's side of a thread's event. Pure; the state begins anew with each run. */
export function toTaskEvent(state: TaskState, event: AguiEvent, taskId: string): TaskStep {
  switch (event.type) {
    case EventType.RUN_STARTED:
      return started(event);
    case EventType.RUN_FINISHED:
      return { state, ...finished(state, event) };
    case EventType.RUN_ERROR: {
      const failure = { code: event.code ?? "agent_error", message: event.message };
      return { state, type: "task_failed", data: { ...ofRun(state), ...failure } };
    }
    case EventType.TEXT_MESSAGE_CONTENT: {
      const agent = speaker(state, event.subagentRunId);
      return { state, type: "message.delta", data: { message_id: event.messageId, delta: event.delta, agent } };
    }
    case EventType.STATE_DELTA:
      return { state, type: "state.patch", data: { patch: event.delta } };
    case EventType.STATE_SNAPSHOT: {
      const patch: Json = [{ op: "replace", path: "", value: (event.snapshot ?? null) as Json }];
      return { state, type: "state.patch", data: { patch } };
    }
    case EventType.CUSTOM:
      return custom(state, event, taskId);
    default:
      return teamwork(state, event);
  }
}

function teamwork(state: TaskState, event: AguiEvent): TaskStep {
  switch (event.type) {
    case EventType.TOOL_CALL_START: {
      const { toolCallId: id, toolCallName: name } = event;
      const calls = { ...state.calls, [id]: { name, args: "" } };
      return { state: { ...state, calls }, type: "tool_call.start", data: { tool_call_id: id, tool_name: name } };
    }
    case EventType.TOOL_CALL_ARGS: {
      const call = callOf(state, event.toolCallId);
      const longer = { ...call, args: call.args + event.delta };
      return { state: { ...state, calls: { ...state.calls, [event.toolCallId]: longer } }, data: {} };
    }
    case EventType.TOOL_CALL_RESULT:
      return toolResult(state, event);
    case EventType.SUBAGENT_STARTED: {
      const team = { ...state.team, [event.subagentRunId]: event.name };
      return { state: { ...state, team }, type: "agent_status_change", data: { agent: event.name, status: "working" } };
    }
    case EventType.SUBAGENT_FINISHED:
    case EventType.SUBAGENT_ERROR: {
      const failed = event.type === EventType.SUBAGENT_ERROR;
      const said = failed ? { status: "failed", message: event.message } : { status: "completed" };
      return { state, type: "agent_status_change", data: { agent: speaker(state, event.subagentRunId), ...said } };
    }
    default:
      return { state, data: {} };
  }
}

function started(event: Of<EventType.RUN_STARTED>): TaskStep {
  const agent = agentOf(event) ?? "agent";
  const state = { ...BETWEEN_RUNS, runId: event.runId, agent };
  return { state, type: "task_started", data: { run_id: event.runId, agent } };
}

function finished(state: TaskState, { outcome, result }: RunFinishedEvent): { type: string; data: JsonObject } {
  switch (outcome?.type) {
    case "cancelled":
      return { type: "task_cancelled", data: ofRun(state) };
    case "interrupt":
      return { type: "task_paused", data: { ...ofRun(state), ...asked(outcome.interrupts) } };
    default:
      return { type: "task_completed", data: { ...ofRun(state), result: (result ?? state.result) as Json } };
  }
}

/** A question holds a task up; of several the first is the frame's, and all stand in `questions`. */
function asked(interrupts: readonly Interrupt[]): JsonObject {
  const questions = interrupts.map((interrupt) => {
    const options = interrupt.metadata?.["options"] as Json | undefined;
    const question = { question_id: interrupt.id, question: interrupt.message ?? interrupt.reason };
    return options === undefined ? question : { ...question, options };
  });
  return { reason: "question", ...questions[0], ...(questions.length > 1 ? { questions } : {}) };
}

function custom(state: TaskState, { name, value }: AguiCustomEvent, taskId: string): TaskStep {
  switch (name) {
    case "task.changed": {
      const { task, deleted } = value as TaskChangedPayload;
      // Another task, mentioned on this one's thread.
      if (task.id !== taskId) return { state, data: {} };
      const data = { task: task as unknown as Json, ...(deleted === true ? { deleted } : {}) };
      return { state: { ...state, result: (task.result ?? null) as Json }, type: "task_updated", data };
    }
    case "task.event": {
      const { event_type: type, data = {} } = value as TaskEventPayload;
      // An agent may have written it: what only the server says, or nobody, becomes no frame.
      if (eventProblem(taskId, type, data as JsonObject) !== undefined) return { state, data: {} };
      return { state, type, data: data as JsonObject };
    }
    case "run.paused":
      return { state, type: "task_paused", data: { ...ofRun(state), reason: "held" } };
    case "run.resumed":
      return { state, type: "task_updated", data: { ...ofRun(state), resumed: true } };
    case "progress": {
      const { current, total, message } = value as { current: number; total: number; message?: string | null };
      const progress = total > 0 ? Math.min(1, current / total) : 0;
      return { state, type: "progress_update", data: { progress, message: message ?? "", current, total } };
    }
    case "confidence":
      return {
        state,
        type: "confidence_update",
        data: { confidence: (value as { confidence: number }).confidence },
      };
    default:
      return { state, data: {} };
  }
}

function toolResult(state: TaskState, event: Of<EventType.TOOL_CALL_RESULT>): TaskStep {
  const { name, args } = callOf(state, event.toolCallId);
  // Only calls whose result is still to come are kept, however many a run makes.
  const { [event.toolCallId]: _ended, ...calls } = state.calls;
  const result = typeof event.content === "string" ? parsed(event.content) : (event.content as unknown as Json);
  const data = { tool_call_id: event.toolCallId, tool_name: name, args: parsed(args), result };
  return { state: { ...state, calls }, type: "tool_call.end", data };
}

function callOf(state: TaskState, id: string): { readonly name: string; readonly args: string } {
  return (Object.hasOwn(state.calls, id) ? state.calls[id] : undefined) ?? { name: "", args: "" };
}

function speaker(state: TaskState, subagentRunId: string | undefined): string {
  if (subagentRunId === undefined) return state.agent;
  return (Object.hasOwn(state.team, subagentRunId) ? state.team[subagentRunId] : undefined) ?? subagentRunId;
}

function ofRun({ runId }: TaskState): JsonObject {
  return runId === "" ? {} : { run_id: runId };
}

/** JSON objects and lists as what they are, all other text as text. */
function parsed(text: string): Json {
  if (!text.startsWith("{") && !text.startsWith("[")) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
