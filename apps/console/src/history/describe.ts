import { EventType } from "@throughline/protocol";
import type { AguiEvent } from "@throughline/protocol";

/** What an event is about, for filters and for the line's segments. */
export type Kind = "run" | "text" | "tool" | "step" | "state" | "chart" | "other";

export const KINDS: readonly { readonly value: Kind; readonly label: string }[] = [
  { value: "run", label: "Runs" },
  { value: "text", label: "Texts" },
  { value: "tool", label: "Tools" },
  { value: "step", label: "Team and plan" },
  { value: "chart", label: "Chart" },
  { value: "state", label: "State" },
  { value: "other", label: "Other" },
];

const PREFIXES: readonly (readonly [string, Kind])[] = [
  ["RUN_", "run"],
  ["TEXT_MESSAGE_", "text"],
  ["REASONING_", "text"],
  ["TOOL_CALL_", "tool"],
  ["STEP_", "step"],
  ["SUBAGENT_", "step"],
  ["STATE_", "state"],
  ["MESSAGES_", "state"],
];

export function kindOf(event: AguiEvent): Kind {
  if (event.type === EventType.CUSTOM) return event.name.startsWith("chart.") ? "chart" : "other";
  return PREFIXES.find(([prefix]) => event.type.startsWith(prefix))?.[1] ?? "other";
}

/** What the event says, in a line: its text, its name, or what it carries. */
export function summaryOf(event: AguiEvent): string {
  switch (event.type) {
    case EventType.TEXT_MESSAGE_CONTENT:
    case EventType.REASONING_MESSAGE_CONTENT:
    case EventType.TOOL_CALL_ARGS:
      return event.delta;
    case EventType.TOOL_CALL_START:
      return event.toolCallName;
    case EventType.TOOL_CALL_RESULT:
      return typeof event.content === "string" ? event.content : JSON.stringify(event.content);
    case EventType.STEP_STARTED:
    case EventType.STEP_FINISHED:
      return event.stepName;
    case EventType.RUN_ERROR:
      return `${event.code ?? ""} ${event.message}`.trim();
    case EventType.CUSTOM:
      return `${event.name} ${JSON.stringify(event.value)}`;
    case EventType.STATE_SNAPSHOT:
      return JSON.stringify(event.snapshot);
    case EventType.STATE_DELTA:
      return JSON.stringify(event.delta);
    default:
      return restOf(event);
  }
}

/** The event's own fields, without those that every event has. */
function restOf(event: AguiEvent): string {
  const { type: _type, timestamp: _timestamp, ...rest } = event;
  return Object.entries(rest)
    .filter(([, value]) => typeof value === "string" || typeof value === "number")
    .map(([, value]) => String(value))
    .join(" · ");
}
