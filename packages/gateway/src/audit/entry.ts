import type { JsonObject } from "@throughline/protocol";

/** What happened, as who notes it says it. Nothing secret: no message text, no token. */
export interface AuditNote {
  /** `connection.opened`, `connection.closed`, `connection.refused`, or the command: `start`, `cancel`, … */
  readonly action: string;
  /** The protocol it came through; `http` for the API, `server` for the host's own code. */
  readonly dialect: string;
  readonly tenant: string;
  readonly threadId: string | null;
  readonly clientId: string | null;
  /** Who did it. */
  readonly subject: string | null;
  /** Short facts: an outcome, an error code, a run id. */
  readonly details: JsonObject;
}

/** One line of the audit log, as it is stored and answered. */
export interface AuditEntry {
  /** ISO-8601 UTC with milliseconds. */
  readonly at: string;
  readonly action: string;
  readonly dialect: string;
  /** What the client calls the thread: a chart, chat, task, request or stream by its own id. */
  readonly session_id: string | null;
  readonly client_id: string | null;
  readonly subject: string | null;
  readonly details: JsonObject;
}

/** Threads whose id is that of something clients know by a name of its own. */
const NAMED = /^(?:chart|chat|task|request|stream):/;

export function entryOf(note: AuditNote, now: number): AuditEntry {
  const { action, dialect, threadId, clientId, subject, details } = note;
  return {
    at: new Date(now).toISOString(),
    action,
    dialect,
    session_id: threadId?.replace(NAMED, "") ?? null,
    client_id: clientId,
    subject,
    details: threadId === null ? details : { thread_id: threadId, ...details },
  };
}

/** The stream that holds a tenant's entries of one day (UTC), `YYYY-MM-DD`. */
export function auditStream(tenant: string, day: string): string {
  return `${auditPrefix(tenant)}${day}`;
}

export function auditPrefix(tenant: string): string {
  // Two slashes: no thread's stream has them.
  return `audit/${tenant}/`;
}

/** The day of an entry. */
export function dayOf(at: string): string {
  return at.slice(0, 10);
}
