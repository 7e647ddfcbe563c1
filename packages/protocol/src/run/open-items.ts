import { EventType } from "@ag-ui/core";
import type { AguiEvent } from "../events.ts";
import type { Owners } from "./owners.ts";

/** How a run ends, as far as what is still open is concerned. */
export type Ending = "success" | "interrupt" | "cancelled" | "failed";

/** What a run has begun and not yet ended. */
export class OpenItems {
  readonly messages = new Set<string>();
  readonly toolCalls = new Set<string>();
  readonly reasoningSpans = new Set<string>();
  readonly reasoningMessages = new Set<string>();
  readonly subagents = new Set<string>();
  /** Step names by owner: a team's members may each have a step of the same name. */
  readonly #steps = new Map<string | undefined, Set<string>>();

  hasStep(owner: string | undefined, name: string): boolean {
    return this.#steps.get(owner)?.has(name) ?? false;
  }

  addStep(owner: string | undefined, name: string): void {
    const names = this.#steps.get(owner);
    if (names === undefined) this.#steps.set(owner, new Set([name]));
    else names.add(name);
  }

  deleteStep(owner: string | undefined, name: string): void {
    const names = this.#steps.get(owner);
    names?.delete(name);
    if (names?.size === 0) this.#steps.delete(owner);
  }

  /** One open item in words, or `undefined` when all is closed. */
  describe(): string | undefined {
    const kinds: readonly (readonly [string, Iterable<string>])[] = [
      ["text message", this.messages],
      ["tool call", this.toolCalls],
      ["reasoning message", this.reasoningMessages],
      ["reasoning span", this.reasoningSpans],
      ["step", this.#stepNames()],
      ["subagent", this.subagents],
    ];
    for (const [kind, ids] of kinds) {
      for (const id of ids) return `${kind} '${id}'`;
    }
    return undefined;
  }

  *#stepNames(): Iterable<string> {
    for (const names of this.#steps.values()) yield* names;
  }

  /** The events that close everything: contents first, then steps, then subagents, innermost first. */
  closings(owners: Owners, ending: Ending, now: number): AguiEvent[] {
    return [
      ...[...this.messages].map((messageId) =>
        tagged({ type: EventType.TEXT_MESSAGE_END, messageId, timestamp: now }, owners.message.get(messageId)),
      ),
      ...[...this.toolCalls].map((toolCallId) =>
        tagged({ type: EventType.TOOL_CALL_END, toolCallId, timestamp: now }, owners.toolCall.get(toolCallId)),
      ),
      ...[...this.reasoningMessages].map((messageId) =>
        tagged({ type: EventType.REASONING_MESSAGE_END, messageId, timestamp: now }, owners.reasoning.get(messageId)),
      ),
      ...[...this.reasoningSpans].map((messageId) =>
        tagged({ type: EventType.REASONING_END, messageId, timestamp: now }, owners.reasoning.get(messageId)),
      ),
      ...this.#stepClosings(now),
      ...[...this.subagents].reverse().map((id) => subagentClosing(id, ending, now)),
    ];
  }

  #stepClosings(now: number): AguiEvent[] {
    const closings: AguiEvent[] = [];
    for (const [owner, names] of this.#steps) {
      for (const stepName of names)
        closings.unshift(tagged({ type: EventType.STEP_FINISHED, stepName, timestamp: now }, owner));
    }
    return closings;
  }
}

function tagged(event: AguiEvent, owner: string | undefined): AguiEvent {
  return owner === undefined ? event : ({ ...event, subagentRunId: owner } as AguiEvent);
}

/** A subagent that did not finish failed, unless its run ended well: then so did the subagent. */
function subagentClosing(subagentRunId: string, ending: Ending, timestamp: number): AguiEvent {
  if (ending === "success") return { type: EventType.SUBAGENT_FINISHED, subagentRunId, timestamp };
  if (ending === "interrupt") {
    return { type: EventType.SUBAGENT_FINISHED, subagentRunId, outcome: { type: "suspended" }, timestamp };
  }
  const message = ending === "cancelled" ? "The run was cancelled." : "The run failed before this agent was done.";
  return { type: EventType.SUBAGENT_ERROR, subagentRunId, message, timestamp };
}
