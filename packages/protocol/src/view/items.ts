import { EventType } from "@ag-ui/core";
import type { AguiEvent } from "../events.ts";
import { lastIndex, type Draft } from "./draft.ts";
import type { OpenItemView } from "./view.ts";

type Kind = OpenItemView["kind"];

function openItem(draft: Draft, kind: Kind, id: string, subagentRunId: string | undefined): void {
  draft.list("open").push({ kind, id, subagentRunId: subagentRunId ?? null });
}

function closeItem(draft: Draft, kind: Kind, id: string): void {
  const index = lastIndex(draft.view.open, (item) => item.kind === kind && item.id === id);
  if (index >= 0) draft.list("open").splice(index, 1);
}

function closeAllItems(draft: Draft): void {
  if (draft.view.open.length > 0) draft.view.open = [];
}

/** Takes note of an event that begins or ends an item; others pass. */
export function trackItem(draft: Draft, event: AguiEvent): void {
  switch (event.type) {
    case EventType.TEXT_MESSAGE_START:
      return openItem(draft, "message", event.messageId, event.subagentRunId);
    case EventType.TEXT_MESSAGE_END:
      return closeItem(draft, "message", event.messageId);
    case EventType.REASONING_START:
      return openItem(draft, "reasoning", event.messageId, event.subagentRunId);
    case EventType.REASONING_END:
      return closeItem(draft, "reasoning", event.messageId);
    case EventType.REASONING_MESSAGE_START:
      return openItem(draft, "reasoning_message", event.messageId, event.subagentRunId);
    case EventType.REASONING_MESSAGE_END:
      return closeItem(draft, "reasoning_message", event.messageId);
    case EventType.TOOL_CALL_START:
      return openItem(draft, "tool_call", event.toolCallId, event.subagentRunId);
    case EventType.TOOL_CALL_END:
      return closeItem(draft, "tool_call", event.toolCallId);
    case EventType.RUN_FINISHED:
    case EventType.RUN_ERROR:
      return closeAllItems(draft);
    default:
  }
}
