import type { Task } from "@throughline/protocol";
import { createStore, type StoreApi } from "zustand/vanilla";

export interface TaskState {
  /** In the order they were listed, new ones last. */
  readonly tasks: readonly Task[];
  readonly byId: { readonly [id: string]: Task };
  /** Replaces all of them. */
  setTasks(tasks: readonly Task[]): void;
  /** Adds the tasks, or puts them in the place of what was known; an older version changes nothing. */
  putTasks(tasks: readonly Task[]): void;
  removeTask(id: string): void;
}

export type TaskStore = StoreApi<TaskState>;

/** Tasks, as boards and detail panels show them. */
export function createTaskStore(): TaskStore {
  return createStore<TaskState>()((set) => ({
    tasks: [],
    byId: {},
    setTasks: (tasks) => set(stateOf(tasks)),
    putTasks: (tasks) => set((state) => after(state, tasks)),
    removeTask: (id) => set((state) => (id in state.byId ? stateOf(state.tasks.filter((task) => task.id !== id)) : {})),
  }));
}

function after(state: TaskState, tasks: readonly Task[]): Partial<TaskState> {
  const news = tasks.filter((task) => task.version > (state.byId[task.id]?.version ?? 0));
  if (news.length === 0) return {};
  const byId = new Map(state.tasks.map((task) => [task.id, task]));
  for (const task of news) byId.set(task.id, task);
  return stateOf([...byId.values()]);
}

function stateOf(tasks: readonly Task[]): Pick<TaskState, "tasks" | "byId"> {
  return { tasks, byId: Object.fromEntries(tasks.map((task) => [task.id, task])) };
}
