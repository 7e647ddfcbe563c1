import { ThroughlineError, type Task } from "@throughline/protocol";
import type { TaskChange } from "./run.ts";

/** A task as it is after a change. `before` is absent for a new one. */
export function changedTask(before: Task | undefined, change: TaskChange, id: string, now: number): Task {
  const time = new Date(now).toISOString();
  const title = change.title ?? before?.title;
  if (title === undefined)
    throw new ThroughlineError("agent_error", `Task '${id}' is new to this thread and needs a title.`);
  const blank = {
    description: "",
    status: "pending",
    priority: null,
    agent: null,
    checklist: [],
    tags: [],
    progress: null,
    confidence: null,
    created_at: time,
  } as const;
  const version = (before?.version ?? 0) + 1;
  return { ...blank, checklist: [], tags: [], ...before, ...change, id, title, updated_at: time, version };
}
