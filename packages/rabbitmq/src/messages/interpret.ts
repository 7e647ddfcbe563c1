import { createHash } from "node:crypto";
import type { OpenRun, Said } from "@throughline/gateway";
import { type AguiEvent, ERRORS, type ErrorCode, EventType, type Interrupt } from "@throughline/protocol";
import type { BrokerAgentMessage } from "@throughline/protocol/schemas";
import { planKept, planMade, type PlanStep } from "./plan.ts";

type Of<Type extends BrokerAgentMessage["type"]> = Extract<BrokerAgentMessage, { type: Type }>;

const NOTHING: Said = { events: [] };

/**
 * What an agent's message means as AG-UI events, given what its run has open. Pure. A message that
 * brings an event means that event; all others are made to fit: whoever has not begun is begun first,
 * so that an agent need only say what it knows.
 */
export function interpret(message: BrokerAgentMessage, open: OpenRun): Said {
  const event = eventOf(message);
  if (event !== undefined) return { events: [event] };
  switch (message.type) {
    case "executor.step.progress":
      return { events: stepEvents(message, open) };
    case "thought.completed":
      return { events: thoughtEvents(message, open) };
    case "executor.completed":
      return { events: memberCompleted(message.agent ?? EXECUTOR, message.data, open) };
    case "agent.error":
      return errorOf(message, open);
    case "feedback.requested":
      return { events: [], ending: { type: "interrupt", interrupts: [interruptOf(message)] } };
    case "request.completed": {
      const { result } = message.data;
      return { events: [], ending: { type: "success", ...(result === undefined ? {} : { result }) } };
    }
    default:
      return NOTHING;
  }
}

/** What kind of agent stands behind a name, for its picture. */
export const THOUGHT = "thought-agent";
export const EXECUTOR = "executor-agent";
const EMOJI: Readonly<Record<string, string>> = { [THOUGHT]: "🧠", [EXECUTOR]: "⚙️" };

function eventOf({ data }: BrokerAgentMessage): AguiEvent | undefined {
  // What is in it, the run's grammar judges, as for any agent.
  return data?.["event"] as AguiEvent | undefined;
}

function stepEvents({ agent = EXECUTOR, data }: Of<"executor.step.progress">, open: OpenRun): AguiEvent[] {
  const { stepId, stepOrder, status, tool, result, message, event: _, ...extra } = data;
  const member = memberOf(agent, open);
  const step: PlanStep = {
    stepId,
    ...(stepOrder === undefined ? {} : { order: stepOrder }),
    ...(tool === undefined ? {} : { tool }),
    status,
    ...(result === undefined ? {} : { result }),
  };
  const metadata = { ...extra, ...step, ...(message === undefined ? {} : { message }) };
  const owned = { stepName: stepId, subagentRunId: member.id };
  const isOpen = open.hasStep(stepId, member.id);
  const begins: AguiEvent[] = isOpen ? [] : [{ type: EventType.STEP_STARTED, ...owned, metadata }];
  const ends: AguiEvent[] = status === "running" ? [] : [{ type: EventType.STEP_FINISHED, ...owned, metadata }];
  return [...member.begins, ...begins, ...planKept(open.state, step), ...ends];
}

function thoughtEvents(message: Of<"thought.completed">, open: OpenRun): AguiEvent[] {
  const { plan } = message.data;
  const made = plan === undefined ? [] : planMade(open.state, plan.steps as PlanStep[]);
  const [started, finished] = completed(message.agent ?? THOUGHT, message.data, open);
  return [...started, ...made, finished];
}

function memberCompleted(agent: string, data: object, open: OpenRun): AguiEvent[] {
  const [started, finished] = completed(agent, data, open);
  return [...started, finished];
}

function completed(agent: string, data: object, open: OpenRun): readonly [AguiEvent[], AguiEvent] {
  const { begins, id } = memberOf(agent, open);
  const result = Object.keys(data).length === 0 ? {} : { result: data };
  return [begins, { type: EventType.SUBAGENT_FINISHED, subagentRunId: id, ...result, outcome: { type: "success" } }];
}

function errorOf({ agent, data }: Of<"agent.error">, open: OpenRun): Said {
  const { message, code, step, recoverable, fatal } = data;
  const goesOn = fatal === false || (fatal !== true && (step !== undefined || recoverable === true));
  if (!goesOn) return { events: [], ending: { type: "error", code: knownCode(code), message } };
  const { begins, id } = memberOf(agent ?? EXECUTOR, open);
  const metadata = { ...(step === undefined ? {} : { step }), ...(recoverable === undefined ? {} : { recoverable }) };
  const named = { subagentRunId: id, message, ...(code === undefined ? {} : { code }), metadata };
  const failed: AguiEvent = { type: EventType.SUBAGENT_ERROR, ...named };
  return { events: [...begins, ...stepFailed(step, message, id, open), failed] };
}

/** The step that an agent failed at has failed with it. */
function stepFailed(step: string | undefined, message: string, member: string, open: OpenRun): AguiEvent[] {
  if (step === undefined || !open.hasStep(step, member)) return [];
  const metadata = { stepId: step, status: "failed", message };
  const finished = { stepName: step, subagentRunId: member, metadata };
  const kept = planKept(open.state, { stepId: step, status: "failed" });
  return [...kept, { type: EventType.STEP_FINISHED, ...finished }];
}

function interruptOf({ data }: Of<"feedback.requested">): Interrupt {
  const { questionId, question, options } = data;
  const choice = options === undefined ? {} : { metadata: { options } };
  return { id: questionId, reason: "question", message: question, ...choice };
}

/**
 * The named member of the run's team, and what begins it unless it works already. One that has ended
 * and speaks again works a second time, under another id.
 */
function memberOf(agent: string, open: OpenRun): { readonly id: string; readonly begins: AguiEvent[] } {
  const base = `${open.runId}:${idPart(agent)}`;
  let id = base;
  for (let time = 2; open.hadSubagent(id) && !open.hasSubagent(id); time++) id = `${base}:${time}`;
  if (open.hasSubagent(id)) return { id, begins: [] };
  const emoji = EMOJI[agent];
  const shown = emoji === undefined ? {} : { metadata: { emoji } };
  return { id, begins: [{ type: EventType.SUBAGENT_STARTED, subagentRunId: id, name: agent, ...shown }] };
}

/**
 * A name as part of an id, different for every name: one that cannot stand in an id as it is gets a
 * digest after "~", which no name keeps that does without.
 */
function idPart(name: string): string {
  const fitting = name.replaceAll(/[^A-Za-z0-9_.-]/g, "_");
  return fitting === name ? name : `${fitting}~${createHash("sha256").update(name).digest("hex").slice(0, 12)}`;
}

/** Codes are stable and ours; a code of the agent's own is not passed on as one. */
function knownCode(code: string | undefined): ErrorCode {
  return code !== undefined && Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : "agent_error";
}
