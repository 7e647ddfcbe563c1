import { emptyView, type ThreadView } from "@throughline/protocol";
import type { StreamLog } from "@throughline/log";
import { keys } from "./names.ts";
import type { Thread } from "./thread.ts";

/** Opening a thread folds at most about this many events beside its checkpoint. */
const EVERY = 2_000;

interface Checkpoint {
  readonly epoch: string;
  readonly view: ThreadView;
}

/** The stored fold of a thread, if there is one for this epoch. */
export async function loadCheckpoint(
  log: StreamLog,
  tenant: string,
  threadId: string,
  epoch: string,
): Promise<ThreadView | undefined> {
  const value = await log.control(keys.checkpoint(tenant, threadId));
  if (value === undefined) return undefined;
  const checkpoint = JSON.parse(value) as Checkpoint;
  // One of an earlier version lacks what views have had since.
  return checkpoint.epoch === epoch ? { ...emptyView(threadId), ...checkpoint.view } : undefined;
}

/**
 * Stores the fold when enough has come since the last time. It is only a shortcut: a thread without
 * it is folded from its start, so a write that fails costs nothing but time.
 */
export async function saveCheckpoint(log: StreamLog, thread: Thread, since: number): Promise<number> {
  const view = thread.view;
  if (view.lastSeq - since < EVERY) return since;
  const checkpoint: Checkpoint = { epoch: thread.epoch, view };
  const key = keys.checkpoint(thread.tenant, thread.id);
  await log.append({ appends: [], controls: [{ key, value: JSON.stringify(checkpoint) }] });
  return view.lastSeq;
}
