import { type AguiEvent, EventType, type Interrupt } from "@throughline/protocol";
import { EXECUTOR, THOUGHT } from "./interpret.ts";

/** A message of an agent's, but for which request and run it is about. */
export interface Spoken {
  readonly type: string;
  readonly agent: string;
  readonly data: { readonly [key: string]: unknown };
}

/** How much of an error's text is told; less than any message may hold. */
const MOST_REASON = 10_000;

/**
 * Tells the events of one run in messages: the inverse of `interpret`. Each message brings the event
 * itself, so that nothing is lost; where a message of its own stands for such an event, that is its
 * type, for those who listen to the broker without knowing AG-UI.
 */
export class Narrator {
  readonly #agent: string;
  /** The team's names by subagentRunId. */
  readonly #names = new Map<string, string>();

  /** @param agent the name of the run's own agent */
  constructor(agent: string) {
    this.#agent = agent;
  }

  messageOf(event: AguiEvent): Spoken {
    if (event.type === EventType.SUBAGENT_STARTED) this.#names.set(event.subagentRunId, event.name);
    const { type, data } = this.#meaning(event) ?? { type: "agent.event", data: {} };
    return { type, agent: this.#who(event), data: { ...data, event } };
  }

  /** What a thrown error says, as far as a message holds it. */
  static failure(agent: string, error: { readonly code: string; readonly message: string }): Spoken {
    return {
      type: "agent.error",
      agent,
      data: { message: error.message.slice(0, MOST_REASON), code: error.code, fatal: true },
    };
  }

  /** What an agent says that just comes to its end. */
  static success(agent: string): Spoken {
    return { type: "request.completed", agent, data: {} };
  }

  #meaning(event: AguiEvent): Omit<Spoken, "agent"> | undefined {
    switch (event.type) {
      case EventType.STEP_STARTED:
      case EventType.STEP_FINISHED:
        return { type: "executor.step.progress", data: stepData(event) };
      case EventType.SUBAGENT_FINISHED:
        return this.#completed(event);
      case EventType.SUBAGENT_ERROR:
        return { type: "agent.error", data: { ...failureData(event), fatal: false } };
      case EventType.RUN_ERROR:
        return { type: "agent.error", data: { ...failureData(event), fatal: true } };
      case EventType.RUN_FINISHED:
        return ended(event);
      default:
        return undefined;
    }
  }

  #completed(event: Extract<AguiEvent, { type: EventType.SUBAGENT_FINISHED }>): Omit<Spoken, "agent"> | undefined {
    const type = COMPLETED[this.#names.get(event.subagentRunId) ?? ""];
    if (type === undefined || event.outcome?.type === "suspended") return undefined;
    const result: unknown = event.result;
    if (result === undefined) return { type, data: {} };
    return { type, data: isObject(result) ? result : { result } };
  }

  #who(event: AguiEvent): string {
    const id: unknown = Reflect.get(event, "subagentRunId");
    return (typeof id === "string" ? this.#names.get(id) : undefined) ?? this.#agent;
  }
}

const COMPLETED: Readonly<Record<string, string>> = {
  [THOUGHT]: "thought.completed",
  [EXECUTOR]: "executor.completed",
};

type StepEvent = Extract<AguiEvent, { type: EventType.STEP_STARTED | EventType.STEP_FINISHED }>;

function stepData({ type, stepName, metadata = {} }: StepEvent): Spoken["data"] {
  const { order, tool, status, result, message } = metadata;
  const ended = status === "failed" ? "failed" : "completed";
  return {
    stepId: stepName,
    ...(typeof order === "number" ? { stepOrder: order } : {}),
    status: type === EventType.STEP_STARTED ? "running" : ended,
    ...(typeof tool === "string" ? { tool } : {}),
    ...(result === undefined || result === null ? {} : { result }),
    ...(typeof message === "string" ? { message } : {}),
  };
}

function failureData({ message, code }: { readonly message: string; readonly code?: string }): Spoken["data"] {
  return { message, ...(code === undefined ? {} : { code }) };
}

function ended(event: Extract<AguiEvent, { type: EventType.RUN_FINISHED }>): Omit<Spoken, "agent"> | undefined {
  const { outcome, result } = event;
  if (outcome?.type === "interrupt") return asked(outcome.interrupts);
  if (outcome?.type === "cancelled") return undefined;
  return { type: "request.completed", data: result === undefined || result === null ? {} : { result } };
}

/** Several questions at once have no message of their own. */
function asked([first, second]: readonly Interrupt[]): Omit<Spoken, "agent"> | undefined {
  if (first === undefined || second !== undefined) return undefined;
  const options: unknown = first.metadata?.["options"];
  const choice = Array.isArray(options) ? { options } : {};
  return { type: "feedback.requested", data: { questionId: first.id, question: first.message ?? "", ...choice } };
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
