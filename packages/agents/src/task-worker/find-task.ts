import { ThroughlineError, type Task } from "@throughline/protocol";
import type { Run } from "../builder/run.ts";

const THREAD = "task:";

/**
 * The task a run is about: the one that `context.task_id` names, else the one the thread is named
 * after, else the thread's only one.
 * @throws ThroughlineError `not_found`
 */
export function findTask(run: Run): Task {
  const { tasks, threadId } = run.host.view;
  const named = run.context["task_id"] ?? (threadId.startsWith(THREAD) ? threadId.slice(THREAD.length) : undefined);
  const [only, ...others] = Object.values(tasks);
  const task = typeof named === "string" ? tasks[named] : others.length === 0 ? only : undefined;
  if (task !== undefined) return task;
  const which =
    typeof named === "string" ? `There is no task "${named}" in this thread.` : "It is not said which task is meant.";
  throw new ThroughlineError("not_found", `${which} Run a task through /api/v1/tasks/{id}/run.`);
}
