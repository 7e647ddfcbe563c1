import { EventType } from "@ag-ui/core";
import type { AguiEvent, RunFinishedEvent, RunStartedEvent, SubagentStartedEvent } from "../events.ts";
import { ThroughlineError } from "../errors.ts";
import { OpenItems, type Ending } from "./open-items.ts";
import { contradicts, Owners } from "./owners.ts";
import type { Problem } from "./problem.ts";
import { shapeProblem } from "./shape.ts";

type Of<Type extends EventType> = Extract<AguiEvent, { type: Type }>;

/** Which run a grammar watches. */
export interface RunIds {
  readonly threadId: string;
  readonly runId: string;
}

/**
 * Watches the events of one run, one at a time, and knows what is open (rule R2).
 *
 * Every prefix it accepts is accepted by AG-UI's own schema and verifier. It is stricter in six ways,
 * since a run's slice must make sense on its own:
 * - the first event is RUN_STARTED, and there is one, with this run's ids;
 * - the terminal event is the last (AG-UI lets RUN_ERROR follow RUN_FINISHED) and names this run;
 * - nothing is open at a RUN_ERROR either;
 * - *_CHUNK shorthands are refused: expand them first (EventNormaliser);
 * - CUSTOM events of the names in custom.ts have the payload that stands there;
 * - no field's value is deeper than VALUE_DEPTH.
 */
export class RunGrammar {
  readonly #ids: RunIds;
  readonly #open = new OpenItems();
  readonly #owners = new Owners();
  readonly #closedSubagents = new Set<string>();
  #started = false;
  #terminated = false;

  constructor(ids: RunIds) {
    this.#ids = { threadId: ids.threadId, runId: ids.runId };
  }

  /** Whether the run's terminal event has been accepted. */
  get terminated(): boolean {
    return this.#terminated;
  }

  /** Whether this subagent has been started and not ended. */
  hasSubagent(subagentRunId: string): boolean {
    return this.#open.subagents.has(subagentRunId);
  }

  /** Whether this subagent has been started, whether or not it has ended since. */
  hadSubagent(subagentRunId: string): boolean {
    return this.#knowsSubagent(subagentRunId);
  }

  /** Whether this step has been started and not finished. @param subagentRunId absent = the run's own agent's */
  hasStep(name: string, subagentRunId?: string): boolean {
    return this.#open.hasStep(subagentRunId, name);
  }

  /** Takes the run's next event, or says why it cannot be that; a refused event leaves no trace. */
  accept(event: AguiEvent): Problem | undefined {
    const message = shapeProblem(event) ?? this.#orderProblem(event) ?? this.#take(event);
    return message === undefined ? undefined : { message };
  }

  /**
   * The events that close all that is open, in a valid order, so that a terminal may follow.
   * They still have to be accepted.
   * @param now their timestamp, in ms
   * @param ending what the terminal will be; decides whether open subagents finished or failed
   */
  closings(now: number, ending: Ending = "failed"): AguiEvent[] {
    return this.#terminated ? [] : this.#open.closings(this.#owners, ending, now);
  }

  #orderProblem(event: AguiEvent): string | undefined {
    if (this.#terminated) return `${event.type} after the run's end`;
    if (this.#started === (event.type === EventType.RUN_STARTED)) {
      return this.#started ? "RUN_STARTED twice in one run" : `${event.type} before RUN_STARTED`;
    }
    return undefined;
  }

  #take(event: AguiEvent): string | undefined {
    switch (event.type) {
      case EventType.TEXT_MESSAGE_CONTENT:
        return this.#continue(event, event.messageId, this.#open.messages, this.#owners.message);
      case EventType.TOOL_CALL_ARGS:
        return this.#continue(event, event.toolCallId, this.#open.toolCalls, this.#owners.toolCall);
      case EventType.REASONING_MESSAGE_CONTENT:
        return this.#continue(event, event.messageId, this.#open.reasoningMessages, this.#owners.reasoning);
      case EventType.TEXT_MESSAGE_START:
        return this.#begin(event, event.messageId, this.#open.messages, this.#owners.message);
      case EventType.REASONING_START:
        return this.#begin(event, event.messageId, this.#open.reasoningSpans, this.#owners.reasoning);
      case EventType.REASONING_MESSAGE_START:
        return this.#begin(event, event.messageId, this.#open.reasoningMessages, this.#owners.reasoning);
      case EventType.TOOL_CALL_START:
        return this.#beginToolCall(event);
      case EventType.TEXT_MESSAGE_END:
        return this.#end(event, event.messageId, this.#open.messages, this.#owners.message);
      case EventType.TOOL_CALL_END:
        return this.#end(event, event.toolCallId, this.#open.toolCalls, this.#owners.toolCall);
      case EventType.REASONING_MESSAGE_END:
        return this.#end(event, event.messageId, this.#open.reasoningMessages, this.#owners.reasoning);
      case EventType.REASONING_END:
        return this.#end(event, event.messageId, this.#open.reasoningSpans, this.#owners.reasoning);
      default:
        return this.#takeRare(event);
    }
  }

  #takeRare(event: AguiEvent): string | undefined {
    switch (event.type) {
      case EventType.STEP_STARTED:
        return this.#startStep(event);
      case EventType.STEP_FINISHED:
        return this.#finishStep(event);
      case EventType.SUBAGENT_STARTED:
        return this.#startSubagent(event);
      case EventType.SUBAGENT_FINISHED:
      case EventType.SUBAGENT_ERROR:
        return this.#endSubagent(event.type, event.subagentRunId);
      case EventType.TOOL_CALL_RESULT:
        this.#owners.message.set(event.messageId, event.subagentRunId);
        return undefined;
      case EventType.ACTIVITY_SNAPSHOT:
        return this.#takeActivity(event);
      case EventType.ACTIVITY_DELTA:
        return mismatch(event, event.messageId, this.#owners.activity);
      case EventType.REASONING_ENCRYPTED_VALUE:
        return this.#takeEncrypted(event);
      case EventType.MESSAGES_SNAPSHOT:
        this.#owners.seed(event.messages, true);
        return undefined;
      case EventType.RUN_STARTED:
        return this.#startRun(event);
      case EventType.RUN_FINISHED:
        return this.#foreignIds(event) ?? this.#endRun(event.type);
      case EventType.RUN_ERROR:
        return this.#endRun(event.type);
      case EventType.TEXT_MESSAGE_CHUNK:
      case EventType.TOOL_CALL_CHUNK:
      case EventType.REASONING_MESSAGE_CHUNK:
        return `${event.type} must be expanded before it is stored`;
      default:
        return undefined;
    }
  }

  #begin(
    event: AguiEvent & Tagged,
    id: string,
    open: Set<string>,
    owners: Map<string, string | undefined>,
    owner = event.subagentRunId,
  ): string | undefined {
    if (open.has(id)) return `${event.type}: '${id}' is open already`;
    const problem = mismatch(event, id, owners);
    if (problem !== undefined) return problem;
    open.add(id);
    if (!owners.has(id)) owners.set(id, owner);
    return undefined;
  }

  #continue(
    event: AguiEvent & Tagged,
    id: string,
    open: Set<string>,
    owners: Map<string, string | undefined>,
  ): string | undefined {
    if (!open.has(id)) return `${event.type}: '${id}' is not open`;
    return mismatch(event, id, owners);
  }

  #end(
    event: AguiEvent & Tagged,
    id: string,
    open: Set<string>,
    owners: Map<string, string | undefined>,
  ): string | undefined {
    const problem = this.#continue(event, id, open, owners);
    if (problem === undefined) open.delete(id);
    return problem;
  }

  /** A tool call lives inside the message it names as its parent, and so has that message's owner. */
  #beginToolCall(event: Of<EventType.TOOL_CALL_START>): string | undefined {
    const { message, toolCall } = this.#owners;
    const parent = event.parentMessageId;
    const inherits = parent !== undefined && message.has(parent);
    if (inherits && contradicts(message, parent, event.subagentRunId)) {
      return `${event.type}: '${event.toolCallId}' has another subagentRunId than its parent message '${parent}'`;
    }
    const owner = event.subagentRunId ?? (inherits ? message.get(parent) : undefined);
    if (inherits && toolCall.has(event.toolCallId) && toolCall.get(event.toolCallId) !== owner) {
      return `${event.type}: '${event.toolCallId}' belongs to another subagentRunId than its parent message '${parent}'`;
    }
    return this.#begin(event, event.toolCallId, this.#open.toolCalls, toolCall, owner);
  }

  #startStep(event: Of<EventType.STEP_STARTED>): string | undefined {
    if (this.#open.hasStep(event.subagentRunId, event.stepName))
      return `${event.type}: '${event.stepName}' is open already`;
    this.#open.addStep(event.subagentRunId, event.stepName);
    return undefined;
  }

  #finishStep(event: Of<EventType.STEP_FINISHED>): string | undefined {
    if (!this.#open.hasStep(event.subagentRunId, event.stepName)) {
      return `${event.type}: '${event.stepName}' is not open for ${who(event.subagentRunId)}`;
    }
    this.#open.deleteStep(event.subagentRunId, event.stepName);
    return undefined;
  }

  #startSubagent(event: SubagentStartedEvent): string | undefined {
    const id = event.subagentRunId;
    if (this.#knowsSubagent(id)) return `${event.type}: '${id}' has been started before in this run`;
    const parent = event.parentSubagentRunId;
    if (parent !== undefined && !this.#knowsSubagent(parent))
      return `${event.type}: its parent '${parent}' has not been started`;
    this.#open.subagents.add(id);
    return undefined;
  }

  #endSubagent(type: EventType, id: string): string | undefined {
    if (!this.#open.subagents.delete(id)) return `${type}: subagent '${id}' is not open`;
    this.#closedSubagents.add(id);
    return undefined;
  }

  #knowsSubagent(id: string): boolean {
    return this.#open.subagents.has(id) || this.#closedSubagents.has(id);
  }

  /** Only a snapshot that makes or replaces the activity decides whose it is. */
  #takeActivity(event: Of<EventType.ACTIVITY_SNAPSHOT>): undefined {
    const { activity } = this.#owners;
    if (!activity.has(event.messageId) || event.replace !== false) activity.set(event.messageId, event.subagentRunId);
  }

  #takeEncrypted(event: Of<EventType.REASONING_ENCRYPTED_VALUE>): string | undefined {
    const { message, reasoning, toolCall } = this.#owners;
    if (event.subtype === "tool-call") return mismatch(event, event.entityId, toolCall);
    return mismatch(event, event.entityId, message.has(event.entityId) ? message : reasoning);
  }

  #startRun(event: RunStartedEvent): string | undefined {
    const problem = this.#foreignIds(event);
    if (problem !== undefined) return problem;
    this.#started = true;
    this.#owners.seed(event.input?.messages ?? [], false);
    return undefined;
  }

  #foreignIds(event: RunStartedEvent | RunFinishedEvent): string | undefined {
    const { threadId, runId } = this.#ids;
    if (event.threadId === threadId && event.runId === runId) return undefined;
    return `${event.type} names run '${event.runId}' of thread '${event.threadId}' instead of '${runId}' of '${threadId}'`;
  }

  #endRun(type: EventType): string | undefined {
    const open = this.#open.describe();
    if (open !== undefined) return `${type} while ${open} is open`;
    this.#terminated = true;
    return undefined;
  }
}

interface Tagged {
  readonly subagentRunId?: string;
}

function mismatch(event: AguiEvent & Tagged, id: string, owners: Map<string, string | undefined>): string | undefined {
  if (!contradicts(owners, id, event.subagentRunId)) return undefined;
  return `${event.type}: '${id}' belongs to ${who(owners.get(id))}, not to ${who(event.subagentRunId)}`;
}

function who(subagentRunId: string | undefined): string {
  return subagentRunId === undefined ? "the run's own agent" : `subagent '${subagentRunId}'`;
}

/**
 * The grammar of a run as it stood after the events stored of it, so that what a crash left open can
 * be closed.
 * @throws ThroughlineError `corrupt` when the events could not have been stored by this grammar
 */
export function recoverGrammar(ids: RunIds, events: Iterable<AguiEvent>): RunGrammar {
  const grammar = new RunGrammar(ids);
  for (const event of events) {
    const problem = grammar.accept(event);
    if (problem !== undefined) throw new ThroughlineError("corrupt", `Stored run '${ids.runId}': ${problem.message}`);
  }
  return grammar;
}
