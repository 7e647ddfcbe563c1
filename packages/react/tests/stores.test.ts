import { describe, expect, test } from "vitest";
import { type AguiEvent, emptyView, EventType as E, newTask, reduceAll, type ThreadView } from "@throughline/protocol";
import {
  applyFrames,
  type ChatMessage,
  createStores,
  type Frame,
  mirrorView,
  type Stores,
} from "../src/stores/index.ts";

function stores(): Stores {
  let ids = 0;
  return createStores(() => `id-${(ids += 1)}`);
}

const token = (delta: string, id = "m1"): Frame => ({ type: "token", agent: "Market", message_id: id, delta });
const contents = ({ chat }: Stores) => chat.getState().messages.map(({ content }) => content);

describe("the agent stream", () => {
  test("fills the stores: text, agents, tools, progress, charts, and the end", () => {
    const all = stores();
    applyFrames(all, "stream", [
      { type: "connected", client_id: "c", thread_id: "t" },
      { type: "agent_step", agent: "Market", emoji: "📊", status: "working" },
      { type: "tool_call", agent: "Market", tool_name: "load", tool_call_id: "1", args: { symbol: "BTC" } },
      { type: "tool_result", agent: "Market", tool_name: "", tool_call_id: "1", result: 3 },
      { type: "progress", current_turn: 1, max_turns: 4 },
      { type: "chart", chart_id: "x", url: "/c", symbol: "BTC", interval: "1D" },
      token("Hel"),
      token("lo"),
    ]);
    const tool = { id: "1", tool: "load", agent: "Market", status: "completed", args: { symbol: "BTC" }, result: 3 };
    expect(all.chat.getState()).toMatchObject({ isProcessing: true, isLoading: false, toolExecutions: [tool] });
    expect(all.chat.getState().messages).toMatchObject([{ id: "m1", content: "Hello", status: "streaming" }]);
    expect(all.status.getState()).toMatchObject({
      activeAgent: "Market",
      agents: [{ name: "Market", emoji: "📊", status: "working" }],
      toolCalls: [tool],
      progress: { current: 1, total: 4 },
    });
    expect(all.chart.getState().charts).toEqual([{ chartId: "x", url: "/c", symbol: "BTC", interval: "1D" }]);
    applyFrames(all, "stream", [{ type: "result", content: "Hello", agents_used: ["Market"] }]);
    expect(all.chat.getState()).toMatchObject({ isProcessing: false, activeRequest: null, error: null });
    expect(all.chat.getState().messages).toMatchObject([{ content: "Hello", status: "done" }]);
    expect(all.status.getState().activeAgent).toBeNull();
  });

  test("a result that was not streamed is a message of its own", () => {
    const all = stores();
    all.chat.getState().addMessage({ role: "user", content: "hi" });
    applyFrames(all, "stream", [{ type: "result", content: "whole", agents_used: [] }]);
    expect(contents(all)).toEqual(["hi", "whole"]);
  });

  test("a failure shows; the answer to a cancel is not the run's end", () => {
    const all = stores();
    applyFrames(all, "stream", [token("a"), { type: "cancelled", success: true }]);
    expect(all.chat.getState().isProcessing).toBe(true);
    applyFrames(all, "stream", [{ type: "error", message: "no", details: "agent_error" }]);
    expect(all.chat.getState()).toMatchObject({ isProcessing: false, error: "no" });
    applyFrames(all, "stream", [token("b", "m2"), { type: "cancelled", message: "stopped" }]);
    expect(all.chat.getState().isProcessing).toBe(false);
  });

  test("L2: after a reset the run is told anew, and nothing stands twice", () => {
    const all = stores();
    applyFrames(all, "stream", [
      token("one "),
      { type: "reset", epoch: "e2", last_seq: 9 },
      token("one "),
      token("two"),
    ]);
    expect(contents(all)).toEqual(["one two"]);
  });

  test("the tools of a run before are gone with the next one's first", () => {
    const all = stores();
    const call = (id: string): Frame => ({ type: "tool_call", agent: "A", tool_name: "t", tool_call_id: id, args: {} });
    applyFrames(all, "stream", [call("1"), call("2"), { type: "result", content: "", agents_used: [] }, call("3")]);
    expect(all.chat.getState().toolExecutions.map(({ id }) => id)).toEqual(["3"]);
  });
});

describe("the chat", () => {
  test("fills the stores, artifacts included", () => {
    const all = stores();
    applyFrames(all, "chat", [
      { type: "status", data: { status: "connected", session_id: "s" } },
      { type: "status", data: { stage: "planning", status: "planning", current: 2, total: 3 } },
      { type: "tool_execution", data: { tool: "write", status: "running", details: { tool_call_id: "1" } } },
      { type: "token", data: { message_id: "m", delta: "Done." } },
      {
        type: "message",
        data: {
          content: "Done.",
          message_id: "m",
          artifacts: [{ artifact_id: "a", kind: "story", title: "T", content: 1 }],
        },
      },
    ]);
    expect(all.status.getState().progress).toEqual({ current: 2, total: 3, message: "planning: planning" });
    expect(all.chat.getState().messages).toMatchObject([
      { id: "m", content: "Done.", artifacts: [{ artifactId: "a", type: "story", title: "T", content: 1 }] },
    ]);
  });

  test("a question is there until something goes on", () => {
    const all = stores();
    applyFrames(all, "chat", [{ type: "question", data: { question_id: "q", question: "Which?", options: ["a", 2] } }]);
    expect(all.chat.getState().questions).toEqual([{ questionId: "q", question: "Which?", options: ["a"] }]);
    applyFrames(all, "chat", [{ type: "token", data: { message_id: "m", delta: "ok" } }]);
    expect(all.chat.getState().questions).toEqual([]);
  });
});

describe("what a person sends", () => {
  const own = ({ chat }: Stores): readonly Partial<ChatMessage>[] => chat.getState().messages;

  test("shows at once, is sent, and counts as being worked on", async () => {
    const all = stores();
    let accept = (): void => {};
    all.chat.getState().setSender(() => new Promise((resolve) => (accept = resolve)));
    const sent = all.chat.getState().sendMessage("hi");
    expect(own(all)).toMatchObject([{ role: "user", content: "hi", status: "sending" }]);
    expect(all.chat.getState()).toMatchObject({ isLoading: true, isProcessing: true, activeRequest: "id-1" });
    accept();
    await sent;
    expect(own(all)).toMatchObject([{ status: "sent" }]);
    expect(all.chat.getState().isProcessing).toBe(true);
  });

  test("shows when it failed, and is sent again under its id, or taken back", async () => {
    const all = stores();
    const ids: string[] = [];
    await all.chat.getState().sendMessage("hi");
    expect(own(all)).toMatchObject([{ status: "failed" }]);
    expect(all.chat.getState()).toMatchObject({ error: "Not connected.", isProcessing: false, isLoading: false });
    all.chat.getState().setSender(async (_content, id) => void ids.push(id));
    await all.chat.getState().retryMessage("id-1");
    expect(ids).toEqual(["id-1"]);
    expect(own(all)).toMatchObject([{ status: "sent" }]);
    expect(all.chat.getState().discardMessage("id-1")).toBeNull();
    all.chat.getState().setSender(() => Promise.reject(new Error("gone")));
    await all.chat.getState().sendMessage("again");
    expect(all.chat.getState().discardMessage("id-2")).toBe("again");
    expect(contents(all)).toEqual(["hi"]);
  });
});

test("taskStore keeps the newest version of each task", () => {
  const { task } = stores();
  const first = newTask("a", { title: "one" }, 0);
  task.getState().putTasks([first, newTask("b", { title: "two" }, 0)]);
  task.getState().putTasks([{ ...first, title: "newer", version: 2 }]);
  task.getState().putTasks([first]);
  expect(task.getState().tasks.map(({ title }) => title)).toEqual(["newer", "two"]);
  task.getState().removeTask("b");
  expect(Object.keys(task.getState().byId)).toEqual(["a"]);
});

describe("a thread's view", () => {
  const messageId = "m";
  const events: readonly AguiEvent[] = [
    {
      type: E.RUN_STARTED,
      threadId: "t",
      runId: "r",
      input: {
        threadId: "t",
        runId: "r",
        messages: [{ id: "r-user", role: "user", content: "go" }],
        tools: [],
        context: [],
        forwardedProps: { agent: "team" },
      },
    },
    { type: E.SUBAGENT_STARTED, subagentRunId: "s", name: "Market", metadata: { emoji: "📊" } },
    { type: E.TOOL_CALL_START, toolCallId: "c", toolCallName: "load", subagentRunId: "s" },
    { type: E.TOOL_CALL_ARGS, toolCallId: "c", delta: '{"a":1}', subagentRunId: "s" },
    { type: E.TOOL_CALL_END, toolCallId: "c", subagentRunId: "s" },
    { type: E.TOOL_CALL_RESULT, toolCallId: "c", messageId: "tm", content: "3", subagentRunId: "s" },
    { type: E.TEXT_MESSAGE_START, messageId, role: "assistant", subagentRunId: "s" },
    { type: E.TEXT_MESSAGE_CONTENT, messageId, delta: "Hi", subagentRunId: "s" },
  ];
  const view: ThreadView = reduceAll(
    emptyView("t"),
    events.map((event, index) => ({ seq: index + 1, event })),
  );

  test("says the same to the stores as the frames do", () => {
    const all = stores();
    mirrorView(all, view);
    expect(all.chat.getState()).toMatchObject({
      isProcessing: true,
      isLoading: false,
      activeRequest: "r",
      toolExecutions: [{ id: "c", tool: "load", status: "completed", agent: "Market", args: { a: 1 }, result: 3 }],
    });
    expect(all.chat.getState().messages).toMatchObject([
      { id: "r-user", role: "user", content: "go", status: "sent" },
      { id: "m", agent: "Market", content: "Hi", status: "streaming" },
    ]);
    expect(all.status.getState()).toMatchObject({
      activeAgent: "Market",
      agents: [{ emoji: "📊", status: "working" }],
    });
  });

  test("leaves a message that failed where it is", async () => {
    const all = stores();
    await all.chat.getState().sendMessage("lost");
    mirrorView(all, view);
    expect(contents(all)).toEqual(["go", "Hi", "lost"]);
  });
});
