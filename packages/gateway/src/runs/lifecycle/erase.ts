import type { ControlWrite, StreamLog } from "@throughline/log";
import { keys, placeIn, streamName } from "../../threads/names.ts";
import { parseSummary, placesOf } from "../../threads/summary.ts";
import { inboxKey } from "../stored/inbox.ts";
import type { AskRecord } from "../stored/records.ts";

const PAGE = 500;

/**
 * Deletes all that is stored of a thread: its events, its runs, its questions, what is kept for its
 * clients (L6). A crash in between leaves its `erasing` mark, under which the next start goes on.
 */
export async function eraseThread(log: StreamLog, tenant: string, threadId: string): Promise<void> {
  await log.delete(streamName(tenant, threadId));
  await eraseRuns(log, tenant, threadId);
  await eraseAll(log, keys.queue(tenant, threadId));
  await eraseAll(log, keys.allAsks(tenant, threadId), ({ key, value }) => [
    key,
    inboxKey(key, JSON.parse(value) as AskRecord),
  ]);
  await eraseAll(log, keys.allReported(tenant, threadId));
  await eraseAll(log, keys.allAssembly(tenant, threadId));
  await eraseAll(log, keys.clients(tenant, threadId), ({ key }) => [key, keys.mailOf(key)]);
  const listed = await log.control(keys.thread(tenant, threadId));
  const places = listed === undefined ? [] : placesOf(tenant, parseSummary(listed));
  const single = [
    keys.active(tenant, threadId),
    keys.commands(tenant, threadId),
    keys.publications(tenant, threadId),
    keys.thread(tenant, threadId),
    keys.checkpoint(tenant, threadId),
    keys.erasing(tenant, threadId),
  ];
  await log.append({ appends: [], controls: [...places, ...single].map(gone) });
}

/** Goes on with what an earlier process had begun to delete. */
export async function eraseMarked(log: StreamLog): Promise<void> {
  const marked = await log.controls(keys.allErasing, { limit: Number.MAX_SAFE_INTEGER });
  for (const { key } of marked) {
    const { tenant, threadId } = placeIn(key);
    await eraseThread(log, tenant, threadId);
  }
}

async function eraseRuns(log: StreamLog, tenant: string, threadId: string): Promise<void> {
  await eraseAll(log, keys.allOwned(tenant, threadId), ({ key }) => {
    const runId = key.slice(key.lastIndexOf("/") + 1);
    return [key, keys.run(tenant, runId)];
  });
}

/** Deletes every control under the prefix, page by page, and with each what belongs to it. */
async function eraseAll(
  log: StreamLog,
  prefix: string,
  belonging: (found: { readonly key: string; readonly value: string }) => string[] = ({ key }) => [key],
): Promise<void> {
  for (;;) {
    const found = await log.controls(prefix, { limit: PAGE });
    if (found.length === 0) return;
    await log.append({ appends: [], controls: found.flatMap(belonging).map(gone) });
  }
}

function gone(key: string): ControlWrite {
  return { key, value: null };
}
