import type { Task } from "./custom.ts";

/** The part of a task that people and agents write; the rest is kept by whoever stores it. */
export type TaskContent = Omit<Task, "id" | "created_at" | "updated_at" | "version">;

/**
 * A task at its first version, with what is not said left blank.
 * @param now in ms since the Unix epoch
 */
export function newTask(id: string, content: Partial<TaskContent> & { readonly title: string }, now: number): Task {
  const time = new Date(now).toISOString();
  return {
    description: "",
    status: "pending",
    priority: null,
    agent: null,
    checklist: [],
    tags: [],
    progress: null,
    confidence: null,
    result: null,
    ...content,
    id,
    created_at: time,
    updated_at: time,
    version: 1,
  };
}
