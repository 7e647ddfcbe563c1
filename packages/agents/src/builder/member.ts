import { EventType, ThroughlineError, type AguiEvent, type Json } from "@throughline/protocol";
import { Asked } from "./questions.ts";
import type { Subagent } from "./run.ts";

/** The events that frame the work of a team's member. */

export function memberStarted(who: Subagent, subagentRunId: string, parent: string | undefined): AguiEvent {
  return {
    type: EventType.SUBAGENT_STARTED,
    subagentRunId,
    name: who.name,
    ...(who.description === undefined ? {} : { description: who.description }),
    ...(parent === undefined ? {} : { parentSubagentRunId: parent }),
    ...(who.emoji === undefined ? {} : { metadata: { emoji: who.emoji } }),
  };
}

/** @param result what people are shown of it; absent for a member that only works */
export function memberFinished(subagentRunId: string, result?: Json): AguiEvent {
  const shown = result === undefined ? {} : { result };
  return { type: EventType.SUBAGENT_FINISHED, subagentRunId, ...shown, outcome: { type: "success" } };
}

/** One that asked something waits for the answer; any other error is a failure. */
export function memberStopped(subagentRunId: string, error: unknown): AguiEvent {
  if (error instanceof Asked) {
    const outcome = { type: "suspended" as const, interruptIds: [error.interruptId] };
    return { type: EventType.SUBAGENT_FINISHED, subagentRunId, outcome };
  }
  const { message, code } = ThroughlineError.from(error, "agent_error");
  return { type: EventType.SUBAGENT_ERROR, subagentRunId, message, code };
}
