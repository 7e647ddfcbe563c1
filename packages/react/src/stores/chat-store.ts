import type { Json } from "@throughline/protocol";
import { createStore, type StoreApi } from "zustand/vanilla";
import { chatAfter } from "./chat-updates.ts";
import { mergedTool } from "./tools.ts";
import type { Artifact, AskedQuestion, ToolExecution, Update } from "./update.ts";

export interface ChatMessage {
  readonly id: string;
  readonly role: "user" | "assistant" | "system";
  readonly content: string;
  /** Name of the agent that speaks; null for people, and where nobody said. */
  readonly agent: string | null;
  /** A person's own is `sending`, then `sent` or `failed`; an agent's is `streaming`, then `done`. */
  readonly status: "sending" | "sent" | "failed" | "streaming" | "done";
  readonly artifacts: readonly Artifact[];
  /** What went with it, for the agent. */
  readonly context?: ChatContext;
}

export type ConnectionStatus = "connecting" | "connected" | "reconnecting" | "disconnected" | "error";

/** Takes a message to the server. Rejects when it could not be sent; a repeat has the same id. */
export type ChatSender = (content: string, messageId: string, context?: ChatContext) => Promise<void>;

/** What goes with a message, for the agent. */
export type ChatContext = { readonly [key: string]: Json };

export interface ChatData {
  readonly messages: readonly ChatMessage[];
  /** Asked, and nothing has come back yet. */
  readonly isLoading: boolean;
  /** A run is under way. */
  readonly isProcessing: boolean;
  /** Id of the message that is being worked on; null for none. */
  readonly activeRequest: string | null;
  readonly connectionStatus: ConnectionStatus;
  readonly error: string | null;
  /** Of the current run, in the order of their calls. */
  readonly toolExecutions: readonly ToolExecution[];
  /** What the agent waits for; empty when it waits for nothing. */
  readonly questions: readonly AskedQuestion[];
}

export interface ChatState extends ChatData {
  /** Adds a message, or puts it in the place of the one with its id. */
  addMessage(message: Partial<ChatMessage> & Pick<ChatMessage, "role" | "content">): void;
  setLoading(isLoading: boolean): void;
  setConnectionStatus(status: ConnectionStatus, error?: string | null): void;
  /** Shows the message at once and sends it. Never rejects: a message that failed says so. */
  sendMessage(content: string, context?: ChatContext): Promise<void>;
  /** Sends a failed message again. */
  retryMessage(id: string): Promise<void>;
  /** Takes a failed message away; gives its text. */
  discardMessage(id: string): string | null;
  addToolExecution(execution: ToolExecution): void;
  /** Says who takes messages to the server; null for nobody, if it was `former` until now. */
  setSender(sender: ChatSender | null, former?: ChatSender): void;
  /** Folds in what the server told. */
  apply(updates: readonly Update[]): void;
  /** Back to the beginning; who sends stays. */
  reset(): void;
}

type DeliveredMessage = Pick<ChatMessage, "id" | "content" | "context">;

export type ChatStore = StoreApi<ChatState>;

export const EMPTY_CHAT: ChatData = {
  messages: [],
  isLoading: false,
  isProcessing: false,
  activeRequest: null,
  connectionStatus: "disconnected",
  error: null,
  toolExecutions: [],
  questions: [],
};

/**
 * The conversation of one chat.
 *
 * @param newId makes ids that no other message of the thread has, after a reload neither
 */
export function createChatStore(newId: () => string): ChatStore {
  let sender: ChatSender | null = null;
  return createStore<ChatState>()((set, get) => {
    const deliver = async ({ id, content, context }: DeliveredMessage): Promise<void> => {
      set((state) => ({
        messages: withStatus(state.messages, id, "sending"),
        activeRequest: id,
        isLoading: true,
        isProcessing: true,
        error: null,
      }));
      try {
        if (sender === null) throw new Error("Not connected.");
        await sender(content, id, context);
        set((state) => ({ messages: withStatus(state.messages, id, "sent") }));
      } catch (error) {
        set((state) => ({
          messages: withStatus(state.messages, id, "failed"),
          error: error instanceof Error ? error.message : String(error),
          ...(state.activeRequest === id && { activeRequest: null, isLoading: false, isProcessing: false }),
        }));
      }
    };
    return {
      ...EMPTY_CHAT,
      addMessage: (message) => {
        const status = message.role === "user" ? "sent" : "done";
        const whole = { agent: null, artifacts: [], status, ...message, id: message.id ?? newId() } as const;
        set((state) => ({ messages: put(state.messages, whole) }));
      },
      setLoading: (isLoading) => set({ isLoading }),
      setConnectionStatus: (connectionStatus, error = null) => set({ connectionStatus, error }),
      sendMessage: (content, context) => {
        const message = { id: newId(), content, ...(context && { context }) };
        get().addMessage({ ...message, role: "user", status: "sending" });
        return deliver(message);
      },
      retryMessage: async (id) => {
        const message = failedIn(get(), id);
        if (message !== undefined) await deliver(message);
      },
      discardMessage: (id) => {
        const message = failedIn(get(), id);
        if (message === undefined) return null;
        set((state) => ({ messages: state.messages.filter((each) => each.id !== id), error: null }));
        return message.content;
      },
      addToolExecution: (execution) =>
        set((state) => ({ toolExecutions: mergedTool(state.toolExecutions, execution) })),
      setSender: (next, former) => {
        if (former === undefined || former === sender) sender = next;
      },
      apply: (updates) => set((state) => updates.reduce<ChatData>(chatAfter, state)),
      reset: () => set(EMPTY_CHAT),
    };
  });
}

function failedIn({ messages }: ChatData, id: string): ChatMessage | undefined {
  return messages.find((message) => message.id === id && message.status === "failed");
}

function withStatus(messages: readonly ChatMessage[], id: string, status: ChatMessage["status"]): ChatMessage[] {
  return messages.map((message) => (message.id === id ? { ...message, status } : message));
}

function put(messages: readonly ChatMessage[], message: ChatMessage): readonly ChatMessage[] {
  const index = messages.findIndex(({ id }) => id === message.id);
  return index < 0 ? [...messages, message] : messages.with(index, message);
}
