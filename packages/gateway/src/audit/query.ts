import type { StreamInfo, StreamLog } from "@throughline/log";
import { ThroughlineError } from "@throughline/protocol";
import { type AuditEntry, auditPrefix, auditStream, dayOf } from "./entry.ts";

/** Which entries are asked for; what is absent restricts nothing. */
export interface AuditFilter {
  /** A session's id, or a whole thread's. */
  readonly sessionId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly action?: string | undefined;
  /** From this moment on, in ms since the Unix epoch. */
  readonly from?: number | undefined;
  /** Up to and without this one. */
  readonly to?: number | undefined;
}

export interface AuditPage {
  /** The newest first. */
  readonly items: readonly AuditEntry[];
  /** Where the next page begins; null when this is the last. A page may be short of its limit. */
  readonly next: string | null;
}

/** An entry's place: pages go on below it. */
interface Place {
  readonly day: string;
  readonly seq: number;
}

/** Entries looked at for one page: a rare match takes several pages, not one slow one. */
const MAX_LOOKS = 5_000;
const READ = 250;
const MAX_BYTES = 4 * 1024 * 1024;
/** More days than any retention keeps. */
const MAX_DAYS = 4_000;
const CURSOR = /^(\d{4}-\d\d-\d\d)\.([1-9]\d{0,14})$/;

const decoder = new TextDecoder();

/**
 * A page of a tenant's audit log.
 * @throws invalid_cursor
 */
export async function queryAudit(
  log: StreamLog,
  tenant: string,
  filter: AuditFilter,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<AuditPage> {
  const below = page.cursor === undefined ? undefined : readPlace(page.cursor);
  const items: AuditEntry[] = [];
  let looks = MAX_LOOKS;
  for (const { day, info } of await daysOf(log, tenant, filter, below)) {
    let upTo = below?.day === day ? below.seq - 1 : info.head;
    while (upTo >= info.first) {
      const from = Math.max(info.first, upTo - READ + 1);
      const entries = await readEntries(log, auditStream(tenant, day), from, upTo);
      for (let at = entries.length - 1; at >= 0; at--) {
        const entry = entries[at];
        looks -= 1;
        if (entry !== undefined && matches(entry, filter)) items.push(entry);
        if (items.length === page.limit || looks === 0) return { items, next: `${day}.${from + at}` };
      }
      upTo = from - 1;
    }
  }
  return { items, next: null };
}

function readPlace(cursor: string): Place {
  const [, day, seq] = CURSOR.exec(cursor) ?? [];
  if (day !== undefined && seq !== undefined) return { day, seq: Number(seq) };
  throw new ThroughlineError("invalid_cursor", "Pass the `next_cursor` of the page before.");
}

/** The days that may hold what is asked for, the latest first. */
async function daysOf(
  log: StreamLog,
  tenant: string,
  { from, to }: AuditFilter,
  below: Place | undefined,
): Promise<{ day: string; info: StreamInfo }[]> {
  const prefix = auditPrefix(tenant);
  const streams = await log.list(prefix, { limit: MAX_DAYS });
  const first = from === undefined ? "" : dayOf(new Date(from).toISOString());
  const last = to === undefined ? undefined : dayOf(new Date(to).toISOString());
  return streams
    .map((info) => ({ day: info.name.slice(prefix.length), info }))
    .filter(({ day }) => day >= first && (last === undefined || day <= last))
    .filter(({ day }) => below === undefined || day <= below.day)
    .reverse();
}

/** Entries `from` to `upTo`, both included; none where the day was forgotten meanwhile. */
async function readEntries(log: StreamLog, stream: string, from: number, upTo: number): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  try {
    while (from + entries.length <= upTo) {
      const maxRecords = upTo - from - entries.length + 1;
      const { records } = await log.read(stream, { after: from + entries.length - 1, maxRecords, maxBytes: MAX_BYTES });
      if (records.length === 0) break;
      for (const record of records) entries.push(JSON.parse(decoder.decode(record)) as AuditEntry);
    }
  } catch (error) {
    const { code } = ThroughlineError.from(error);
    if (code !== "not_found" && code !== "trimmed") throw error;
  }
  return entries;
}

function matches(entry: AuditEntry, { sessionId, clientId, action, from, to }: AuditFilter): boolean {
  const at = Date.parse(entry.at);
  return (
    (sessionId === undefined || entry.session_id === sessionId || entry.details["thread_id"] === sessionId) &&
    (clientId === undefined || entry.client_id === clientId) &&
    (action === undefined || entry.action === action) &&
    (from === undefined || at >= from) &&
    (to === undefined || at < to)
  );
}
