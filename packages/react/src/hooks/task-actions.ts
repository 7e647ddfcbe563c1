import type { Task, TaskContent } from "@throughline/protocol";
import type { Rest } from "../rest.ts";
import type { TaskStore } from "../stores/task-store.ts";
import type { TaskAction } from "../tasks.ts";

export interface TaskActions {
  /** @throws ThroughlineError */
  readonly create: (task: Partial<TaskContent> & { readonly title: string }) => Promise<Task>;
  /** @throws ThroughlineError with `version_mismatch` when somebody changed it first */
  readonly update: (task: Task, change: Partial<TaskContent>) => Promise<Task>;
  /** @throws ThroughlineError */
  readonly remove: (id: string) => Promise<void>;
  /** @throws ThroughlineError */
  readonly steer: (action: TaskAction, id: string) => Promise<void>;
}

/** What one does with tasks, over the HTTP API; what comes of it stands in the store at once. */
export function taskActions(rest: Rest, store: TaskStore): TaskActions {
  const noted = (task: Task): Task => {
    store.getState().putTasks([task]);
    return task;
  };
  return {
    create: async (task) => noted(await rest.json<Task>("/api/v1/tasks/", { method: "POST", body: task })),
    update: async (task, change) => {
      const headers = { "if-match": `"${task.version}"` };
      return noted(await rest.json<Task>(pathOf(task.id), { method: "PATCH", body: change, headers }));
    },
    remove: async (id) => {
      await rest.json(pathOf(id), { method: "DELETE" });
      store.getState().removeTask(id);
    },
    steer: async (action, id) => {
      await rest.json(`${pathOf(id)}/${action}`, { method: "POST", ...(action === "run" && { body: {} }) });
    },
  };
}

function pathOf(id: string): string {
  return `/api/v1/tasks/${encodeURIComponent(id)}`;
}
