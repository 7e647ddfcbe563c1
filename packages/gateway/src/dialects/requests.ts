import {
  agentOf,
  type AguiEvent,
  type Dialect,
  type DialectContext,
  EventType,
  type Json,
  type JsonObject,
  type RunFinishedEvent,
  type Step,
  type ThreadEvent,
} from "@throughline/protocol";
import { isObject } from "./frames.ts";
import { acknowledge, decode, errorFrame, requestOf } from "./request-commands.ts";
import { questionOf } from "./request-state.ts";
import { beginMessage, saidIn, sayMore } from "./said.ts";

/** A step that goes on. */
interface OpenStep {
  readonly name: string;
  /** Who works on it; absent for the run's own agent. */
  readonly owner: string | undefined;
  /** What frames about it say: `stepId`, `stepOrder`, `tool`, and what the agent adds. */
  readonly data: JsonObject;
  /** Whether its agent says how steps go. */
  readonly judged: boolean;
}

/** What frames need of the events before theirs; all of it belongs to one run. */
interface State {
  readonly runId: string;
  readonly agent: string;
  /** Names of the team, by subagent run. */
  readonly team: { readonly [subagentRunId: string]: string };
  /** The latest last. */
  readonly steps: readonly OpenStep[];
  /** How many steps there have been. */
  readonly stepCount: number;
  /** What the agent itself said. */
  readonly text: string;
  /** The latest message of a team member. */
  readonly memberText: string;
}

const BETWEEN_RUNS: State = { runId: "", agent: "", team: {}, steps: [], stepCount: 0, text: "", memberText: "" };

type Of<Type extends EventType> = Extract<AguiEvent, { type: Type }>;

/** A request that a team plans and carries out, step by step: events of Socket.IO. */
export const requests: Dialect<State> = {
  name: "requests",
  initial: BETWEEN_RUNS,
  // How the request stands is told by a `state`, which stands for no event: the transport gives it.
  lateJoin: "live",
  step,
  decode,
  greet: () => undefined,
  reset: (context, reason, { epoch, lastSeq }) => ({
    type: "reset",
    requestId: requestOf(context),
    epoch,
    last_seq: lastSeq,
    reason,
  }),
  acknowledge,
  error: errorFrame,
};

function step(state: State, { event }: ThreadEvent, context: DialectContext): Step<State> {
  switch (event.type) {
    case EventType.TEXT_MESSAGE_CONTENT:
      return { state: sayMore(state, event) };
    case EventType.TEXT_MESSAGE_START:
      return { state: beginMessage(state, event) };
    case EventType.RUN_STARTED:
      return { state: { ...BETWEEN_RUNS, runId: event.runId, agent: agentOf(event) ?? "agent" } };
    case EventType.SUBAGENT_STARTED:
      return { state: { ...state, team: { ...state.team, [event.subagentRunId]: event.name } } };
    default: {
      const { state: next, frame } = stepFrame(state, event);
      if (frame === undefined) return { state: next };
      return { state: next, frame: { ...frame, requestId: requestOf(context), runId: state.runId } };
    }
  }
}

/** Frames without what all of them have. */
function stepFrame(state: State, event: AguiEvent): Step<State> {
  switch (event.type) {
    case EventType.STEP_STARTED:
      return stepStarted(state, event);
    case EventType.STEP_FINISHED:
      return stepFinished(state, event);
    case EventType.CUSTOM:
      return event.name === "progress" ? { state, frame: progressed(state, event) } : { state };
    case EventType.SUBAGENT_FINISHED:
      return memberFinished(state, event);
    case EventType.SUBAGENT_ERROR:
      return memberFailed(state, event);
    case EventType.RUN_FINISHED:
      return { state, frame: ended(state, event) };
    case EventType.RUN_ERROR: {
      const code = event.code ?? "agent_error";
      const at = state.steps.at(-1);
      const frame = { type: "error", agent: state.agent, message: event.message, code, ...stepNamed(at) };
      return { state, frame };
    }
    default:
      return { state };
  }
}

function stepStarted(state: State, event: Of<EventType.STEP_STARTED>): Step<State> {
  const order = state.stepCount + 1;
  const data = { stepId: event.stepName, stepOrder: order, tool: "", ...dataOf(event.metadata) };
  const judged = event.metadata?.["status"] !== undefined;
  const open = { name: event.stepName, owner: event.subagentRunId, data, judged };
  return {
    state: { ...state, stepCount: order, steps: [...state.steps, open] },
    frame: progress(state, event, event.stepName, "running", data),
  };
}

function stepFinished(state: State, event: Of<EventType.STEP_FINISHED>): Step<State> {
  const at = state.steps.findLastIndex(({ name, owner }) => name === event.stepName && owner === event.subagentRunId);
  const open = state.steps[at];
  const begun = open?.data ?? { stepId: event.stepName, stepOrder: state.stepCount, tool: "" };
  // What a run leaves open when it is cut short is closed without a word of how it went.
  const status = event.metadata?.["status"] ?? (open?.judged === true ? "failed" : "completed");
  const shown = status === "completed" ? "completed" : "failed";
  return {
    state: { ...state, steps: state.steps.filter((_, index) => index !== at) },
    frame: progress(state, event, event.stepName, shown, { ...begun, ...dataOf(event.metadata) }),
  };
}

/** How far the work is: of the step that goes on, or, between steps, of the whole request. */
function progressed(state: State, event: Of<EventType.CUSTOM>): JsonObject {
  const value = isObject(event.value) ? event.value : {};
  const at = state.steps.findLast(({ owner }) => owner === event.subagentRunId);
  if (at !== undefined) return progress(state, event, at.name, "running", { ...at.data, ...value });
  const { current, total, message } = value;
  const done = typeof current === "number" && typeof total === "number" && current >= total;
  const data = { stepId: "", stepOrder: 0, tool: "", ...value };
  return progress(
    state,
    event,
    typeof message === "string" ? message : "progress",
    done ? "completed" : "running",
    data,
  );
}

/** One that waits for an answer is not done. */
function memberFinished(state: State, event: Of<EventType.SUBAGENT_FINISHED>): Step<State> {
  if (event.outcome?.type === "suspended") return { state };
  const data = (event.result ?? null) as Json;
  return { state, frame: { type: "agent.completed", agent: speaker(state, event), data } };
}

function memberFailed(state: State, event: Of<EventType.SUBAGENT_ERROR>): Step<State> {
  const at = state.steps.findLast(({ owner }) => owner === event.subagentRunId);
  const code = event.code ?? "agent_error";
  const frame = { type: "error", agent: speaker(state, event), message: event.message, code, ...stepNamed(at) };
  return { state, frame };
}

function ended(state: State, { outcome = { type: "success" }, result }: RunFinishedEvent): JsonObject {
  if (outcome.type === "cancelled") return { type: "request.cancelled" };
  if (outcome.type === "interrupt") {
    const questions = outcome.interrupts.map(questionOf);
    const all = questions.length > 1 ? { questions } : {};
    return { type: "feedback.requested", agent: state.agent, ...questions[0], ...all };
  }
  // A run with a result of its own says so.
  return { type: "request.completed", result: (result ?? saidIn(state)) as Json };
}

function progress(
  state: State,
  event: { readonly subagentRunId?: string },
  stepName: string,
  status: "running" | "completed" | "failed",
  data: JsonObject,
): JsonObject {
  return { type: "progress", agent: speaker(state, event), step: stepName, status, data };
}

/** What a step's metadata says, in the protocol's words; the rest of it travels on. */
function dataOf(metadata: Readonly<Record<string, unknown>> | undefined): JsonObject {
  const { stepId, order, tool, status: _, ...more } = (metadata ?? {}) as JsonObject;
  return {
    ...more,
    ...(typeof stepId === "string" ? { stepId } : {}),
    ...(typeof order === "number" ? { stepOrder: order } : {}),
    ...(typeof tool === "string" ? { tool } : {}),
  };
}

function stepNamed(at: OpenStep | undefined): JsonObject {
  return at === undefined ? {} : { step: at.name };
}

function speaker(state: State, { subagentRunId }: { readonly subagentRunId?: string }): string {
  const member = subagentRunId === undefined ? undefined : state.team[subagentRunId];
  return member ?? state.agent;
}
