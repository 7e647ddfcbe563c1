import { createHash } from "node:crypto";
import { ThroughlineError } from "@throughline/protocol";

/**
 * Ids of threads, runs and clients: letters, digits and `_ . : @ ~ -`, at most 200. No slash and no
 * control character, so that an id is safe in a path, a log line, an SSE field and a control key.
 */
const ID = /^[A-Za-z0-9_][A-Za-z0-9_.:@~-]{0,199}$/;

/** Whether a text can be an id. */
export function isId(id: string): boolean {
  return ID.test(id);
}

/** @throws invalid_input naming `field` */
export function checkId(field: string, id: string): string {
  if (isId(id)) return id;
  throw new ThroughlineError(
    "invalid_input",
    `"${field}" must be 1 to 200 letters, digits or any of _ . : @ ~ -, and begin with a letter, digit or _.`,
    { details: { field } },
  );
}

/** The log's name for a thread. */
export function streamName(tenant: string, threadId: string): string {
  return `${tenant}/${threadId}`;
}

const TIME_DIGITS = 13;

/** Keys of the control records (see docs/architecture.md, "control record"). */
export const keys = {
  /** A {@link RunRecord}; there for as long as its thread. */
  run: (tenant: string, runId: string) => `run/${tenant}/${runId}`,
  /** The runs of a thread, by id. */
  owned: (tenant: string, threadId: string, runId: string) => `owned/${tenant}/${threadId}/${runId}`,
  allOwned: (tenant: string, threadId: string) => `owned/${tenant}/${threadId}/`,
  /** The run that holds the thread now: its lease. */
  active: (tenant: string, threadId: string) => `active/${tenant}/${threadId}`,
  /** Every lease, for what a dead process left behind. */
  allActive: "active/",
  /** Names of what a worker elsewhere has reported of the run that holds the thread; see ReportedNames. */
  reported: (tenant: string, threadId: string, runId: string, chunk: number) =>
    `reported/${tenant}/${threadId}/${runId}/${String(chunk).padStart(12, "0")}`,
  allReportedOf: (tenant: string, threadId: string, runId: string) => `reported/${tenant}/${threadId}/${runId}/`,
  allReported: (tenant: string, threadId: string) => `reported/${tenant}/${threadId}/`,
  /** What its worker's *_CHUNK shorthands have begun and not ended; see StoredAssembly. */
  assembly: (tenant: string, threadId: string, runId: string) => `assembly/${tenant}/${threadId}/${runId}`,
  allAssembly: (tenant: string, threadId: string) => `assembly/${tenant}/${threadId}/`,
  /** Starts that wait for the thread, in order. */
  queued: (tenant: string, threadId: string, n: number) => `queue/${tenant}/${threadId}/${String(n).padStart(12, "0")}`,
  queue: (tenant: string, threadId: string) => `queue/${tenant}/${threadId}/`,
  allQueues: "queue/",
  /** A fork that has been begun and not finished: the position and the source's id. */
  fork: (tenant: string, threadId: string) => `fork/${tenant}/${threadId}`,
  allForks: "fork/",
  /** A question: open, or answered. */
  ask: (tenant: string, threadId: string, runId: string, interruptId: string) =>
    `ask/${tenant}/${threadId}/${runId}/${digest(interruptId)}`,
  /** Those of one run. */
  asks: (tenant: string, threadId: string, runId: string) => `ask/${tenant}/${threadId}/${runId}/`,
  askAt: (tenant: string, place: string) => `ask/${tenant}/${place}`,
  allAsks: (tenant: string, threadId: string) => `ask/${tenant}/${threadId}/`,
  /** A tenant's open questions, oldest first; `place` is that of the question's own key behind the tenant. */
  openAsk: (tenant: string, at: number, place: string) =>
    `open-ask/${tenant}/${String(at).padStart(TIME_DIGITS, "0")}/${place}`,
  openAsks: (tenant: string) => `open-ask/${tenant}/`,
  /** The outcomes of the thread's latest commands, by command id. */
  commands: (tenant: string, threadId: string) => `commands/${tenant}/${threadId}`,
  /** The outcomes of the latest publications on the thread, by their id. */
  publications: (tenant: string, threadId: string) => `published/${tenant}/${threadId}`,
  /** The thread's line in lists. */
  thread: (tenant: string, threadId: string) => `thread/${tenant}/${threadId}`,
  /** Orders a tenant's threads by their last activity, newest first. */
  recent: (tenant: string, at: number, threadId: string) =>
    `recent/${tenant}/${String(10 ** TIME_DIGITS - 1 - at).padStart(TIME_DIGITS, "0")}/${threadId}`,
  recents: (tenant: string) => `recent/${tenant}/`,
  /** Orders them by when they were made, newest first. */
  made: (tenant: string, at: number, threadId: string) =>
    `made/${tenant}/${String(10 ** TIME_DIGITS - 1 - at).padStart(TIME_DIGITS, "0")}/${threadId}`,
  allMade: (tenant: string) => `made/${tenant}/`,
  /** A stored fold of the thread, so that opening it does not read all of it. */
  checkpoint: (tenant: string, threadId: string) => `view/${tenant}/${threadId}`,
  /** How far a client that may come back has acknowledged a thread, and the frames kept for it. */
  client: (place: { readonly tenant: string; readonly threadId: string; readonly clientId: string }) =>
    `client/${place.tenant}/${place.threadId}/${place.clientId}`,
  clients: (tenant: string, threadId: string) => `client/${tenant}/${threadId}/`,
  mailOf: (clientKey: string) => `mail/${clientKey}`,
  /** A {@link Task} as it is now. */
  task: (tenant: string, taskId: string) => `task/${tenant}/${taskId}`,
  /** Places the tenant's tasks in one of the orders they are listed in. */
  taskOrder: (tenant: string, order: string) => `tasks/${tenant}/${order}/`,
  /** A thread that is being deleted; there until nothing of it is left. */
  erasing: (tenant: string, threadId: string) => `erasing/${tenant}/${threadId}`,
  allErasing: "erasing/",
  /** Counts the processes that have owned this log; fences the writers of earlier ones. */
  incarnation: "incarnation",
};

/** Stands for a text of any length and content. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

/**
 * The thread a control key is about, for keys of the form `kind/tenant/thread…`.
 * @throws corrupt
 */
export function placeIn(key: string): { tenant: string; threadId: string } {
  const [, tenant, threadId] = key.split("/");
  if (tenant === undefined || threadId === undefined)
    throw new ThroughlineError("corrupt", `"${key}" names no thread.`);
  return { tenant, threadId };
}
