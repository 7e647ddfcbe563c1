import type { AguiEvent } from "@throughline/protocol";

/** An event as the builder's parts write it: time and owner are put on at one place. */
export type EventBody = AguiEvent extends infer Event
  ? Event extends AguiEvent
    ? Omit<Event, "timestamp" | "subagentRunId">
    : never
  : never;

/** Puts an event in its place. The promise resolves once there is room for another, and its rejection is owned. */
export type Emit = (body: EventBody) => Promise<void>;
