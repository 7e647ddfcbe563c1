import type { EventType } from "@ag-ui/core";
import type { AguiEvent, Message } from "../events.ts";
import { lastIndex, type Draft, type Mutable } from "./draft.ts";
import type { ToolCallView } from "./view.ts";

type Of<Type extends EventType> = Extract<AguiEvent, { type: Type }>;
type Content = Extract<Message, { role: "tool" }>["content"];

/** The tool calls of the newest run that had any. */

export function noteToolCall(draft: Draft, event: Of<EventType.TOOL_CALL_START>, runId: string): void {
  if (draft.view.toolCalls.at(-1)?.runId !== runId) draft.view.toolCalls = [];
  draft.list("toolCalls").push({
    toolCallId: event.toolCallId,
    name: event.toolCallName,
    runId,
    subagentRunId: event.subagentRunId ?? null,
    args: "",
    status: "calling",
    result: null,
    startedAt: event.timestamp ?? null,
    endedAt: null,
  });
}

export function noteArgs(draft: Draft, event: Of<EventType.TOOL_CALL_ARGS>): void {
  editCall(draft, event.toolCallId, (call) => (call.args += event.delta));
}

export function noteCallEnd(draft: Draft, event: Of<EventType.TOOL_CALL_END>): void {
  editCall(draft, event.toolCallId, (call) => {
    if (call.status === "calling") call.status = "running";
  });
}

export function noteResult(draft: Draft, toolCallId: string, content: Content, at: number | null): void {
  editCall(draft, toolCallId, (call) => {
    call.status = "completed";
    call.result = textOf(content);
    call.endedAt = at;
  });
}

/** Marks the calls that will get no result any more. */
export function leaveUnfinished(draft: Draft, at: number | null): void {
  for (const [index, { status }] of draft.view.toolCalls.entries()) {
    if (status === "completed" || status === "unfinished") continue;
    const call = draft.edit("toolCalls", index);
    call.status = "unfinished";
    call.endedAt = at;
  }
}

function editCall(draft: Draft, toolCallId: string, change: (call: Mutable<ToolCallView>) => void): void {
  const index = lastIndex(draft.view.toolCalls, (call) => call.toolCallId === toolCallId);
  if (index >= 0) change(draft.edit("toolCalls", index));
}

function textOf(content: Content): string {
  if (typeof content === "string") return content;
  return content.map((part) => (part.type === "text" ? part.text : "")).join("");
}
