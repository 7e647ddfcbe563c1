import type { ChatData, ChatMessage } from "./chat-store.ts";
import { mergedTool } from "./tools.ts";
import type { RunEnding, Update } from "./update.ts";

/** The conversation after an update. Never changes what it is given. */
export function chatAfter<State extends ChatData>(state: State, update: Update): State {
  switch (update.kind) {
    case "text":
      return { ...busy(state), messages: withText(state, update) };
    case "tool":
      return { ...busy(state), toolExecutions: mergedTool(toolsOf(state), update) };
    case "question":
      return { ...idle(state), questions: update.questions };
    case "ended":
      return { ...idle(state), messages: withEnding(state, update), questions: [] };
    case "error":
      return { ...idle(state), error: update.message };
    case "reset":
      return { ...state, messages: state.messages.filter(({ status }) => status !== "streaming"), toolExecutions: [] };
    case "agent":
    case "progress":
      return busy(state);
    case "chart":
      return state;
  }
}

/** Something is being done, so what was asked before is answered. */
function busy<State extends ChatData>(state: State): State {
  if (state.isProcessing && !state.isLoading && state.questions.length === 0) return state;
  return { ...state, isLoading: false, isProcessing: true, questions: [] };
}

/** The tools of the run before are over when the next run's first one is called. */
function toolsOf(state: ChatData): ChatData["toolExecutions"] {
  return state.isProcessing ? state.toolExecutions : [];
}

function idle<State extends ChatData>(state: State): State {
  return {
    ...state,
    isLoading: false,
    isProcessing: false,
    activeRequest: null,
    messages: state.messages.map((message) =>
      message.status === "streaming" ? { ...message, status: "done" as const } : message,
    ),
  };
}

function withText({ messages }: ChatData, update: Extract<Update, { kind: "text" }>): readonly ChatMessage[] {
  const index = messages.findLastIndex(({ id }) => id === update.messageId);
  const message = messages[index];
  if (message !== undefined) return messages.with(index, { ...message, content: message.content + update.delta });
  return [...messages, said(update.messageId, update.agent, update.delta, "streaming")];
}

/** What a run came to is a message of its own only where its words were not streamed. */
function withEnding(state: ChatData, { content, messageId, artifacts }: RunEnding): readonly ChatMessage[] {
  const { messages } = idle(state);
  const asked = messages.findLastIndex(({ role }) => role === "user");
  const last = messages.findLastIndex(({ role }) => role === "assistant");
  const spoken = last > asked ? messages[last] : undefined;
  if (spoken !== undefined) return artifacts.length === 0 ? messages : messages.with(last, { ...spoken, artifacts });
  if ((content ?? "") === "" && artifacts.length === 0) return messages;
  const id = messageId ?? `reply-${messages.length}`;
  return [...messages, { ...said(id, null, content ?? "", "done"), artifacts }];
}

function said(id: string, agent: string | null, content: string, status: "streaming" | "done"): ChatMessage {
  return { id, role: "assistant", content, agent, status, artifacts: [] };
}
