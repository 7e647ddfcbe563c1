import { newTask, ThroughlineError, type Task } from "@throughline/protocol";
import type { TaskChange } from "./run.ts";

/** A task as it is after a change. `before` is absent for a new one. */
export function changedTask(before: Task | undefined, change: TaskChange, id: string, now: number): Task {
  const title = change.title ?? before?.title;
  if (title === undefined)
    throw new ThroughlineError("agent_error", `Task '${id}' is new to this thread and needs a title.`);
  if (before === undefined) return newTask(id, { ...change, title }, now);
  return { ...before, ...change, id, title, updated_at: new Date(now).toISOString(), version: before.version + 1 };
}
