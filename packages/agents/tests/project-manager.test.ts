import { EventType, type AguiEvent, type Task } from "@throughline/protocol";
import { TaskSchema } from "@throughline/protocol/schemas";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { projectManager } from "../src/index.ts";
import { readBrief } from "../src/project-manager/request.ts";
import { storiesOf } from "../src/project-manager/stories.ts";
import { judge } from "./support/judge.ts";
import { outline, Stage, textOf } from "./support/stage.ts";

const instant = projectManager({ pace: 0 });

function newStage(): { stage: Stage; stored: Task[] } {
  const stored: Task[] = [];
  const stage = new Stage({
    tasks: {
      put: async (task) => {
        stored.push(TaskSchema.parse(task));
      },
    },
  });
  return { stage, stored };
}

async function ask(text: string): Promise<{ stage: Stage; stored: Task[]; events: AguiEvent[] }> {
  const { stage, stored } = newStage();
  const input = stage.message(text);
  const events = await stage.run(instant, input);
  judge(events, input, 11);
  return { stage, stored, events };
}

const stages = (events: readonly AguiEvent[]): string[] =>
  events.flatMap((event) => (event.type === EventType.STEP_STARTED ? [event.stepName] : []));

describe("the project manager", () => {
  it("R2: plans a story for each part that was named and stores them as tasks", async () => {
    const { stage, stored, events } = await ask("Build a web shop with login, product search and checkout.");
    expect(stored.map(({ title }) => title)).toEqual(["Login", "Product search", "Checkout"]);
    expect(stored.map(({ priority }) => priority)).toEqual(["P0", "P1", "P0"]);
    for (const task of stored) {
      expect(task).toMatchObject({ status: "pending", agent: "task-worker", version: 1 });
      expect(task.description).toContain("web shop");
      expect(task.checklist.length).toBeGreaterThanOrEqual(3);
      expect(task.checklist.every(({ done }) => !done)).toBe(true);
    }
    expect(stages(events)).toEqual(["clarification", "planning", "story", "story", "story"]);
    expect(
      stage.view.artifacts.map(({ kind, title, content }) => [
        kind,
        title,
        (content as Task & { task_id: string }).task_id,
      ]),
    ).toEqual(stored.map(({ id, title }) => ["story", title, id]));
    expect(stage.view.toolCalls.map(({ name, status }) => `${name} ${status}`)).toEqual(
      stored.map(() => "create_task completed"),
    );
    expect(stage.view.progress).toEqual({ current: 3, total: 3, message: "done" });
    const answer = textOf(events);
    for (const { title } of stored) expect(answer).toContain(`**${title}**`);
    expect(events.filter(({ type }) => type === EventType.TEXT_MESSAGE_CONTENT).length).toBeGreaterThan(50);
  });

  it("says in `tasks_identified` how many tasks the plan has", async () => {
    const { events } = await ask("- import CSV files\n- a chart page\n- P3 dark mode");
    const counts = events.flatMap((event) =>
      event.type === EventType.CUSTOM && event.name === "progress" ? [event.value.tasks_identified] : [],
    );
    expect(counts.filter((count) => count !== undefined)).toEqual([3]);
  });

  it("makes three slices of what comes without parts", async () => {
    const { stored, events } = await ask("We need a booking calendar");
    expect(stored.map(({ title, priority }) => `${priority} ${title}`)).toEqual([
      "P0 Smallest useful booking calendar",
      "P1 Make booking calendar hold",
      "P2 Release booking calendar and learn",
    ]);
    expect(textOf(events)).toContain("I would begin with **Smallest useful booking calendar**");
  });

  it("asks once when it is unclear what is wanted, and plans with the answer", async () => {
    const { stage, stored } = newStage();
    const first = await stage.run(instant, stage.message("please help"));
    expect(stored).toEqual([]);
    expect(stage.view.pendingInterrupts).toMatchObject([
      { interrupt: { message: expect.stringContaining("What should be built") } },
    ]);
    expect(outline(first).at(-1)).toBe(EventType.RUN_FINISHED);
    const input = stage.answer("a newsletter with sign-up and unsubscribe");
    judge(await stage.run(instant, input), input, 11);
    expect(stored.map(({ title }) => title)).toEqual(["Sign-up", "Unsubscribe"]);
    expect(stage.view.pendingInterrupts).toEqual([]);
  });

  it("does not ask twice: an empty answer ends with what to say next time", async () => {
    const { stage, stored } = newStage();
    await stage.run(instant, stage.message("hello"));
    const events = await stage.run(instant, stage.answer(""));
    expect(textOf(events)).toContain("login, search and checkout");
    expect([stored, stage.view.pendingInterrupts, stage.view.status]).toEqual([[], [], "idle"]);
  });

  it("gives the same plan for the same words", async () => {
    const [one, two] = await Promise.all([
      ask("Plan a podcast with an audio archive"),
      ask("Plan a podcast with an audio archive"),
    ]);
    expect(one.events).toEqual(two.events);
  });

  it("makes tasks that can be stored, whatever the words", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 120 }),
        fc.constantFrom("", " with a, b and c", "\n- x\n- y"),
        (text, more) => {
          const brief = readBrief(text + more);
          const stories = storiesOf(brief);
          expect(stories.length).toBeGreaterThan(0);
          expect(stories.length).toBeLessThanOrEqual(12);
          for (const { title, description, checklist, priority, tags } of stories) {
            const times = {
              created_at: "2026-01-01T00:00:00.000Z",
              updated_at: "2026-01-01T00:00:00.000Z",
              version: 1,
            };
            const items = checklist.map((item) => ({ text: item, done: false }));
            const task = { id: "t", title, description, checklist: items, priority, tags: [...tags], ...times };
            expect(TaskSchema.safeParse(task).error).toBeUndefined();
          }
        },
      ),
    );
  });

  it("R5: cancelled at any moment leaves nothing pending", async () => {
    for (const at of [0, 1, 4, 9, 30, 80]) {
      const { stage } = newStage();
      let seen = 0;
      const reading = (async () => {
        for await (const event of projectManager().run(stage.message("A shop with login and search"), stage.context)) {
          if (seen++ === at && event.timestamp !== undefined) stage.controller.abort(new Error("cancelled"));
        }
      })();
      await expect(reading).rejects.toThrow("cancelled");
      await new Promise((resolve) => setImmediate(resolve));
      expect(stage.clock.pending).toBe(0);
    }
  });

  it("fails plainly when a task cannot be stored", async () => {
    const stage = new Stage({ tasks: { put: () => Promise.reject(new Error("disk gone")) } });
    await expect(stage.run(instant, stage.message("A shop with login"))).rejects.toThrow("disk gone");
  });
});
