import {
  agentOf,
  type AguiCustomEvent,
  type AguiEvent,
  type Dialect,
  type DialectContext,
  EventType,
  type JsonObject,
  type RunFinishedEvent,
  type Step,
  type ThreadEvent,
} from "@throughline/protocol";
import { acknowledge, decode, errorFrame } from "./agent-stream-commands.ts";
import { questionFields, timeOf, unpacked } from "./frames.ts";
import { beginMessage, saidIn, sayMore } from "./said.ts";

/** A named agent of the team. */
interface Member {
  readonly name: string;
  readonly emoji: string;
}

interface Call {
  readonly name: string;
  readonly args: string;
}

/** What frames need of the events before theirs; all of it belongs to one run. */
interface State {
  readonly runId: string;
  readonly agent: string;
  readonly team: { readonly [subagentRunId: string]: Member };
  readonly used: readonly string[];
  readonly calls: { readonly [toolCallId: string]: Call };
  /** What the agent itself said. */
  readonly text: string;
  /** The latest message of a team member. */
  readonly memberText: string;
}

const BETWEEN_RUNS: State = { runId: "", agent: "", team: {}, used: [], calls: {}, text: "", memberText: "" };
const IDLE_MS = 5 * 60_000;
const NO_EMOJI = "";

type Of<Type extends EventType> = Extract<AguiEvent, { type: Type }>;

/** One chat with a team of named agents, streamed step by step: `WS /ws/stream`. */
export const agentStream: Dialect<State> = {
  name: "stream",
  initial: BETWEEN_RUNS,
  lateJoin: "run",
  cancelsOnLeave: true,
  idle: { afterMs: IDLE_MS, frame: { type: "ping" } },
  step,
  decode,
  greet: ({ threadId }, { clientId, epoch, lastSeq }) => ({
    type: "connected",
    client_id: clientId,
    thread_id: threadId,
    epoch,
    last_seq: lastSeq,
  }),
  reset: (_context, reason, { epoch, lastSeq }) => ({ type: "reset", epoch, last_seq: lastSeq, reason }),
  acknowledge,
  error: (code, message, _context, now) => errorFrame(code, message, now),
};

function step(state: State, { event }: ThreadEvent, context: DialectContext): Step<State> {
  switch (event.type) {
    case EventType.TEXT_MESSAGE_CONTENT:
      return token(state, event);
    case EventType.TEXT_MESSAGE_START:
      return { state: beginMessage(state, event) };
    case EventType.RUN_STARTED:
      return { state: { ...BETWEEN_RUNS, runId: event.runId, agent: agentOf(event) ?? "agent" } };
    case EventType.RUN_FINISHED:
      return { state, frame: ended(state, event) };
    case EventType.RUN_ERROR:
      return { state, frame: runError(state, event) };
    case EventType.CUSTOM:
      return customStep(state, event, context);
    default:
      return teamStep(state, event);
  }
}

function teamStep(state: State, event: AguiEvent): Step<State> {
  switch (event.type) {
    case EventType.SUBAGENT_STARTED:
      return memberStarted(state, event);
    case EventType.SUBAGENT_FINISHED:
    case EventType.SUBAGENT_ERROR:
      return { state, frame: memberEnded(state, event) };
    case EventType.TOOL_CALL_START:
      return { state: withCall(state, event.toolCallId, { name: event.toolCallName, args: "" }) };
    case EventType.TOOL_CALL_ARGS: {
      const call = state.calls[event.toolCallId];
      return call === undefined
        ? { state }
        : { state: withCall(state, event.toolCallId, { ...call, args: call.args + event.delta }) };
    }
    case EventType.TOOL_CALL_END:
      return { state, frame: toolCall(state, event) };
    case EventType.TOOL_CALL_RESULT:
      return toolResult(state, event);
    default:
      return { state };
  }
}

function token(state: State, event: Of<EventType.TEXT_MESSAGE_CONTENT>): Step<State> {
  return {
    state: sayMore(state, event),
    frame: { type: "token", agent: speaker(state, event), message_id: event.messageId, delta: event.delta },
  };
}

function memberStarted(state: State, event: Of<EventType.SUBAGENT_STARTED>): Step<State> {
  const emoji: unknown = event.metadata?.["emoji"];
  const member = { name: event.name, emoji: typeof emoji === "string" ? emoji : NO_EMOJI };
  const used = state.used.includes(member.name) ? state.used : [...state.used, member.name];
  return {
    state: { ...state, used, team: { ...state.team, [event.subagentRunId]: member } },
    frame: agentStep(member, "working", event),
  };
}

function memberEnded(state: State, event: Of<EventType.SUBAGENT_FINISHED> | Of<EventType.SUBAGENT_ERROR>): JsonObject {
  const member = state.team[event.subagentRunId] ?? { name: event.subagentRunId, emoji: NO_EMOJI };
  const failed = event.type === EventType.SUBAGENT_ERROR;
  const frame = agentStep(member, failed ? "failed" : "completed", event);
  return failed ? { ...frame, message: event.message } : frame;
}

function agentStep(member: Member, status: "working" | "completed" | "failed", event: AguiEvent): JsonObject {
  return { type: "agent_step", agent: member.name, emoji: member.emoji, status, timestamp: timeOf(event) };
}

function toolCall(state: State, event: Of<EventType.TOOL_CALL_END>): JsonObject {
  const call = state.calls[event.toolCallId];
  return {
    type: "tool_call",
    agent: speaker(state, event),
    tool_name: call?.name ?? "",
    tool_call_id: event.toolCallId,
    args: call === undefined || call.args === "" ? {} : unpacked(call.args),
    timestamp: timeOf(event),
  };
}

function toolResult(state: State, event: Of<EventType.TOOL_CALL_RESULT>): Step<State> {
  const { [event.toolCallId]: call, ...calls } = state.calls;
  return {
    // Only calls whose result is still to come are kept, however many a run makes.
    state: { ...state, calls },
    frame: {
      type: "tool_result",
      agent: speaker(state, event),
      tool_name: call?.name ?? "",
      tool_call_id: event.toolCallId,
      result: typeof event.content === "string" ? unpacked(event.content) : event.content,
      timestamp: timeOf(event),
    },
  };
}

function customStep(state: State, event: AguiCustomEvent, context: DialectContext): Step<State> {
  const value = event.value as JsonObject;
  if (event.name === "progress") {
    const { current = 0, total = 0 } = value;
    return { state, frame: { type: "progress", current_turn: current, max_turns: total, timestamp: timeOf(event) } };
  }
  if (event.name !== "chart.created") return { state };
  const { chartId = "", url = "", symbol = "", interval = "" } = value;
  const link = String(url).startsWith("/") ? `${context.origin}${String(url)}` : url;
  return { state, frame: { type: "chart", chart_id: chartId, url: link, symbol, interval, timestamp: timeOf(event) } };
}

function ended(state: State, event: RunFinishedEvent): JsonObject {
  const { runId } = state;
  const outcome = event.outcome ?? { type: "success" };
  if (outcome.type === "cancelled") {
    return { type: "cancelled", message: "The run was cancelled.", run_id: runId, timestamp: timeOf(event) };
  }
  if (outcome.type === "interrupt") {
    return { type: "question", ...questionFields(outcome.interrupts), run_id: runId, timestamp: timeOf(event) };
  }
  // A run with a result of its own says so; else it is what the agent said, or the last of its team.
  const said = saidIn(state);
  const content = typeof event.result === "string" ? event.result : said;
  return { type: "result", content, agents_used: state.used, run_id: runId, timestamp: timeOf(event) };
}

function runError(state: State, event: Of<EventType.RUN_ERROR>): JsonObject {
  const details = event.code ?? "agent_error";
  return { type: "error", message: event.message, details, run_id: state.runId, timestamp: timeOf(event) };
}

function speaker(state: State, event: { readonly subagentRunId?: string }): string {
  const member = event.subagentRunId === undefined ? undefined : state.team[event.subagentRunId];
  return member?.name ?? state.agent;
}

function withCall(state: State, id: string, call: Call): State {
  return { ...state, calls: { ...state.calls, [id]: call } };
}
