/**
 * The two database files.
 *
 * `log.db` is the truth, written by the writer thread alone. `index.db` says which chunk holds
 * which record; the librarian thread writes it behind, and makes it anew when it is lost.
 */
import Sqlite, { type Database } from "better-sqlite3";
import { crc32 } from "node:zlib";
import { damaged } from "../core/refused.ts";

/** Kept in `PRAGMA user_version`. Raise it when the layout changes. */
export const LOG_FORMAT = 1;
export const INDEX_FORMAT = 1;

const LOG_SCHEMA = `
  CREATE TABLE IF NOT EXISTS chunks (
    id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL,
    commit_no INTEGER NOT NULL, at INTEGER NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL
  );
  CREATE TABLE IF NOT EXISTS streams (
    owner INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, expires_at INTEGER, state TEXT NOT NULL, crc INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS streams_expiry ON streams (expires_at) WHERE expires_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS shared (
    owner INTEGER NOT NULL, fork INTEGER NOT NULL, PRIMARY KEY (owner, fork)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS controls (key TEXT PRIMARY KEY, value TEXT NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS producers (
    id TEXT PRIMARY KEY, at INTEGER NOT NULL, state TEXT NOT NULL, crc INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS garbage (
    id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS progress (id INTEGER PRIMARY KEY CHECK (id = 1), state TEXT NOT NULL, crc INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS session (id INTEGER PRIMARY KEY CHECK (id = 1), state TEXT NOT NULL, crc INTEGER NOT NULL);
`;

const INDEX_SCHEMA = `
  CREATE TABLE IF NOT EXISTS postings (
    owner INTEGER NOT NULL, first INTEGER NOT NULL, chunk INTEGER NOT NULL, crc INTEGER NOT NULL,
    entries BLOB NOT NULL, PRIMARY KEY (owner, first)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS progress (id INTEGER PRIMARY KEY CHECK (id = 1), store TEXT NOT NULL, chunk INTEGER NOT NULL);
`;

export function prepareLog(db: Database): void {
  prepare(db, LOG_SCHEMA, LOG_FORMAT);
}

export function prepareIndex(db: Database): void {
  prepare(db, INDEX_SCHEMA, INDEX_FORMAT);
}

function prepare(db: Database, schema: string, format: number): void {
  const found = db.pragma("user_version", { simple: true });
  if (found !== 0 && found !== format)
    throw damaged(`format ${String(found)} is not ${format}, the one this version knows`);
  db.transaction(() => {
    db.exec(schema);
    db.pragma(`user_version = ${format}`);
  })();
  // A damaged table definition would make good data look like something else.
  const intended = new Sqlite(":memory:");
  intended.exec(schema);
  if (definitions(db) !== definitions(intended)) throw damaged("the definitions of the tables");
  intended.close();
}

function definitions(db: Database): string {
  return JSON.stringify(db.prepare("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").all());
}

/** A checksum over a row's values, in an order the caller keeps to. */
export function rowCrc(...values: readonly (string | number)[]): number {
  return crc32(JSON.stringify(values));
}
