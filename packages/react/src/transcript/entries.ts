import type { ChatMessage } from "../stores/chat-store.ts";
import { agentTag } from "./agent-tag.ts";
import type { OutgoingItem } from "./outgoing-words.ts";
import type { Entry } from "./transcript.ts";

/** The messages of a chat store as a transcript, for a `MessageList` that follows no thread natively. */
export function entriesOf(messages: readonly ChatMessage[]): readonly Entry[] {
  return messages.filter(isTold).map((message): Entry => {
    const { id, role, content, agent, status } = message;
    if (role === "user") return { kind: "user", id, text: content };
    const part = { kind: "text", id: `${id}-text`, text: content, isOpen: status === "streaming" } as const;
    return { kind: "turn", id, agent: agent === null ? null : agentTag(agent, null), parts: [part] };
  });
}

/** What is on its way or has failed stands in the list's `outgoing`; see {@link outgoingOf}. */
function isTold({ role, status }: ChatMessage): boolean {
  return role === "assistant" || (role === "user" && status === "sent");
}

/** The messages of a chat store that are on their way or have failed, for a `MessageList`. */
export function outgoingOf(messages: readonly ChatMessage[]): readonly OutgoingItem[] {
  return messages.flatMap(({ id, content, status }) =>
    status === "sending" || status === "failed" ? [{ runId: id, text: content, status }] : [],
  );
}
