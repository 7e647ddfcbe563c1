import { type Interrupt, type Json, ThroughlineError } from "@throughline/protocol";
import type { ControlWrite, StreamLog } from "@throughline/log";
import { keys } from "../../threads/names.ts";
import type { AskRecord } from "./records.ts";

/**
 * The open questions of a tenant, oldest first: an index whose keys are written and deleted in the very
 * batches that ask, answer and withdraw (S3). What is asked stands in the question's own record.
 */

/** How much of a question lists show. */
const SHOWN = 2_000;
/** How much there may be to choose from, as JSON. */
const MAX_OPTIONS = 10_000;

/** An open question, and the thread it stands in. */
export interface OpenQuestion extends AskRecord {
  readonly threadId: string;
}

/** The record of a question that is asked now. */
export function asked(
  by: { readonly runId: string; readonly agent: string },
  interrupt: Interrupt,
  now: number,
): AskRecord {
  const options = interrupt.metadata?.["options"] as Json | undefined;
  const shown = options !== undefined && JSON.stringify(options).length <= MAX_OPTIONS;
  return {
    interruptId: interrupt.id,
    runId: by.runId,
    agent: by.agent,
    askedAt: now,
    question: (interrupt.message ?? interrupt.reason).slice(0, SHOWN),
    ...(shown ? { options } : {}),
  };
}

/** Stores the question as it is now, with its place in the index while it is open. */
export function askWrites(
  at: { readonly tenant: string; readonly id: string },
  ask: AskRecord,
  expect?: string,
): ControlWrite[] {
  const open = ask.answer === undefined && ask.withdrawn !== true;
  const key = keys.ask(at.tenant, at.id, ask.runId, ask.interruptId);
  return [
    { key, value: JSON.stringify(ask), ...(expect === undefined ? {} : { expect }) },
    { key: inboxKey(key, ask), value: open ? "" : null },
  ];
}

/** The place of the question stored under `askKey`. */
export function inboxKey(askKey: string, ask: AskRecord): string {
  const [, tenant = "", ...rest] = askKey.split("/");
  return keys.openAsk(tenant, ask.askedAt, rest.join("/"));
}

/** `AT/THREAD/RUN/DIGEST`. */
const PLACE = /^[0-9]{13}(?:\/[A-Za-z0-9_.:@~-]+){3}$/;

/**
 * The tenant's open questions, oldest first, behind the place `cursor` names.
 * @throws invalid_cursor
 */
export async function listQuestions(
  log: StreamLog,
  tenant: string,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ readonly items: readonly OpenQuestion[]; readonly next: string | null }> {
  const prefix = keys.openAsks(tenant);
  const after = page.cursor === undefined ? {} : { after: prefix + placeOf(page.cursor) };
  const found = await log.controls(prefix, { limit: page.limit + 1, ...after });
  const shown = found.slice(0, page.limit);
  const stored = await Promise.all(shown.map(async ({ key }) => readAsk(log, tenant, key.slice(prefix.length))));
  const last = found.length > page.limit ? shown.at(-1) : undefined;
  return { items: stored.flat(), next: last === undefined ? null : last.key.slice(prefix.length) };
}

/** @param place `AT/THREAD/RUN/DIGEST` */
async function readAsk(log: StreamLog, tenant: string, place: string): Promise<OpenQuestion[]> {
  const [, threadId = "", ...rest] = place.split("/");
  const value = await log.control(keys.askAt(tenant, [threadId, ...rest].join("/")));
  // Answered since the index was read.
  return value === undefined ? [] : [{ ...(JSON.parse(value) as AskRecord), threadId }];
}

/** @throws invalid_cursor */
function placeOf(cursor: string): string {
  if (PLACE.test(cursor)) return cursor;
  throw new ThroughlineError("invalid_cursor", "The cursor is of another list; leave it out to begin anew.");
}
