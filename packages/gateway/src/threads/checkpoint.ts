import { emptyView, type ThreadView } from "@throughline/protocol";
import type { StreamLog } from "@throughline/log";
import { keys } from "./names.ts";
import type { Thread } from "./thread.ts";

/** After this many events a thread's end of a run stores its fold. */
export const CHECKPOINT_AFTER = 2_000;

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
 * Stores the fold. It is only a shortcut: a thread without it is folded from its start, so a write that
 * fails costs nothing but time.
 */
export async function saveCheckpoint(log: StreamLog, thread: Thread): Promise<void> {
  const checkpoint: Checkpoint = { epoch: thread.epoch, view: thread.view };
  const key = keys.checkpoint(thread.tenant, thread.id);
  await log.append({ appends: [], controls: [{ key, value: JSON.stringify(checkpoint) }] });
}
