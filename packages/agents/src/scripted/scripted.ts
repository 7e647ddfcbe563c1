import {
  EventType,
  parseChartCommand,
  ThroughlineError,
  type Agent,
  type AgentContext,
  type AguiEvent,
  type RunAgentInput,
} from "@throughline/protocol";
import { personText } from "../builder/input.ts";
import { sleep, unlessAborted } from "../builder/pause.ts";
import { parseScript, type ScriptedPlan } from "./script.ts";

/**
 * An agent that does what the message says, for trying clients and for tests; see {@link parseScript}
 * for its words. Written as a generator without the builder: it must be able to outrun what it tests.
 */
export const scripted: Agent = {
  name: "scripted",
  description: "Does what the message says, such as `tokens=50 interval=20 tools=2`; for trying clients and for tests.",
  run: async function* (input, context) {
    const answer = input.resume?.[0];
    const plan = parseScript(answer === undefined ? personText(input, context.view) : "");
    const events = answer === undefined ? perform(plan, input, context) : answered(answer.payload, context);
    yield* plan.interval === 0 ? unpaced(events, context) : paced(events, plan.interval, context);
    if (answer === undefined && plan.end.kind === "hang") await forever(context.signal);
  },
};

async function* paced(
  events: Iterable<AguiEvent>,
  interval: number,
  { clock, signal }: AgentContext,
): AsyncGenerator<AguiEvent> {
  let first = true;
  for (const event of events) {
    if (!first) await sleep(clock, interval, signal);
    first = false;
    yield { ...event, timestamp: clock.now() };
  }
}

async function* unpaced(events: Iterable<AguiEvent>, { signal }: AgentContext): AsyncGenerator<AguiEvent> {
  for (const event of events) {
    signal.throwIfAborted();
    yield event;
  }
}

function* perform(plan: ScriptedPlan, input: RunAgentInput, context: AgentContext): Generator<AguiEvent> {
  yield* steps(plan.steps, context);
  for (let i = 0; i < plan.tools; i++) yield* toolCall(i, context);
  for (const command of plan.charts) yield chart(command, context);
  yield* tokens(plan, context);
  if (plan.end.kind !== "ask") return;
  const interrupt = { id: context.ids.next("question"), reason: "question", message: plan.end.question };
  const { threadId, runId } = input;
  yield {
    type: EventType.RUN_FINISHED,
    threadId,
    runId,
    timestamp: context.clock.now(),
    outcome: { type: "interrupt", interrupts: [interrupt] },
  };
}

function* steps(count: number, { clock }: AgentContext): Generator<AguiEvent> {
  for (let i = 0; i < count; i++) {
    yield { type: EventType.STEP_STARTED, stepName: `step_${i}`, timestamp: clock.now() };
    yield { type: EventType.STEP_FINISHED, stepName: `step_${i}`, timestamp: clock.now() };
  }
}

function* toolCall(i: number, { clock, ids }: AgentContext): Generator<AguiEvent> {
  const toolCallId = ids.next("call");
  yield { type: EventType.TOOL_CALL_START, toolCallId, toolCallName: `tool_${i}`, timestamp: clock.now() };
  yield { type: EventType.TOOL_CALL_ARGS, toolCallId, delta: JSON.stringify({ i }), timestamp: clock.now() };
  yield { type: EventType.TOOL_CALL_END, toolCallId, timestamp: clock.now() };
  const content = JSON.stringify({ ok: true, i });
  yield {
    type: EventType.TOOL_CALL_RESULT,
    messageId: ids.next("msg"),
    toolCallId,
    content,
    role: "tool",
    timestamp: clock.now(),
  };
}

function chart(command: string, { clock }: AgentContext): AguiEvent {
  const commandType = parseChartCommand(command) === undefined ? "raw" : "chart_command";
  const value = { command, commandType, agent: "scripted" };
  return { type: EventType.CUSTOM, name: "chart.command", value, timestamp: clock.now() };
}

/** The text, of which a run that is to fail says only a part. */
function* tokens({ tokens: count, size, end }: ScriptedPlan, { clock, ids }: AgentContext): Generator<AguiEvent> {
  const last = end.kind === "fail" ? Math.min(end.after, count) : count;
  const messageId = ids.next("msg");
  if (last > 0) yield { type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant", timestamp: clock.now() };
  for (let i = 0; i < last; i++) {
    yield {
      type: EventType.TEXT_MESSAGE_CONTENT,
      messageId,
      delta: `t${i} `.padEnd(size, "."),
      timestamp: clock.now(),
    };
  }
  if (end.kind === "fail")
    throw new ThroughlineError("agent_error", `Failed after ${last} tokens, as the script says.`);
  if (last > 0) yield { type: EventType.TEXT_MESSAGE_END, messageId, timestamp: clock.now() };
}

function* answered(answer: unknown, { clock, ids }: AgentContext): Generator<AguiEvent> {
  const messageId = ids.next("msg");
  const delta = `answer: ${typeof answer === "string" ? answer : JSON.stringify(answer ?? null)}`;
  yield { type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant", timestamp: clock.now() };
  yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta, timestamp: clock.now() };
  yield { type: EventType.TEXT_MESSAGE_END, messageId, timestamp: clock.now() };
}

function forever(signal: AbortSignal): Promise<never> {
  return unlessAborted(new Promise<never>(() => {}), signal);
}
