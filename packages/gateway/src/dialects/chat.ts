import {
  type AguiCustomEvent,
  type AguiEvent,
  type ArtifactPayload,
  type Dialect,
  type DialectContext,
  EventType,
  type Json,
  type JsonObject,
  type RunFinishedEvent,
  type Step,
  type ThreadEvent,
} from "@throughline/protocol";
import { acknowledge, decode, errorFrame, sessionOf } from "./chat-commands.ts";
import { iso, questionFields, timeOf, unpacked } from "./frames.ts";
import { beginMessage, saidIn, sayMore } from "./said.ts";

/** What frames need of the events before theirs; all of it belongs to one run. */
interface State {
  readonly runId: string;
  /** Open steps, the latest last. */
  readonly stages: readonly string[];
  readonly tools: { readonly [toolCallId: string]: string };
  /** What the assistant itself said. */
  readonly text: string;
  /** The latest message of a team member. */
  readonly memberText: string;
  readonly messageId: string;
  readonly artifacts: readonly JsonObject[];
}

const BETWEEN_RUNS: State = {
  runId: "",
  stages: [],
  tools: {},
  text: "",
  memberText: "",
  messageId: "",
  artifacts: [],
};
const IDLE_MS = 60_000;

/** What a stage that has just begun is called. */
const BEGINNINGS: { readonly [stage: string]: string } = {
  clarification: "analyzing request",
  planning: "planning",
  story: "creating story",
};

type Of<Type extends EventType> = Extract<AguiEvent, { type: Type }>;

/** An assistant that clarifies, plans and writes: `WS /ws/chat?session_id=`. */
export const chat: Dialect<State> = {
  name: "chat",
  initial: BETWEEN_RUNS,
  lateJoin: "run",
  idle: { afterMs: IDLE_MS, frame: { type: "ping" } },
  step,
  decode,
  greet: (context, { clientId, epoch, lastSeq, now }) => ({
    type: "status",
    data: { status: "connected", session_id: sessionOf(context), client_id: clientId },
    timestamp: iso(now),
    thread_id: context.threadId,
    epoch,
    last_seq: lastSeq,
  }),
  reset: (_context, reason, { epoch, lastSeq, now }) => ({
    type: "reset",
    data: { epoch, last_seq: lastSeq, reason },
    timestamp: iso(now),
  }),
  acknowledge,
  error: (code, message, _context, now) => errorFrame(code, message, now),
};

function step(state: State, { event }: ThreadEvent, _context: DialectContext): Step<State> {
  switch (event.type) {
    case EventType.TEXT_MESSAGE_CONTENT:
      return token(state, event);
    case EventType.TEXT_MESSAGE_START:
      return { state: { ...beginMessage(state, event), messageId: event.messageId } };
    case EventType.RUN_STARTED:
      return { state: { ...BETWEEN_RUNS, runId: event.runId } };
    case EventType.RUN_FINISHED:
      return { state, frame: ended(state, event) };
    case EventType.RUN_ERROR: {
      const data = { error: event.message, code: event.code ?? "agent_error", run_id: state.runId };
      return { state, frame: frameOf("error", data, event) };
    }
    case EventType.CUSTOM:
      return customStep(state, event);
    default:
      return workStep(state, event);
  }
}

/** Stages and tools. */
function workStep(state: State, event: AguiEvent): Step<State> {
  switch (event.type) {
    case EventType.STEP_STARTED: {
      const stage = event.stepName;
      const next = { ...state, stages: [...state.stages, stage] };
      const status = (Object.hasOwn(BEGINNINGS, stage) ? BEGINNINGS[stage] : undefined) ?? "started";
      return { state: next, frame: frameOf("status", { stage, status }, event) };
    }
    case EventType.STEP_FINISHED: {
      const at = state.stages.lastIndexOf(event.stepName);
      const next = { ...state, stages: state.stages.filter((_, index) => index !== at) };
      return { state: next, frame: frameOf("status", { stage: event.stepName, status: "completed" }, event) };
    }
    case EventType.TOOL_CALL_START: {
      const { toolCallId, toolCallName: tool } = event;
      const data = { tool, status: "running", details: { tool_call_id: toolCallId } };
      const next = { ...state, tools: { ...state.tools, [toolCallId]: tool } };
      return { state: next, frame: frameOf("tool_execution", data, event) };
    }
    case EventType.TOOL_CALL_RESULT:
      return toolResult(state, event);
    default:
      return { state };
  }
}

function token(state: State, event: Of<EventType.TEXT_MESSAGE_CONTENT>): Step<State> {
  return { state: sayMore(state, event), frame: frameOf("token", { message_id: event.messageId, delta: event.delta }) };
}

function toolResult(state: State, event: Of<EventType.TOOL_CALL_RESULT>): Step<State> {
  const { [event.toolCallId]: tool = "", ...tools } = state.tools;
  const result = typeof event.content === "string" ? unpacked(event.content) : (event.content as unknown as Json);
  const details = { tool_call_id: event.toolCallId, result };
  const data = { tool, status: isFailure(result) ? "failed" : "completed", details };
  // Only calls whose result is still to come are kept, however many a run makes.
  return { state: { ...state, tools }, frame: frameOf("tool_execution", data, event) };
}

/** A tool that fails answers with what went wrong, and nothing else. */
function isFailure(result: Json): boolean {
  if (typeof result !== "object" || result === null || Array.isArray(result)) return false;
  return Object.keys(result).length === 1 && typeof (result as JsonObject)["error"] === "string";
}

function customStep(state: State, event: AguiCustomEvent): Step<State> {
  if (event.name === "artifact") {
    const { artifactId, kind, title, content } = event.value as ArtifactPayload;
    const artifact = { artifact_id: artifactId, kind, title, content: (content ?? null) as Json };
    const others = state.artifacts.filter((other) => other["artifact_id"] !== artifactId);
    return { state: { ...state, artifacts: [...others, artifact] } };
  }
  if (event.name !== "progress") return { state };
  // What an agent adds to its progress, such as `tasks_identified`, travels on.
  const { message, ...rest } = event.value as JsonObject;
  const stage = state.stages.at(-1) ?? "progress";
  return { state, frame: frameOf("status", { ...rest, stage, status: message ?? "working" }, event) };
}

function ended(state: State, event: RunFinishedEvent): JsonObject {
  const { runId } = state;
  const outcome = event.outcome ?? { type: "success" };
  if (outcome.type === "cancelled") return frameOf("cancelled", { run_id: runId }, event);
  if (outcome.type === "interrupt") {
    return frameOf("question", { ...questionFields(outcome.interrupts), run_id: runId }, event);
  }
  // A run with a result of its own says so.
  const result = typeof event.result === "string" ? { content: event.result } : {};
  return frameOf("message", { ...replyOf(state), ...result, run_id: runId }, event);
}

/** What a run has come to so far: what the assistant said, or the last of its team; what they made. */
export function replyOf(state: State): { content: string; artifacts: readonly JsonObject[]; message_id: string } {
  return {
    content: saidIn(state),
    artifacts: state.artifacts,
    message_id: state.messageId === "" ? `${state.runId}-reply` : state.messageId,
  };
}

/** Tokens come without a time: there are many of them. */
function frameOf(type: string, data: JsonObject, event?: AguiEvent): JsonObject {
  return event === undefined ? { type, data } : { type, data, timestamp: timeOf(event) };
}
