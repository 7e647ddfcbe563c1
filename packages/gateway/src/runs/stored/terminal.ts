import { type AguiEvent, ERRORS, type ErrorCode, EventType } from "@throughline/protocol";
import type { Ending as GrammarEnding } from "@throughline/protocol/run";
import type { Ending } from "./records.ts";

/** What the grammar calls an ending when it closes what is open. */
export const GRAMMAR_ENDING = {
  success: "success",
  interrupt: "interrupt",
  cancelled: "cancelled",
  error: "failed",
} as const satisfies Record<Ending["type"], GrammarEnding>;

/** How an agent's own terminal event ends its run; undefined for any other event. */
export function endingOf(event: AguiEvent): Ending | undefined {
  if (event.type === EventType.RUN_ERROR) {
    return { type: "error", code: knownCode(event.code), message: event.message };
  }
  if (event.type !== EventType.RUN_FINISHED) return undefined;
  const outcome = event.outcome ?? { type: "success" };
  switch (outcome.type) {
    case "interrupt":
      return { type: "interrupt", interrupts: outcome.interrupts };
    case "cancelled":
      return { type: "cancelled" };
    default:
      return event.result === undefined ? { type: "success" } : { type: "success", result: event.result };
  }
}

/** The run's last event. */
export function terminalEvent(
  ending: Ending,
  ids: { readonly threadId: string; readonly runId: string },
  timestamp: number,
): AguiEvent {
  switch (ending.type) {
    case "error":
      return { type: EventType.RUN_ERROR, message: ending.message, code: ending.code, timestamp };
    case "cancelled":
      return { type: EventType.RUN_FINISHED, ...ids, outcome: { type: "cancelled" }, timestamp };
    case "interrupt":
      return {
        type: EventType.RUN_FINISHED,
        ...ids,
        outcome: { type: "interrupt", interrupts: ending.interrupts },
        timestamp,
      };
    case "success": {
      const result = ending.result === undefined ? {} : { result: ending.result };
      return { type: EventType.RUN_FINISHED, ...ids, ...result, outcome: { type: "success" }, timestamp };
    }
  }
}

/** Codes are stable and ours; a code of the agent's own is not passed on as one. */
function knownCode(code: string | undefined): ErrorCode {
  return code !== undefined && Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : "agent_error";
}
