import "./support/dom.ts";
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, test } from "vitest";
import { newTask, ThroughlineError } from "@throughline/protocol";
import { virtualClock } from "@throughline/testing";
import {
  ConnectionStatus,
  FeedbackPrompt,
  PlanProgress,
  Presence,
  StreamingIndicator,
  TaskBoard,
  TaskDetailPanel,
  ToolExecutionProgress,
} from "../src/index.ts";
import { ClockContext } from "../src/hooks/clock.ts";

afterEach(cleanup);

describe("ConnectionStatus", () => {
  test("says latency and transport while it is live, and offers nothing to press", () => {
    render(<ConnectionStatus state="connected" latencyMs={11.6} transport="websocket" retry={() => {}} />);
    expect(screen.getByRole("status").textContent).toBe("Live");
    expect(screen.getByText("12 ms · websocket")).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });

  test("counts down to the next attempt, and can be hurried", async () => {
    const clock = virtualClock();
    let hurried = 0;
    const retryAt = clock.now() + 3_000;
    render(
      <ClockContext.Provider value={clock}>
        <ConnectionStatus state="reconnecting" attempt={2} retryAt={retryAt} behind={23} retry={() => (hurried += 1)} />
      </ClockContext.Provider>,
    );
    await act(() => clock.advance(1));
    expect(screen.getByText("in 3 s · attempt 2 · 23 events behind")).toBeTruthy();
    await act(() => clock.advance(2_000));
    expect(screen.getByText("in 1 s · attempt 2 · 23 events behind")).toBeTruthy();
    fireEvent.click(screen.getByText("Connect now"));
    expect(hurried).toBe(1);
    cleanup();
    await clock.advance(5_000);
    expect(clock.pending).toBe(0);
  });

  test("says that it catches up as long as events are missing", () => {
    const shown = render(<ConnectionStatus state="connected" behind={2} latencyMs={9} />);
    expect(screen.getByRole("status").textContent).toBe("Catching up");
    expect(screen.getByText("2 events behind · 9 ms")).toBeTruthy();
    shown.rerender(<ConnectionStatus state="connected" behind={0} latencyMs={9} />);
    expect(screen.getByRole("status").textContent).toBe("Live");
  });

  test("leaves what is shown to whoever wants to", () => {
    render(<ConnectionStatus state="error">{({ label, retry }) => `${label}, ${String(retry)}`}</ConnectionStatus>);
    expect(screen.getByText("Connection failed, null").getAttribute("data-state")).toBe("error");
  });
});

test("StreamingIndicator shows only while an agent is at work", () => {
  const shown = render(<StreamingIndicator status="streaming" agent="Market" />);
  expect(screen.getByRole("status").textContent).toBe("Market is working");
  shown.rerender(<StreamingIndicator status="ready" />);
  expect(screen.queryByRole("status")).toBeNull();
});

test("ToolExecutionProgress tells what is done, with arguments and results", () => {
  const call = { id: "1", tool: "load", status: "completed", agent: null, args: { symbol: "BTC" }, result: 3 } as const;
  render(<ToolExecutionProgress tools={[call, { id: "2", tool: "draw", status: "running", agent: "Technical" }]} />);
  const section = screen.getByLabelText("Tools");
  expect(section.getAttribute("data-state")).toBe("running");
  expect(within(section).getByText("1 of 2 tools done")).toBeTruthy();
  expect(within(section).getByText("symbol: BTC")).toBeTruthy();
  expect(within(section).getByText("Waiting for the result.")).toBeTruthy();
});

test("PlanProgress shows steps, progress and confidence, as words and as measures", () => {
  const steps = [
    { name: "look", outcome: "done", ms: 1_200 },
    { name: "draw", outcome: "active", ms: null },
  ] as const;
  render(<PlanProgress steps={steps} progress={{ current: 1, total: 4, message: "drawing" }} confidence={0.82} />);
  expect(screen.getByText("Plan 1 / 2")).toBeTruthy();
  expect(screen.getByRole("progressbar", { name: "Progress" }).getAttribute("aria-valuenow")).toBe("25");
  expect(screen.getByRole("progressbar", { name: "Confidence" }).getAttribute("aria-valuenow")).toBe("82");
  expect(screen.getByText("1.2 s")).toBeTruthy();
});

describe("FeedbackPrompt", () => {
  test("sends an offered answer or one's own, once", async () => {
    const answers: string[] = [];
    const shown = render(
      <FeedbackPrompt question="Go?" options={["yes"]} onAnswer={(text) => void answers.push(text)} />,
    );
    expect(screen.getByLabelText("Go?")).toBeTruthy();
    await act(async () => fireEvent.click(screen.getByText("yes")));
    await act(async () => fireEvent.click(screen.getByText("yes")));
    expect(answers).toEqual(["yes"]);
    shown.unmount();
    render(<FeedbackPrompt question="Go?" onAnswer={(text) => void answers.push(text)} />);
    fireEvent.change(screen.getByLabelText("Your answer"), { target: { value: " later " } });
    await act(async () => fireEvent.click(screen.getByText("Answer")));
    expect(answers).toEqual(["yes", "later"]);
  });

  test("says why an answer was not taken, and lets one try again", async () => {
    const refusal = new ThroughlineError("already_answered", "…");
    render(<FeedbackPrompt question="Go?" options={["yes"]} onAnswer={() => Promise.reject(refusal)} />);
    await act(async () => fireEvent.click(screen.getByText("yes")));
    expect(screen.getByRole("alert").textContent).toBe("Somebody else answered first.");
    expect(screen.getByText("yes").hasAttribute("disabled")).toBe(false);
  });
});

test("Presence shows who watches, and who else types", () => {
  const watchers = [
    { client_id: "me", name: "Ada", typing: true },
    { client_id: "b", name: "Bo", typing: true },
    { client_id: "c", name: null, typing: false },
  ];
  render(<Presence watchers={watchers} total={9} self="me" />);
  expect(screen.getByLabelText("9 watching")).toBeTruthy();
  expect(screen.getByLabelText("Ada (you)").textContent).toBe("A");
  expect(screen.getByText("+6")).toBeTruthy();
  expect(screen.getByRole("status").textContent).toBe("Bo is typing");
});

describe("tasks", () => {
  const at = Date.UTC(2026, 0, 2, 3, 4);
  const write = newTask("a", { title: "Write", priority: "P0", agent: "writer", progress: 0.4 }, at);
  const read = {
    ...newTask("b", { title: "Read", checklist: [{ text: "page 1", done: false }] }, at),
    status: "running",
  } as const;

  test("TaskBoard has a column for each status, and opens a task", () => {
    const opened: string[] = [];
    render(<TaskBoard tasks={[write, read]} onOpen={({ id }) => opened.push(id)} />);
    const todo = screen.getByLabelText("To do");
    expect(within(todo).getByText("40 %")).toBeTruthy();
    expect(within(screen.getByLabelText("Running")).getByText("0/1")).toBeTruthy();
    fireEvent.click(within(todo).getByRole("button"));
    expect(opened).toEqual(["a"]);
  });

  test("TaskDetailPanel steers and ticks, and says what was refused", async () => {
    const done: unknown[] = [];
    render(
      <TaskDetailPanel
        task={read}
        onAction={(action) => {
          if (action === "cancel") throw new ThroughlineError("run_not_active", "The run has ended.");
          done.push(action);
        }}
        onCheck={(index, isDone) => void done.push([index, isDone])}
      />,
    );
    fireEvent.click(screen.getByText("Pause"));
    fireEvent.click(screen.getByLabelText("page 1"));
    await act(async () => fireEvent.click(screen.getByText("Cancel")));
    expect(done).toEqual(["pause", [0, true]]);
    expect(screen.getByRole("alert").textContent).toBe("The run has ended.");
    expect(screen.getByText("2026-01-02 03:04 UTC")).toBeTruthy();
  });
});
