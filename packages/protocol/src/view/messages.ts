import { EventType, mergeMetadata } from "@ag-ui/core";
import type { AguiEvent, AssistantMessage, Message } from "../events.ts";
import type { Draft } from "./draft.ts";
import { lastIndex } from "./draft.ts";

type Of<Type extends EventType> = Extract<AguiEvent, { type: Type }>;
type Start = Of<EventType.TEXT_MESSAGE_START> | Of<EventType.REASONING_MESSAGE_START>;
type Content = Of<EventType.TEXT_MESSAGE_CONTENT> | Of<EventType.REASONING_MESSAGE_CONTENT>;
type End = Of<EventType.TEXT_MESSAGE_END> | Of<EventType.REASONING_MESSAGE_END>;
type Metadata = Parameters<typeof mergeMetadata>[0];

/**
 * The conversation, as AG-UI's own client builds it: text, reasoning, tool calls inside their message
 * and tool results beside it. An id that is an activity's is left alone; its content is no text.
 */

export function startMessage(draft: Draft, event: Start): void {
  const index = draft.findMessage(event.messageId);
  if (index >= 0) addMetadata(draft, index, event.metadata);
  else draft.addMessage(newMessage(event));
}

function newMessage(event: Start): Message {
  const common = {
    id: event.messageId,
    content: "",
    ...(event.subagentRunId !== undefined && { subagentRunId: event.subagentRunId }),
    ...(event.metadata !== undefined && { metadata: { ...event.metadata } }),
  };
  if (event.type === EventType.REASONING_MESSAGE_START) return { ...common, role: "reasoning" };
  return { ...common, role: event.role ?? "assistant", ...(event.name !== undefined && { name: event.name }) };
}

export function appendText(draft: Draft, event: Content): void {
  const index = draft.findMessage(event.messageId);
  if (index < 0 || draft.view.messages[index]?.role === "activity") return;
  const message = draft.edit("messages", index);
  const before = typeof message.content === "string" ? message.content : "";
  message.content = before + event.delta;
  if (event.metadata !== undefined) setMetadata(message, event.metadata);
}

export function endMessage(draft: Draft, event: End): void {
  addMetadata(draft, draft.findMessage(event.messageId), event.metadata);
}

function addMetadata(draft: Draft, index: number, metadata: Metadata): void {
  if (index < 0 || metadata === undefined || draft.view.messages[index]?.role === "activity") return;
  setMetadata(draft.edit("messages", index), metadata);
}

/** Later keys win; a key's value is replaced, never blended. */
export function setMetadata(target: { metadata?: Metadata }, metadata: Metadata): void {
  const merged = mergeMetadata(target.metadata, metadata);
  if (merged !== undefined) target.metadata = merged;
}

export function startToolCall(draft: Draft, event: Of<EventType.TOOL_CALL_START>): void {
  const owner = findCaller(draft, event.toolCallId);
  if (owner >= 0) {
    editCall(draft, owner, event.toolCallId, (call) => {
      call.function = { ...call.function, name: event.toolCallName };
      if (event.metadata !== undefined) setMetadata(call, event.metadata);
    });
    return;
  }
  const message = draft.edit("messages", callerFor(draft, event)) as AssistantMessage;
  message.toolCalls = draft.own(message.toolCalls ?? []);
  message.toolCalls.push({
    id: event.toolCallId,
    type: "function",
    function: { name: event.toolCallName, arguments: "" },
    ...(event.metadata !== undefined && { metadata: { ...event.metadata } }),
  });
}

/** Index of the assistant message that takes the call: its parent, else one made for it. */
function callerFor(draft: Draft, event: Of<EventType.TOOL_CALL_START>): number {
  const { parentMessageId, toolCallId, subagentRunId } = event;
  const parent = parentMessageId ? draft.findMessage(parentMessageId) : -1;
  if (parent >= 0 && draft.view.messages[parent]?.role === "assistant") return parent;
  const id = parentMessageId && parent < 0 ? parentMessageId : toolCallId;
  draft.addMessage({ id, role: "assistant", toolCalls: [], ...(subagentRunId !== undefined && { subagentRunId }) });
  return draft.view.messages.length - 1;
}

export function appendArgs(draft: Draft, event: Of<EventType.TOOL_CALL_ARGS>): void {
  editCall(draft, findCaller(draft, event.toolCallId), event.toolCallId, (call) => {
    call.function = draft.own(call.function);
    call.function.arguments += event.delta;
    if (event.metadata !== undefined) setMetadata(call, event.metadata);
  });
}

export function endToolCall(draft: Draft, event: Of<EventType.TOOL_CALL_END>): void {
  const { metadata } = event;
  if (metadata === undefined) return;
  editCall(draft, findCaller(draft, event.toolCallId), event.toolCallId, (call) => setMetadata(call, metadata));
}

/** A result stands after the message that called, behind the results that are there already. */
export function addToolResult(draft: Draft, event: Of<EventType.TOOL_CALL_RESULT>): void {
  const messages = draft.list("messages");
  const owner = findCaller(draft, event.toolCallId);
  let place = owner < 0 ? messages.length : owner + 1;
  while (messages[place]?.role === "tool") place += 1;
  messages.splice(place, 0, {
    id: event.messageId,
    role: "tool",
    toolCallId: event.toolCallId,
    content: event.content,
    ...(event.subagentRunId !== undefined && { subagentRunId: event.subagentRunId }),
    ...(event.metadata !== undefined && { metadata: { ...event.metadata } }),
  });
  draft.forgetPlaces();
}

export function setEncrypted(draft: Draft, event: Of<EventType.REASONING_ENCRYPTED_VALUE>): void {
  const { entityId, encryptedValue } = event;
  if (event.subtype === "tool-call") {
    editCall(draft, findCaller(draft, entityId), entityId, (call) => (call.encryptedValue = encryptedValue));
    return;
  }
  const index = draft.findMessage(entityId);
  if (index < 0) return;
  const message = draft.edit("messages", index);
  if (message.role !== "activity") message.encryptedValue = encryptedValue;
}

type Call = NonNullable<AssistantMessage["toolCalls"]>[number];

/** Index of the newest assistant message that holds the call, or -1. */
function findCaller(draft: Draft, toolCallId: string): number {
  return lastIndex(draft.view.messages, (message) => message.role === "assistant" && holds(message, toolCallId));
}

function holds(message: AssistantMessage, toolCallId: string): boolean {
  return message.toolCalls?.some((call) => call.id === toolCallId) ?? false;
}

function editCall(draft: Draft, index: number, toolCallId: string, change: (call: Call) => void): void {
  if (index < 0) return;
  const message = draft.edit("messages", index) as AssistantMessage;
  const calls = draft.own(message.toolCalls ?? []);
  message.toolCalls = calls;
  const place = calls.findIndex((call) => call.id === toolCallId);
  const call = calls[place];
  if (call === undefined) return;
  const own = draft.own(call);
  calls[place] = own;
  change(own);
}
