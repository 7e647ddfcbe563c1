import { type AguiEvent, EventType } from "@throughline/protocol";
import { encodeEvent } from "../../threads/codec.ts";
import type { Ending } from "./records.ts";

/** Bytes of one event; a larger one belongs into a file that the event names. */
const MAX_EVENT_BYTES = 1024 * 1024;
/** Characters of a question's id; clients send it back. */
const MAX_INTERRUPT_ID = 200;
const MAX_INTERRUPTS = 100;
/** Characters of what a run is said to have failed with. */
const MAX_MESSAGE = 4_000;

/** The event as its thread stores it, or why it cannot be stored. */
export function recordOf(event: AguiEvent): { readonly record: Uint8Array } | { readonly problem: string } {
  try {
    const record = encodeEvent(event);
    return record.length > MAX_EVENT_BYTES ? { problem: `an event may have ${MAX_EVENT_BYTES} bytes` } : { record };
  } catch (error) {
    return { problem: `${event.type} is not JSON: ${error instanceof Error ? error.message : "it throws"}` };
  }
}

/** Why a terminal event that the grammar takes cannot be stored; undefined when it can. */
export function terminalProblem(event: AguiEvent): string | undefined {
  const encoded = recordOf(event);
  if ("problem" in encoded) return encoded.problem;
  if (event.type !== EventType.RUN_FINISHED || event.outcome?.type !== "interrupt") return undefined;
  const { interrupts } = event.outcome;
  if (interrupts.length > MAX_INTERRUPTS) return `a run may ask ${MAX_INTERRUPTS} questions at once`;
  if (interrupts.every(({ id }) => isInterruptId(id))) return undefined;
  return `an interrupt's id is a text of 1 to ${MAX_INTERRUPT_ID} characters`;
}

/** Whether a text can be a question's id: neither empty nor long, and one that UTF-8 can say. */
export function isInterruptId(id: string): boolean {
  return id.length > 0 && id.length <= MAX_INTERRUPT_ID && id.isWellFormed();
}

/** The ending with its message cut to a length that everybody can store. */
export function cut(ending: Ending): Ending {
  if (ending.type !== "error" || typeof ending.message !== "string" || ending.message.length <= MAX_MESSAGE) {
    return ending;
  }
  return { ...ending, message: `${ending.message.slice(0, MAX_MESSAGE)}…` };
}
