import { type Frame, progress, questions, text, textOrNull, texts } from "./fields.ts";
import type { AgentStatus, Update } from "./update.ts";

/** What a frame of the agent stream (`/ws/stream`) means; null for one that means nothing to a store. */
export function updateOfStreamFrame(frame: Frame): Update | null {
  switch (frame["type"]) {
    case "token":
      return {
        kind: "text",
        messageId: text(frame["message_id"]),
        agent: textOrNull(frame["agent"]),
        delta: text(frame["delta"]),
      };
    case "agent_step":
      return {
        kind: "agent",
        name: text(frame["agent"]),
        emoji: textOrNull(frame["emoji"]),
        status: statusOf(frame["status"]),
      };
    case "tool_call":
      return { kind: "tool", ...toolOf(frame), status: "running", args: frame["args"] };
    case "tool_result":
      return { kind: "tool", ...toolOf(frame), status: "completed", result: frame["result"] };
    case "progress":
      return { kind: "progress", ...progress(frame["current_turn"], frame["max_turns"], null) };
    case "chart":
      return {
        kind: "chart",
        chartId: text(frame["chart_id"]),
        url: text(frame["url"]),
        symbol: text(frame["symbol"]),
        interval: text(frame["interval"]),
      };
    default:
      return endOf(frame);
  }
}

function endOf(frame: Frame): Update | null {
  switch (frame["type"]) {
    case "result":
      return { ...ended("completed", text(frame["content"])), agentsUsed: texts(frame["agents_used"]) };
    case "cancelled":
      // With `success` it answers a cancel; the run's own ending comes besides.
      return frame["message"] === undefined ? null : ended("cancelled", null);
    case "question":
      return { kind: "question", questions: questions(frame) };
    case "error":
      return { kind: "error", code: text(frame["details"]), message: text(frame["message"]) };
    case "reset":
      return { kind: "reset" };
    default:
      return null;
  }
}

function ended(outcome: "completed" | "cancelled", content: string | null): Extract<Update, { kind: "ended" }> {
  return { kind: "ended", outcome, content, messageId: null, artifacts: [], agentsUsed: [] };
}

function toolOf(frame: Frame): { readonly id: string; readonly tool: string; readonly agent: string | null } {
  return { id: text(frame["tool_call_id"]), tool: text(frame["tool_name"]), agent: textOrNull(frame["agent"]) };
}

function statusOf(status: unknown): AgentStatus {
  return status === "completed" || status === "failed" ? status : "working";
}
