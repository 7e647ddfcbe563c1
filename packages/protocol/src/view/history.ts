import type { EventType } from "@ag-ui/core";
import type { AguiEvent, Message } from "../events.ts";
import type { Draft } from "./draft.ts";

type MessagesSnapshot = Extract<AguiEvent, { type: EventType.MESSAGES_SNAPSHOT }>;

/** Whole messages that come at once: a person's with RUN_STARTED, or the conversation restated. */

/** Adds the messages whose id the thread does not have yet. */
export function addMessages(draft: Draft, messages: readonly Message[]): void {
  if (messages.length === 0) return;
  const known = new Set(draft.view.messages.map((message) => message.id));
  for (const message of messages) {
    if (known.has(message.id)) continue;
    known.add(message.id);
    draft.addMessage(message);
  }
}

/**
 * Replaces the conversation. Messages keep their places; what the snapshot leaves out is dropped,
 * except activities and reasoning if it says nothing of such.
 */
export function replaceMessages(draft: Draft, event: MessagesSnapshot): void {
  const incoming = new Map(event.messages.map((message) => [message.id, message]));
  const keeps = keeper(event);
  const kept = draft.view.messages.filter((message) => incoming.has(message.id) || keeps(message));
  const known = new Set(kept.map((message) => message.id));
  draft.view.messages = [
    ...kept.map((message) => incoming.get(message.id) ?? message),
    ...event.messages.filter((message) => !known.has(message.id)),
  ];
  draft.forgetPlaces();
}

function keeper(event: MessagesSnapshot): (message: Message) => boolean {
  const hasReasoning = event.messages.some((message) => message.role === "reasoning");
  const hasActivity = event.messages.some((message) => message.role === "activity");
  const types = authoritativeTypes(event);
  return (message) => {
    if (message.role === "reasoning") return !hasReasoning;
    if (message.role !== "activity" || types === "all") return false;
    return types === undefined ? !hasActivity : !types.includes(message.activityType);
  };
}

/**
 * Which activities a snapshot speaks for, where its producer says so under the key the official client
 * uses; what is not understood there gives it no right to drop any.
 */
function authoritativeTypes(event: MessagesSnapshot): readonly string[] | "all" | undefined {
  const { metadata } = event;
  if (metadata === undefined || !Object.hasOwn(metadata, "@ag-ui/client")) return undefined;
  const scope: unknown = metadata["@ag-ui/client"];
  if (typeof scope !== "object" || scope === null || Array.isArray(scope)) return [];
  if (!Object.hasOwn(scope, "authoritativeActivityTypes")) return undefined;
  const types: unknown = Reflect.get(scope, "authoritativeActivityTypes");
  if (types === null) return "all";
  return Array.isArray(types) && types.every((type): type is string => typeof type === "string") ? types : [];
}
