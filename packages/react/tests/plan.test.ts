import { describe, expect, test } from "vitest";
import { type AguiEvent, emptyView, EventType as E, reduceAll, type ThreadView } from "@throughline/protocol";
import { checklistWords, percent, planOfRun, shareOf, TASK_ACTIONS, TASK_STATUSES } from "../src/index.ts";

const T0 = 1_700_000_000_000;

function fold(...events: readonly AguiEvent[]): ThreadView {
  return reduceAll(
    emptyView("t"),
    events.map((event, index) => ({ seq: index + 1, event })),
  );
}

const started = (runId: string): AguiEvent => ({ type: E.RUN_STARTED, threadId: "t", runId, timestamp: T0 });
const step = (stepName: string, at: number, subagentRunId?: string): AguiEvent => ({
  type: E.STEP_STARTED,
  stepName,
  timestamp: T0 + at,
  ...(subagentRunId !== undefined && { subagentRunId }),
});
const stepDone = (stepName: string, at: number): AguiEvent => ({
  type: E.STEP_FINISHED,
  stepName,
  timestamp: T0 + at,
});
const member: AguiEvent = {
  type: E.SUBAGENT_STARTED,
  subagentRunId: "s",
  name: "Analyst",
  metadata: { emoji: "📈" },
  timestamp: T0,
};

describe("planOfRun", () => {
  test("tells each step's state, time and agent", () => {
    const { steps } = planOfRun(
      fold(started("r"), member, step("look", 100), stepDone("look", 1_300), step("draw", 1_500, "s")),
    );
    expect(steps).toMatchObject([
      { name: "look", outcome: "done", ms: 1_200, agent: null },
      { name: "draw", outcome: "active", ms: null, agent: { name: "Analyst", emoji: "📈" } },
    ]);
    expect(new Set(steps.map(({ id }) => id)).size).toBe(2);
  });

  test("with the run's time, says how long an open step has taken so far, and never less than nothing", () => {
    const view = fold(started("r"), step("draw", 1_500));
    expect(planOfRun(view, T0 + 2_000).steps[0]?.ms).toBe(500);
    expect(planOfRun(view, T0).steps[0]?.ms).toBe(0);
  });

  test("a step that its run's end cut takes no more time", () => {
    const view = fold(started("r"), step("draw", 1_500), { type: E.RUN_ERROR, message: "died" });
    expect(planOfRun(view, T0 + 9_000).steps).toMatchObject([{ outcome: "cut", ms: null }]);
  });

  test("is the newest run's", () => {
    const finished: AguiEvent = { type: E.RUN_FINISHED, threadId: "t", runId: "r", outcome: { type: "success" } };
    const view = fold(started("r"), step("old", 1), stepDone("old", 2), finished, started("r2"), step("new", 3));
    expect(planOfRun(view).steps.map(({ name }) => name)).toEqual(["new"]);
    expect(planOfRun(emptyView("t"))).toEqual({ steps: [], progress: null, confidence: null });
  });
});

test("a share is between nothing and all, also of nothing", () => {
  expect(shareOf({ current: 1, total: 4 })).toBe(0.25);
  expect(shareOf({ current: 0, total: 0 })).toBe(0);
  expect([-1, 0, 0.256, 1, 7].map(percent)).toEqual([0, 0, 26, 100, 100]);
});

describe("tasks", () => {
  test("what is held can be ended, and what is not can be run", () => {
    for (const status of TASK_STATUSES) {
      const isHeld = status === "running" || status === "paused";
      expect(TASK_ACTIONS[status].includes("cancel")).toBe(isHeld);
      expect(TASK_ACTIONS[status].includes("run")).toBe(!isHeld);
    }
  });

  test("a checklist in words", () => {
    const checklist = [
      { text: "a", done: true },
      { text: "b", done: false },
    ];
    expect(checklistWords({ checklist })).toBe("1/2");
    expect(checklistWords({ checklist: [] })).toBeNull();
  });
});
