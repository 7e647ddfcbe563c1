/**
 * Looks through the small tables on open. A chunk that has gone missing shows when it is read, since
 * the index or a neighbour knows of it; a stream or a control record that has gone missing would
 * just look as if it had never been.
 */
import type { Database } from "better-sqlite3";
import { damaged } from "../core/refused.ts";
import { rowCrc } from "./schema.ts";

/** Rows looked at per table, so that opening stays quick however much there is. */
const INSPECTED_ROWS = 100_000;

interface TextRow {
  readonly owner?: number;
  readonly key: string;
  readonly value: string;
  readonly crc: number;
}

/** @throws Refused with `corrupt` */
export function inspectTables(db: Database): void {
  inspect(db, "controls", "SELECT key, value, crc FROM controls LIMIT ?");
  inspect(db, "streams", "SELECT owner, name AS key, state AS value, crc FROM streams LIMIT ?");
  inspect(db, "producers", "SELECT id AS key, state AS value, crc FROM producers LIMIT ?");
}

function inspect(db: Database, table: string, select: string): void {
  let rows = 0;
  for (const { owner, key, value, crc } of db.prepare<[number], TextRow>(select).iterate(INSPECTED_ROWS)) {
    const expected = owner === undefined ? rowCrc(key, value) : rowCrc(owner, key, value);
    if (expected !== crc) throw damaged(`an entry of ${table}`);
    rows += 1;
  }
  // How the rows hang together: a page that has lost one no longer adds up.
  if (rows === INSPECTED_ROWS) return;
  const verdict = db.pragma(`quick_check(${table})`, { simple: true });
  if (verdict !== "ok") throw damaged(`table ${table}: ${String(verdict)}`);
}
