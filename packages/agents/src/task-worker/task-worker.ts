import type { Agent, Task } from "@throughline/protocol";
import { defineAgent } from "../builder/define-agent.ts";
import type { Run } from "../builder/run.ts";
import { createPace, type Pace } from "../pace.ts";
import { findTask } from "./find-task.ts";
import { confidenceIn, itemNote, summary, usualChecklist } from "./judgement.ts";

export interface TaskWorkerOptions {
  /** How long it takes over things: 1 (default) so that people can watch, 0 = at once. */
  readonly pace?: number;
}

/** An item's work comes in pieces, so that a pause or a cancel is felt at once. */
const PIECES = 5;
const PIECE_MS = 120;
const NAME = "task-worker";

/**
 * Works through a task's checklist, item by item. What is ticked stays ticked: run again after a
 * cancel, a failure or a restart, it goes on with the first item that is open.
 */
export function taskWorker(options: TaskWorkerOptions = {}): Agent {
  const about = { name: NAME, description: "Works through a task's checklist and reports how far and how sure it is." };
  const pace = createPace(options.pace ?? 1);
  return defineAgent(about, async (run) => {
    let task = await takeUp(run, findTask(run));
    for (let index = nextOpen(task); index >= 0; index = nextOpen(task)) {
      task = await workOn(run, pace, task, index);
    }
    const result = { summary: summary(task), items: task.checklist.length };
    await run.say(pace.typed(run, result.summary));
    await run.task({ id: task.id, status: "completed", progress: 1, result });
    return result;
  });
}

/** Marks the task as being worked on, with the usual checklist if it has none. */
function takeUp(run: Run, found: Task): Promise<Task> {
  const checklist = found.checklist.length > 0 ? found.checklist : usualChecklist(found);
  const change = { id: found.id, status: "running", agent: NAME, checklist } as const;
  return run.task({ ...found, ...change, progress: shareDone({ checklist }) });
}

/** Does one item and ticks it. @returns the task as it is then */
function workOn(run: Run, pace: Pace, task: Task, index: number): Promise<Task> {
  const text = task.checklist[index]?.text ?? "";
  return run.step(text === "" ? `Item ${index + 1}` : text, async () => {
    await run.progress(doneCount(task), task.checklist.length, text);
    await run.tool("work_on_item", { index, text }, () => labour(run, pace), { show: () => ({ done: true, index }) });
    const checklist = task.checklist.map((item, at) => (at === index ? { ...item, done: true } : item));
    const confidence = confidenceIn(checklist);
    const changed = await run.task({ id: task.id, checklist, progress: shareDone({ checklist }), confidence });
    await run.progress(doneCount(changed), checklist.length, text);
    await run.confidence(confidence);
    await run.say(pace.typed(run, itemNote(text, doneCount(changed), checklist.length)));
    return changed;
  });
}

async function labour(run: Run, pace: Pace): Promise<void> {
  for (let piece = 0; piece < PIECES; piece += 1) await pace.think(run, PIECE_MS);
}

function nextOpen({ checklist }: Task): number {
  return checklist.findIndex(({ done }) => !done);
}

function doneCount({ checklist }: Pick<Task, "checklist">): number {
  return checklist.filter(({ done }) => done).length;
}

function shareDone(task: Pick<Task, "checklist">): number {
  return Math.round((doneCount(task) / task.checklist.length) * 100) / 100;
}
