import type {
  AnsweredInterrupt,
  AssistantMessage,
  Message,
  RunView,
  SubagentView,
  ThreadView,
  ToolCall,
} from "@throughline/protocol";
import { agentTag } from "./agent-tag.ts";
import type { AgentTag } from "./agent-tag.ts";

/** The conversation as it is read: who spoke, what they did, how each run ended. */
export type Entry =
  | { readonly kind: "user"; readonly id: string; readonly text: string }
  | { readonly kind: "turn"; readonly id: string; readonly agent: AgentTag | null; readonly parts: readonly Part[] }
  | { readonly kind: "answered"; readonly id: string; readonly question: string; readonly answer: string | null }
  | { readonly kind: "ended"; readonly id: string; readonly run: RunView };

/** What an agent did within one turn. Each is keyed by its id. */
export type Part =
  | { readonly kind: "text"; readonly id: string; readonly text: string; readonly isOpen: boolean }
  | { readonly kind: "reasoning"; readonly id: string; readonly text: string; readonly isOpen: boolean }
  | ({ readonly kind: "tool"; readonly id: string } & Tool)
  | { readonly kind: "activity"; readonly id: string; readonly activityType: string; readonly content: unknown };

export interface Tool {
  readonly name: string;
  /** JSON text, as far as it has come. */
  readonly args: string;
  readonly status: "calling" | "running" | "completed" | "unfinished";
  readonly result: string | null;
  /** Null where it is not known, as for runs before the newest. */
  readonly ms: number | null;
}

/** What is asked where a question has no words of its own. */
export const DEFAULT_QUESTION = "The agent asks how to go on.";

/** Builds the transcript of a view: messages in order, those of one agent in a row as one turn. */
export function transcript(view: ThreadView): readonly Entry[] {
  const builder = new Builder(view);
  const endings = endingsByMessage(view);
  for (const message of view.messages) {
    for (const run of endings.get(message.id) ?? []) builder.end(run);
    builder.add(message);
    for (const answered of view.answeredInterrupts)
      if (answered.afterMessageId === message.id) builder.answer(answered);
  }
  for (const run of endings.get(null) ?? []) builder.end(run);
  return builder.entries;
}

/** How many things there are to read, to count those that have not been seen. */
export function lengthOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.kind === "turn" ? entry.parts.length : 1), 0);
}

/**
 * Where each ended run's notice stands: before the message that the next run began with; null = at
 * the end. A run that began with an answer has no message of its own; then the one after it counts.
 */
function endingsByMessage(view: ThreadView): ReadonlyMap<string | null, readonly RunView[]> {
  const ids = new Set(view.messages.map((message) => message.id));
  const places = new Map<string | null, RunView[]>();
  let next: string | null = null;
  for (const run of view.runs.toReversed()) {
    if (run.endSeq !== null && run.status !== "waiting") places.set(next, [run, ...(places.get(next) ?? [])]);
    const opener = `${run.runId}-user`;
    if (ids.has(opener)) next = opener;
  }
  return places;
}

class Builder {
  readonly entries: Entry[] = [];
  /** The turn being built, while nobody else has spoken. */
  #turn: { readonly agent: AgentTag | null; readonly parts: Part[] } | null = null;
  readonly #subagents: ReadonlyMap<string, SubagentView>;
  readonly #tools: ReadonlyMap<string, ThreadView["toolCalls"][number]>;
  readonly #results = new Map<string, string>();
  readonly #open: ReadonlySet<string>;

  constructor(view: ThreadView) {
    this.#subagents = new Map(view.subagents.map((subagent) => [subagent.subagentRunId, subagent]));
    this.#tools = new Map(view.toolCalls.map((call) => [call.toolCallId, call]));
    // A tool call may share its id with the message that was made for it.
    this.#open = new Set(view.open.filter(({ kind }) => kind !== "tool_call").map(({ id }) => id));
    for (const message of view.messages) {
      if (message.role === "tool") this.#results.set(message.toolCallId, textOf(message.content));
    }
  }

  add(message: Message): void {
    switch (message.role) {
      case "user":
        this.#turn = null;
        this.entries.push({ kind: "user", id: message.id, text: textOf(message.content) });
        return;
      case "assistant":
        return this.#addAssistant(message);
      case "reasoning":
        return this.#add(message, {
          kind: "reasoning",
          id: message.id,
          text: message.content,
          isOpen: this.#open.has(message.id),
        });
      case "activity":
        return this.#add(message, {
          kind: "activity",
          id: message.id,
          activityType: message.activityType,
          content: message.content,
        });
      default:
      // Instructions to the model, and tool results, which stand with their call.
    }
  }

  answer({ interrupt, status, answer }: AnsweredInterrupt): void {
    this.#turn = null;
    const text = status === "cancelled" ? null : typeof answer === "string" ? answer : JSON.stringify(answer);
    this.entries.push({
      kind: "answered",
      id: interrupt.id,
      question: interrupt.message ?? DEFAULT_QUESTION,
      answer: text,
    });
  }

  end(run: RunView): void {
    this.#turn = null;
    this.entries.push({ kind: "ended", id: `${run.runId}-ended`, run });
  }

  #addAssistant(message: AssistantMessage): void {
    const text = message.content ?? "";
    const isOpen = this.#open.has(message.id);
    if (text !== "" || isOpen) this.#add(message, { kind: "text", id: message.id, text, isOpen });
    for (const call of message.toolCalls ?? []) this.#add(message, { kind: "tool", id: call.id, ...this.#tool(call) });
  }

  #tool(call: ToolCall): Tool {
    const seen = this.#tools.get(call.id);
    const result = seen?.result ?? this.#results.get(call.id) ?? null;
    // The view follows the calls of the newest run; one that it does not know is over.
    const status = seen?.status ?? (result === null ? "unfinished" : "completed");
    const ms = seen?.startedAt != null && seen.endedAt !== null ? seen.endedAt - seen.startedAt : null;
    return { name: call.function.name, args: call.function.arguments, status, result, ms };
  }

  #add(message: Message, part: Part): void {
    const agent = this.#agentOf(message);
    if (this.#turn === null || this.#turn.agent?.name !== agent?.name) {
      this.#turn = { agent, parts: [] };
      this.entries.push({ kind: "turn", id: `turn-${part.id}`, ...this.#turn });
    }
    this.#turn.parts.push(part);
  }

  #agentOf(message: Message): AgentTag | null {
    const subagent = this.#subagents.get(message.subagentRunId ?? "");
    if (subagent !== undefined) return agentTag(subagent.name, subagent.emoji);
    const name = message.role === "assistant" ? message.name : undefined;
    return name === undefined ? null : agentTag(name, null);
  }
}

function textOf(content: string | readonly { readonly type: string; readonly text?: string }[]): string {
  if (typeof content === "string") return content;
  return content.map((part) => (part.type === "text" ? (part.text ?? "") : "")).join("");
}
