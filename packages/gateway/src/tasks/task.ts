import { type AguiEvent, EventType, type Task, type TaskContent, type ThreadView } from "@throughline/protocol";

const PREFIX = "task:";

/** The thread of a task. */
export function taskThread(taskId: string): string {
  return PREFIX + taskId;
}

/** The task a thread belongs to; undefined for a thread of another kind. */
export function taskOfThread(threadId: string): string | undefined {
  return threadId.startsWith(PREFIX) ? threadId.slice(PREFIX.length) : undefined;
}

/** The task as the thread's events have left it. */
export function taskIn(view: ThreadView, taskId: string): Task | undefined {
  return Object.hasOwn(view.tasks, taskId) ? view.tasks[taskId] : undefined;
}

/** Whether a run works on the task or waits for an answer, so that its status is the run's. */
export function isHeld(view: ThreadView): boolean {
  return view.status === "running" || view.status === "paused" || view.status === "waiting";
}

/** The task after a change, or the very same where nothing changes. */
export function changedTask(task: Task, change: Partial<TaskContent>, now: number): Task {
  if (Object.entries(change).every(([field, value]) => same(value, task[field as keyof Task]))) return task;
  return { ...task, ...change, updated_at: new Date(now).toISOString(), version: task.version + 1 };
}

/**
 * What somebody changed who held a whole task and says how it is now. Only what differs from what they
 * held counts, so that it does not take back what others have changed meanwhile.
 */
export function differences(held: Task, said: Task): Partial<TaskContent> {
  const { id: _id, created_at: _created, updated_at: _updated, version: _version, ...content } = said;
  const changed = Object.entries(content).filter(([field, value]) => !same(value, held[field as keyof Task]));
  return Object.fromEntries(changed);
}

/** The event of a change; its place is the task's own thread. */
export function taskChanged(task: Task, now: number, deleted = false): AguiEvent {
  const value = deleted ? { task, deleted } : { task };
  return { type: EventType.CUSTOM, name: "task.changed", value, timestamp: now };
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
