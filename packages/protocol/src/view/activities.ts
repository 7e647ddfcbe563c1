import type { EventType } from "@ag-ui/core";
import type { ActivityMessage, AguiEvent, Message } from "../events.ts";
import type { Draft } from "./draft.ts";
import { patched } from "./json-patch.ts";
import { setMetadata } from "./messages.ts";

type Snapshot = Extract<AguiEvent, { type: EventType.ACTIVITY_SNAPSHOT }>;
type Delta = Extract<AguiEvent, { type: EventType.ACTIVITY_DELTA }>;

/** Sets an activity; `replace: false` leaves one that is there as it is. */
export function setActivity(draft: Draft, event: Snapshot): void {
  const index = draft.findMessage(event.messageId);
  const before = draft.view.messages[index];
  if (before === undefined) draft.addMessage(activityOf(event));
  else if (event.replace !== false) draft.list("messages")[index] = replaced(before, event);
  const place = before === undefined ? draft.view.messages.length - 1 : index;
  if (event.metadata === undefined || draft.view.messages[place]?.role !== "activity") return;
  setMetadata(draft.edit("messages", place), event.metadata);
}

function replaced(before: Message, event: Snapshot): ActivityMessage {
  const metadata = before.role === "activity" ? before.metadata : undefined;
  return { ...activityOf(event), ...(metadata !== undefined && { metadata }) };
}

function activityOf(event: Snapshot): ActivityMessage {
  return {
    id: event.messageId,
    role: "activity",
    activityType: event.activityType,
    content: event.content,
    ...(event.subagentRunId !== undefined && { subagentRunId: event.subagentRunId }),
  };
}

/** Changes an activity's content; a patch that does not apply changes nothing. */
export function patchActivity(draft: Draft, event: Delta): void {
  const index = draft.findMessage(event.messageId);
  const before = draft.view.messages[index];
  if (before?.role !== "activity") return;
  const result = patched(before.content, event.patch);
  if (result === undefined && event.metadata === undefined) return;
  const message = draft.edit("messages", index) as ActivityMessage;
  if (event.metadata !== undefined) setMetadata(message, event.metadata);
  if (result === undefined) return;
  message.content = result.document as ActivityMessage["content"];
  message.activityType = event.activityType;
}
