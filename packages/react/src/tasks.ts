import type { Task, TaskStatus } from "@throughline/protocol";

/** In the order in which a task goes through them. */
export const TASK_STATUSES: readonly TaskStatus[] = [
  "pending",
  "running",
  "paused",
  "completed",
  "failed",
  "cancelled",
];

/** What a task's status is called. */
export const TASK_STATUS_NAMES: Readonly<Record<TaskStatus, string>> = {
  pending: "To do",
  running: "Running",
  paused: "Paused",
  completed: "Done",
  failed: "Failed",
  cancelled: "Cancelled",
};

export type TaskAction = "run" | "pause" | "resume" | "cancel";

/** What can be done with a task as it stands. */
export const TASK_ACTIONS: Readonly<Record<TaskStatus, readonly TaskAction[]>> = {
  pending: ["run"],
  running: ["pause", "cancel"],
  paused: ["resume", "cancel"],
  completed: ["run"],
  failed: ["run"],
  cancelled: ["run"],
};

/** `2/5`: how many points of its checklist are done; null for a task without one. */
export function checklistWords({ checklist }: Pick<Task, "checklist">): string | null {
  return checklist.length === 0 ? null : `${checklist.filter(({ done }) => done).length}/${checklist.length}`;
}
