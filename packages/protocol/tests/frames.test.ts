import { describe, expect, test } from "vitest";
import { AgentStreamClientFrame, AgentStreamServerFrame } from "../src/schemas/index.ts";

const timestamp = "2026-01-01T00:00:00.000Z";

describe("agent stream, client to server", () => {
  test.each([
    { type: "chat", payload: { message: "Analyze Bitcoin", context: { session_id: "s" } } },
    { type: "chat", id: "c-1", payload: { message: "" } },
    { type: "cancel", payload: {} },
    { type: "cancel" },
    { type: "ping" },
    { type: "answer", payload: { question_id: "q", answer: { any: ["json", null] } } },
  ])("%j", (frame) => {
    expect(AgentStreamClientFrame.safeParse(frame).success).toBe(true);
  });

  test.each([
    {},
    { type: "nope" },
    { type: "chat" },
    { type: "chat", payload: { message: 1 } },
    { type: "chat", payload: { message: "a", context: [] } },
    { type: "answer", payload: { question_id: "q" } },
    { type: "ping", id: 1 },
  ])("not %j", (frame) => {
    expect(AgentStreamClientFrame.safeParse(frame).success).toBe(false);
  });
});

describe("agent stream, server to client", () => {
  test.each([
    { type: "connected", client_id: "c", thread_id: "stream:c", epoch: "e", last_seq: 0 },
    { type: "reset", epoch: "e", last_seq: 4, reason: "trimmed" },
    { type: "agent_step", agent: "RiskAnalyst", emoji: "📰", status: "working", timestamp, seq: 2 },
    { type: "tool_call", agent: "A", tool_name: "load", tool_call_id: "t", args: {}, timestamp, seq: 3 },
    { type: "tool_result", agent: "A", tool_name: "load", tool_call_id: "t", result: [1], timestamp, seq: 4 },
    { type: "progress", current_turn: 1, max_turns: 3, timestamp },
    { type: "chart", chart_id: "c", url: "http://h/c", symbol: "AAPL", interval: "1D", timestamp },
    { type: "token", agent: "A", message_id: "m", delta: "x", seq: 5, extra: true },
    { type: "result", content: "", agents_used: [], timestamp },
    { type: "error", message: "Empty message", details: "empty_message", timestamp },
    { type: "cancelled", success: true, timestamp },
    { type: "cancelled", message: "The run was cancelled.", timestamp, seq: 9 },
    { type: "question", question_id: "q", question: "Which?", options: ["a", "b"] },
    { type: "ping" },
    { type: "pong" },
  ])("%j", (frame) => {
    expect(AgentStreamServerFrame.safeParse(frame).success).toBe(true);
  });

  test.each([
    { type: "connected", client_id: "c" },
    { type: "agent_step", agent: "A", emoji: "", status: "running", timestamp },
    { type: "progress", current_turn: 1, max_turns: 3, timestamp: "2026-01-01T00:00:00Z" },
    { type: "token", agent: "A", message_id: "m" },
    { type: "cancelled", timestamp },
    { type: "cancelled", success: true, message: "both", timestamp },
  ])("not %j", (frame) => {
    expect(AgentStreamServerFrame.safeParse(frame).success).toBe(false);
  });
});
