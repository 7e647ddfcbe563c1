import type { Message, RunView, ThreadView } from "@throughline/protocol";
import { parsedJson } from "../json.ts";
import { questionsOf } from "../transcript/questions.ts";
import type { ChatData, ChatMessage } from "./chat-store.ts";
import type { Agent, StatusData } from "./status-store.ts";
import type { Stores } from "./stores.ts";
import type { ToolExecution } from "./update.ts";

/**
 * Puts a thread's view into the stores: the same that the frames of `/ws/stream` and `/ws/chat` would have
 * told, for an application that follows the thread natively. A person's messages that are still on their
 * way stay where they are.
 */
export function mirrorView(stores: Stores, view: ThreadView): void {
  stores.chat.setState((state) => chatOf(view, state));
  stores.status.setState(statusOf(view));
  stores.chart.setState({ charts: view.charts });
  stores.task.getState().putTasks(Object.values(view.tasks));
}

function chatOf(view: ThreadView, before: ChatData): Partial<ChatData> {
  const run = view.runs.at(-1);
  const isProcessing = run?.status === "running" || run?.status === "paused";
  const known = new Set(view.messages.map(({ id }) => id));
  const isOnItsWay = ({ id, status }: ChatMessage): boolean =>
    (status === "sending" || status === "failed") && !known.has(id) && !known.has(`${id}-user`);
  const spoken = view.messages.flatMap((message) => messageOf(message, view));
  return {
    messages: [...spoken, ...before.messages.filter(isOnItsWay)],
    isProcessing,
    isLoading: isProcessing && !spoken.some(({ status }) => status === "streaming") && view.toolCalls.length === 0,
    activeRequest: isProcessing ? run.runId : null,
    error: run?.error?.message ?? null,
    toolExecutions: toolsOf(view),
    questions: questionsOf(view),
  };
}

function messageOf(message: Message, view: ThreadView): readonly ChatMessage[] {
  if (message.role !== "user" && message.role !== "assistant") return [];
  const content = textOf(message.content);
  const isOpen = view.open.some(({ kind, id }) => kind === "message" && id === message.id);
  // An assistant message without text only carries tool calls, which are told apart.
  if (message.role === "assistant" && content === "" && !isOpen) return [];
  const status = message.role === "user" ? "sent" : isOpen ? "streaming" : "done";
  const agent = message.role === "user" ? null : speakerOf(message.subagentRunId, view);
  return [{ id: message.id, role: message.role, content, agent, status, artifacts: [] }];
}

function statusOf(view: ThreadView): StatusData {
  const run = view.runs.at(-1);
  const agents = view.subagents
    .filter(({ runId }) => runId === run?.runId)
    .map(({ name, emoji, status }): Agent => ({ name, emoji, status: status === "suspended" ? "working" : status }));
  const isOver = (run?.endSeq ?? null) !== null;
  const working = isOver ? undefined : agents.findLast(({ status }) => status === "working");
  return { activeAgent: working?.name ?? null, agents, toolCalls: toolsOf(view), progress: view.progress };
}

/** The tool calls of the newest run that had any. */
export function toolsOf(view: ThreadView): readonly ToolExecution[] {
  return view.toolCalls.map((call) => ({
    id: call.toolCallId,
    tool: call.name,
    status: TOOL_STATUS[call.status],
    agent: speakerOf(call.subagentRunId ?? undefined, view) ?? agentOf(call.runId, view.runs),
    args: parsedJson(call.args),
    ...(call.result !== null && { result: parsedJson(call.result) }),
  }));
}

const TOOL_STATUS = { calling: "running", running: "running", completed: "completed", unfinished: "failed" } as const;

function speakerOf(subagentRunId: string | undefined, { subagents }: ThreadView): string | null {
  return subagents.find((subagent) => subagent.subagentRunId === subagentRunId)?.name ?? null;
}

function agentOf(runId: string, runs: readonly RunView[]): string | null {
  return runs.find((run) => run.runId === runId)?.agent ?? null;
}

function textOf(content: Message["content"]): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => (part.type === "text" ? part.text : "")).join("");
}
