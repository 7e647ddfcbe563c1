import type { ThreadStatus } from "@throughline/protocol";
import type { ControlWrite } from "@throughline/log";
import { keys } from "./names.ts";

/** A thread's line in lists: a projection, committed with the events that change it (S3). */
export interface ThreadSummary {
  readonly id: string;
  readonly status: ThreadStatus;
  /** What the thread began with, cut to {@link TITLE_LENGTH} characters. */
  readonly title: string;
  readonly lastSeq: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

const TITLE_LENGTH = 120;

/** @param previous what the control record holds now, as JSON text */
export function summaryWrites(
  tenant: string,
  previous: string | undefined,
  change: Pick<ThreadSummary, "id" | "status" | "lastSeq"> & { readonly text?: string; readonly now: number },
): { readonly writes: readonly ControlWrite[]; readonly value: string } {
  const before = previous === undefined ? undefined : parseSummary(previous);
  const summary: ThreadSummary = {
    id: change.id,
    status: change.status,
    title: before?.title ?? (change.text ?? "").slice(0, TITLE_LENGTH),
    lastSeq: change.lastSeq,
    createdAt: before?.createdAt ?? change.now,
    updatedAt: change.now,
  };
  const value = JSON.stringify(summary);
  const writes: ControlWrite[] = [{ key: keys.thread(tenant, change.id), value }];
  if (before !== undefined && before.updatedAt !== change.now) {
    writes.push({ key: keys.recent(tenant, before.updatedAt, change.id), value: null });
  }
  writes.push({ key: keys.recent(tenant, change.now, change.id), value: "" });
  return { writes, value };
}

export function parseSummary(value: string): ThreadSummary {
  return JSON.parse(value) as ThreadSummary;
}
