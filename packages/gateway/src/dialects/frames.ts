import type { AguiEvent, Interrupt, Json, JsonObject } from "@throughline/protocol";

/** What the frames of several dialects have in common. */

/** The furthest moment a Date can hold, either way. An agent's event may claim any. */
const FURTHEST_MS = 8.64e15;

/** ISO-8601 UTC with milliseconds. */
export function iso(ms: number): string {
  return new Date(Math.min(FURTHEST_MS, Math.max(-FURTHEST_MS, ms))).toISOString();
}

/** When the event happened, as {@link iso}. */
export function timeOf(event: AguiEvent): string {
  return iso(event.timestamp ?? 0);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON objects and lists as what they are, all other text as text. */
export function unpacked(text: string): Json {
  if (!text.startsWith("{") && !text.startsWith("[")) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** One event is one frame: of several questions the first is the frame, and all stand in `questions`. */
export function questionFields(interrupts: readonly Interrupt[]): JsonObject {
  const all = interrupts.map((interrupt) => {
    const options = interrupt.metadata?.["options"] as Json | undefined;
    const asked = { question_id: interrupt.id, question: interrupt.message ?? interrupt.reason };
    return options === undefined ? asked : { ...asked, options };
  });
  return { ...all[0], ...(all.length > 1 ? { questions: all } : {}) };
}
