import { type ThreadStatus, ThroughlineError } from "@throughline/protocol";
import type { StreamLog } from "@throughline/log";
import { keys } from "./names.ts";
import { parseSummary, type ThreadSummary } from "./summary.ts";

/** The orders that threads are listed in: by their last activity or by when they were made, newest first. */
export const THREAD_ORDERS = ["-updated_at", "-created_at"] as const;
export type ThreadOrder = (typeof THREAD_ORDERS)[number];

/** Which threads, and in which order. */
export interface ThreadQuery {
  readonly status?: readonly ThreadStatus[] | undefined;
  /** That of the latest run. */
  readonly agent?: string | undefined;
  /** Text that the id or the title contains, in any case. */
  readonly q?: string | undefined;
  readonly order: ThreadOrder;
}

/** How many threads one page looks at: a rare match may leave it short, its cursor then goes on. */
const LOOKS = 10_000;
const CHUNK = 200;
const PLACE = /^[0-9]{13}\/[A-Za-z0-9_.:@~-]+$/;

/**
 * A page of a tenant's threads, behind the place the cursor names (S3).
 * @throws invalid_cursor
 */
export async function listThreads(
  log: StreamLog,
  tenant: string,
  query: ThreadQuery,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ readonly items: readonly ThreadSummary[]; readonly next: string | null }> {
  const prefix = query.order === "-updated_at" ? keys.recents(tenant) : keys.allMade(tenant);
  const items: ThreadSummary[] = [];
  let after = page.cursor === undefined ? undefined : prefix + placeOf(page.cursor);
  for (let looked = 0; looked < LOOKS; looked += CHUNK) {
    const found = await log.controls(prefix, { limit: CHUNK, ...(after === undefined ? {} : { after }) });
    const threads = await Promise.all(found.map(({ key }) => readSummary(log, tenant, key)));
    for (const [index, { key }] of found.entries()) {
      const thread = threads[index];
      if (thread === undefined || !matches(thread, query)) {
        after = key;
        continue;
      }
      // One more than fits: the page ends before it.
      if (items.length === page.limit) return { items, next: (after ?? prefix).slice(prefix.length) };
      items.push(thread);
      after = key;
    }
    if (found.length < CHUNK) return { items, next: null };
  }
  return { items, next: after === undefined ? null : after.slice(prefix.length) };
}

async function readSummary(log: StreamLog, tenant: string, key: string): Promise<ThreadSummary | undefined> {
  const value = await log.control(keys.thread(tenant, key.slice(key.lastIndexOf("/") + 1)));
  return value === undefined ? undefined : parseSummary(value);
}

function matches(thread: ThreadSummary, { status, agent, q }: ThreadQuery): boolean {
  const text = q?.toLowerCase() ?? "";
  return (
    (status === undefined || status.includes(thread.status)) &&
    (agent === undefined || thread.agent === agent) &&
    (thread.title.toLowerCase().includes(text) || thread.id.toLowerCase().includes(text))
  );
}

/** @throws invalid_cursor */
function placeOf(cursor: string): string {
  if (PLACE.test(cursor)) return cursor;
  throw new ThroughlineError("invalid_cursor", "The cursor is of another list; leave it out to begin anew.");
}
