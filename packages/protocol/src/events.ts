/**
 * The canonical events: AG-UI 1.0, nothing invented. What AG-UI lacks is a CUSTOM event
 * (see custom.ts).
 */
export { EventType } from "@ag-ui/core";
export type {
  ActivityMessage,
  AssistantMessage,
  CustomEvent as AguiCustomEvent,
  Event as AguiEvent,
  Interrupt,
  JsonPatchOperation,
  Message,
  ResumeEntry,
  RunAgentInput,
  RunErrorEvent,
  RunFinishedEvent,
  RunFinishedOutcome,
  RunStartedEvent,
  SubagentStartedEvent,
  TokenUsage,
  Tool,
  ToolCall,
  UserMessage,
} from "@ag-ui/core";

import type { Event } from "@ag-ui/core";

/** An event at its place in a thread: `seq` counts the thread's events from 1. */
export interface ThreadEvent {
  readonly seq: number;
  readonly event: Event;
}
