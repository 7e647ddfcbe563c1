import { EventType, type AguiEvent, type Task } from "@throughline/protocol";
import { describe, expect, it } from "vitest";
import { builtinAgents, systemHttpGet, systemMarketData, taskWorker } from "../src/index.ts";
import { confidenceIn } from "../src/task-worker/judgement.ts";
import { judge } from "./support/judge.ts";
import { Stage, textOf } from "./support/stage.ts";

const instant = taskWorker({ pace: 0 });

function taskOf(id: string, items: Task["checklist"], more: Partial<Task> = {}): Task {
  const time = "2026-01-01T00:00:00.000Z";
  return {
    id,
    title: "Ship it",
    description: "",
    status: "pending",
    priority: "P1",
    agent: null,
    checklist: items,
    tags: [],
    progress: null,
    confidence: null,
    created_at: time,
    updated_at: time,
    version: 3,
    ...more,
  };
}

/** A thread that holds these tasks. */
function stageWith(...tasks: readonly Task[]): Stage {
  const stage = new Stage();
  stage.fold(tasks.map((task) => ({ type: EventType.CUSTOM, name: "task.changed", value: { task } })));
  return stage;
}

const open = (...texts: string[]): Task["checklist"] => texts.map((text) => ({ text, done: false }));

async function work(stage: Stage, context?: { [key: string]: string }): Promise<AguiEvent[]> {
  const input = stage.message("Go on", context);
  const events = await stage.run(instant, input);
  judge(events, input, 7);
  return events;
}

describe("the task worker", () => {
  it("R2: ticks item after item, each with a call, and reports how far and how sure it is", async () => {
    const stage = stageWith(taskOf("t1", open("Write", "Test", "Release")));
    const events = await work(stage);
    const { view } = stage;
    expect(view.tasks["t1"]).toMatchObject({
      status: "completed",
      agent: "task-worker",
      progress: 1,
      confidence: 0.95,
    });
    expect(view.tasks["t1"]?.checklist.map(({ done }) => done)).toEqual([true, true, true]);
    expect(view.tasks["t1"]?.result).toEqual({ summary: '"Ship it" is finished: all 3 items are done.', items: 3 });
    expect(view.tasks["t1"]?.version).toBe(8);
    expect(view.toolCalls.map(({ name, args }) => `${name} ${JSON.parse(args).text}`)).toEqual([
      "work_on_item Write",
      "work_on_item Test",
      "work_on_item Release",
    ]);
    expect(view.steps.map(({ name }) => name)).toEqual(["Write", "Test", "Release"]);
    expect(view.progress).toMatchObject({ current: 3, total: 3 });
    expect(view.confidence).toBe(0.95);
    expect(textOf(events)).toContain("Done: Test (2 of 3).");
    expect(events.at(-1)).toMatchObject({ type: EventType.RUN_FINISHED, result: { items: 3 } });
  });

  it("goes on where it stopped", async () => {
    const stage = stageWith(taskOf("t1", open("One", "Two", "Three")));
    const events: AguiEvent[] = [];
    const input = stage.message("go");
    const reading = (async () => {
      for await (const event of instant.run(input, stage.context)) {
        events.push(event);
        const ticked =
          event.type === EventType.CUSTOM && event.name === "task.changed" && event.value.task.progress > 0.5;
        if (ticked) stage.controller.abort(new Error("cancelled"));
      }
    })();
    await expect(reading).rejects.toThrow("cancelled");
    const changes = events.flatMap((event) =>
      event.type === EventType.CUSTOM && event.name === "task.changed" ? [event.value.task as Task] : [],
    );
    const left = changes.at(-1);
    expect(left?.checklist.map(({ done }) => done)).toEqual([true, true, false]);
    const again = stageWith(left as Task);
    await work(again);
    expect(again.view.steps.map(({ name }) => name)).toEqual(["Three"]);
    expect(again.view.tasks["t1"]?.status).toBe("completed");
  });

  it("honours a pause between the pieces of an item", async () => {
    let paused: Promise<void> | undefined;
    let reached = 0;
    const resume = Promise.withResolvers<void>();
    const stage = stageWith(taskOf("t1", open("One")));
    const context = {
      ...stage.context,
      view: stage.view,
      checkpoint: async () => {
        reached += 1;
        if (reached === 2) paused = resume.promise;
        await paused;
      },
    };
    const events: AguiEvent[] = [];
    const reading = (async () => {
      for await (const event of instant.run(stage.message("go"), context)) events.push(event);
    })();
    await new Promise((resolve) => setImmediate(resolve));
    expect([reached, events.at(-1)?.type]).toEqual([2, EventType.TOOL_CALL_END]);
    resume.resolve();
    await reading;
    expect(events.at(-1)?.type).toBe(EventType.RUN_FINISHED);
  });

  it("makes the usual checklist for a task without one", async () => {
    const stage = stageWith(taskOf("t1", []));
    await work(stage);
    expect(stage.view.tasks["t1"]?.checklist).toEqual(
      ['Make clear what "Ship it" asks for', "Do it", "Check the result"].map((text) => ({ text, done: true })),
    );
  });

  it("finds the task by `context.task_id` among several, and says when it cannot", async () => {
    const stage = stageWith(taskOf("a", open("A")), taskOf("b", open("B")));
    await work(stage, { task_id: "b" });
    expect([stage.view.tasks["a"]?.status, stage.view.tasks["b"]?.status]).toEqual(["pending", "completed"]);
    for (const [place, context] of [
      [stage, undefined],
      [stage, { task_id: "c" }],
      [new Stage(), undefined],
    ] as const) {
      await expect(place.run(instant, place.message("go", context))).rejects.toMatchObject({ code: "not_found" });
    }
  });

  it("has nothing to do where all is ticked, and says so", async () => {
    const stage = stageWith(taskOf("t1", [{ text: "One", done: true }]));
    expect(textOf(await work(stage))).toBe('"Ship it" is finished: its one item is done.');
    expect(stage.view.toolCalls).toEqual([]);
  });

  it("is less sure of items that leave open what is meant", () => {
    const sure = confidenceIn(open("Write", "Test"));
    expect(confidenceIn(open("Write somehow", "Test?"))).toBeLessThan(sure);
    expect(confidenceIn(open(...Array.from({ length: 20 }, () => "TBD")))).toBe(0.05);
  });

  it("comes with the other built-in agents", () => {
    const { clock } = new Stage();
    const http = systemHttpGet({ clock, allow: [] });
    const random = { next: () => 0, uuid: () => "" };
    const names = builtinAgents({ data: systemMarketData(), http, random }).map(({ name }) => name);
    expect(names).toEqual(["market-analyst", "planner-executor", "project-manager", "task-worker", "scripted"]);
  });
});
