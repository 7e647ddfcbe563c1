import { useCallback, useEffect, useMemo } from "react";
import { useStore } from "zustand/react";
import type { Client, ThreadUpdates } from "@throughline/client";
import type { Task, TaskChangedPayload, TaskStatus, ThroughlineError } from "@throughline/protocol";
import type { TaskStore } from "../stores/task-store.ts";
import { type TaskActions, taskActions } from "./task-actions.ts";
import { useThroughline } from "./throughline-provider.tsx";
import { useLoaded } from "./use-loaded.ts";
import { isThreadId, type ThreadId } from "./use-thread-object.ts";

export interface UseTasksOptions {
  readonly status?: TaskStatus;
  readonly agent?: string;
  /** Words that the title or the description has. */
  readonly q?: string;
  /** A field, with `-` in front for the largest first. Default `-updated_at`. */
  readonly sort?: string;
  /** At most so many. Default 50. */
  readonly limit?: number;
  /** A thread whose agents make tasks: they come with it, live. */
  readonly threadId?: ThreadId;
}

export interface UseTasks extends TaskActions {
  readonly tasks: readonly Task[];
  readonly isLoading: boolean;
  readonly error: ThroughlineError | null;
  readonly reload: () => void;
}

/** Listed tasks are followed live, each on its own thread, up to so many. */
const MOST_FOLLOWED = 100;

/**
 * Tasks from the HTTP API, kept up to date by their threads as long as the component is mounted, and by
 * the thread of `threadId`, if one is given. They stand in the provider's `taskStore` as well.
 */
export function useTasks(options: UseTasksOptions = {}): UseTasks {
  const { client, rest, stores } = useThroughline();
  const { status, agent, q, threadId } = options;
  const query = queryOf(options);
  const load = useCallback(
    async (signal: AbortSignal): Promise<readonly string[]> => {
      const { items } = await rest.json<{ items: readonly Task[] }>(`/api/v1/tasks/?${query}`, { signal });
      stores.task.getState().putTasks(items);
      return items.map(({ id }) => id);
    },
    [rest, stores, query],
  );
  const { value: listed, isLoading, error, reload } = useLoaded(load);
  const state = useStore(stores.task);
  const ownThreads = useMemo(() => (listed ?? []).slice(0, MOST_FOLLOWED).map((id) => `task:${id}`), [listed]);
  useEffect(() => followTasks(client, ownThreads, stores.task), [client, ownThreads, stores]);
  useEffect(() => followTasks(client, isThreadId(threadId) ? [threadId] : [], stores.task), [client, threadId, stores]);
  const actions = useMemo(() => taskActions(rest, stores.task), [rest, stores]);
  const tasks = useMemo(
    () => chosen(state.tasks, listed, { status, agent, q }),
    [state.tasks, listed, status, agent, q],
  );
  return { ...actions, tasks, isLoading, error, reload };
}

function queryOf({ status, agent, q, sort = "-updated_at", limit = 50 }: UseTasksOptions): string {
  const filters = { status, agent, q, sort, limit: String(limit) };
  const given = Object.entries(filters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(given).toString();
}

/** The listed ones in the server's order, then those that came since and belong here. */
function chosen(
  known: readonly Task[],
  listed: readonly string[] | null,
  { status, agent, q }: { [Name in "status" | "agent" | "q"]: UseTasksOptions[Name] | undefined },
): readonly Task[] {
  const place = new Map((listed ?? []).map((id, index) => [id, index]));
  const belongs = (task: Task): boolean =>
    (status === undefined || task.status === status) &&
    (agent === undefined || task.agent === agent) &&
    // What words match, the server knows; what came since is shown once it has been asked again.
    (q === undefined || place.has(task.id));
  return known
    .filter(belongs)
    .sort((left, right) => (place.get(left.id) ?? Infinity) - (place.get(right.id) ?? Infinity) || 0);
}

function followTasks(client: Client, threads: readonly string[], store: TaskStore): () => void {
  const stops = threads.flatMap((id) => {
    const thread = client.thread(id);
    return [
      thread.on("view", ({ view }) => store.getState().putTasks(Object.values(view.tasks))),
      thread.events((update) => take(update, store)),
    ];
  });
  return () => stops.forEach((stop) => stop());
}

function take({ event }: ThreadUpdates["event"], store: TaskStore): void {
  if (event.type !== "CUSTOM" || event.name !== "task.changed") return;
  const { task, deleted = false } = event.value as TaskChangedPayload;
  if (deleted) store.getState().removeTask(task.id);
  else store.getState().putTasks([task]);
}
