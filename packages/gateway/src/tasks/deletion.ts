import type { Principal } from "../access/principal.ts";
import type { Runs } from "../runs/runs.ts";
import { keys } from "../threads/names.ts";
import type { Expectation, TaskStore } from "./store.ts";
import { taskThread } from "./task.ts";

/**
 * Deletes a task with its thread, its runs and all that is kept for its clients (L6). Who follows it is
 * told first; its run, if one goes on, is cancelled. Once the first batch is durable the deletion is
 * certain: a crash after it leaves a mark that the next start finishes.
 * @throws forbidden, not_found, version_mismatch
 */
export async function deleteTask(
  { store, runs }: { readonly store: TaskStore; readonly runs: Runs },
  principal: Principal,
  id: string,
  expected: Expectation,
): Promise<void> {
  const thread = await store.retire(principal, id, expected, keys.erasing(principal.tenant, taskThread(id)));
  await runs.erase(thread);
}
