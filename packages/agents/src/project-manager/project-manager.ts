import type { Agent, Task } from "@throughline/protocol";
import { defineAgent } from "../builder/define-agent.ts";
import type { Run } from "../builder/run.ts";
import { changedTask } from "../builder/tasks.ts";
import { createPace, type Pace } from "../pace.ts";
import { nextStep, NOTHING_TO_PLAN, planNote, QUESTION, storyNote } from "./answer.ts";
import { type Brief, isClear, readBrief } from "./request.ts";
import { type Story, storiesOf } from "./stories.ts";

export interface ProjectManagerOptions {
  /** How long it takes over things: 1 (default) so that people can watch, 0 = at once. */
  readonly pace?: number;
}

const THINK_MS = 250;
const WORKER = "task-worker";

/**
 * Turns a request into a plan: asks once when it is unclear, writes a story for each part, stores the
 * stories as tasks and says what it has done. The same words always give the same plan.
 */
export function projectManager(options: ProjectManagerOptions = {}): Agent {
  const about = {
    name: "project-manager",
    description: "Turns a request into a plan: clarifies it, writes its stories and stores them as tasks.",
  };
  const pace = createPace(options.pace ?? 1);
  return defineAgent(about, async (run) => {
    const brief = await clarify(run, pace);
    if (brief === undefined) {
      await run.say(pace.typed(run, NOTHING_TO_PLAN));
      return;
    }
    const stories = await plan(run, pace, brief);
    const reply = run.message();
    await write(reply, pace.typed(run, planNote(brief, stories.length)));
    const tasks: Task[] = [];
    for (const [index, story] of stories.entries()) {
      const task = await run.step("story", () => store(run, pace, story, { done: index, of: stories.length }));
      tasks.push(task);
      await write(reply, pace.typed(run, storyNote(task, index + 1)));
    }
    await report(run, "done", stories.length, stories.length);
    await write(reply, pace.typed(run, nextStep(tasks)));
    await reply.end();
  });
}

/** What is wanted, asking once when the message does not say; undefined when the answer does not either. */
function clarify(run: Run, pace: Pace): Promise<Brief | undefined> {
  return run.step("clarification", async () => {
    await report(run, "analyzing request", 0, 1);
    await pace.think(run, THINK_MS);
    const asked = readBrief(run.text);
    if (isClear(asked)) return asked;
    const answer = await run.ask(QUESTION, { key: "goal" });
    const brief = readBrief(answer);
    return brief.goal === "" && brief.parts.length === 0 ? undefined : brief;
  });
}

function plan(run: Run, pace: Pace, brief: Brief): Promise<Story[]> {
  return run.step("planning", async () => {
    await pace.think(run, THINK_MS);
    const stories = storiesOf(brief);
    await report(run, "planning", 0, stories.length, { tasks_identified: stories.length });
    return stories;
  });
}

/** Stores a story as a task of its own and hands it over. */
async function store(
  run: Run,
  pace: Pace,
  story: Story,
  at: { readonly done: number; readonly of: number },
): Promise<Task> {
  await report(run, "creating story", at.done, at.of);
  await pace.think(run, THINK_MS);
  const { title, description, priority, tags } = story;
  const id = run.host.ids.next("task");
  const checklist = story.checklist.map((text) => ({ text, done: false }));
  const change = { title, description, priority, tags: [...tags], checklist, agent: WORKER };
  const task = changedTask(undefined, change, id, run.host.clock.now());
  await run.tool("create_task", { title, priority }, () => run.host.tasks.put(task), { show: () => ({ task_id: id }) });
  await run.artifact({ kind: "story", title, content: { task_id: id, ...change } });
  return task;
}

/** Tells how far the plan is; the message is what the status line says. */
function report(run: Run, message: string, current: number, total: number, more: object = {}): Promise<void> {
  return run.custom("progress", { current, total, message, ...more });
}

async function write(reply: { write(delta: string): Promise<void> }, text: AsyncIterable<string>): Promise<void> {
  for await (const delta of text) await reply.write(delta);
}
