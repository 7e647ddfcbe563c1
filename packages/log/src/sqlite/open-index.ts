/** Opens `index.db`, or makes it anew: it holds nothing that the log does not. */
import Sqlite, { type Database } from "better-sqlite3";
import { rmSync, statSync } from "node:fs";
import { withJournals } from "./files.ts";
import { Postings } from "./postings.ts";
import { prepareIndex } from "./schema.ts";

/** Entries read from the log before they are written, while catching up. */
const CATCH_UP_ENTRIES = 200_000;
/** Up to this size the whole file is checked on open. */
const CHECKED_BYTES = 64 * 1024 * 1024;

export interface OpenedIndex {
  readonly db: Database;
  readonly postings: Postings;
}

/**
 * @param store names the log; the index of another is thrown away
 * @param chunk the last chunk of the log; an index that knows later ones is thrown away
 */
export function openIndex(path: string, store: string, chunk: number): OpenedIndex {
  return tryOpen(path, store, chunk) ?? newIndex(path, store);
}

/** Throws what is there away. */
export function newIndex(path: string, store: string): OpenedIndex {
  for (const file of withJournals(path)) rmSync(file, { force: true });
  const db = configured(path);
  prepareIndex(db);
  db.prepare("INSERT INTO progress (id, store, chunk) VALUES (1, ?, 0)").run(store);
  return { db, postings: new Postings(db, 0) };
}

/** Reads the chunks that the index does not know yet. */
export function catchUp(log: Database, { postings }: OpenedIndex): void {
  const chunks = log
    .prepare<[number], { id: number; owner: number; first: number }>(
      "SELECT id, owner, first FROM chunks WHERE id > ? ORDER BY id",
    )
    .iterate(postings.chunk);
  for (const { id, owner, first } of chunks) {
    postings.add(owner, first, id);
    if (postings.pending >= CATCH_UP_ENTRIES) flushNow(postings);
  }
}

export function flushNow(postings: Postings): void {
  for (const _ of postings.flush());
}

function tryOpen(path: string, store: string, chunk: number): OpenedIndex | undefined {
  let db: Database | undefined;
  try {
    db = configured(path);
    prepareIndex(db);
    const row = db.prepare<[], { store: string; chunk: number }>("SELECT store, chunk FROM progress").get();
    if (row?.store === store && row.chunk <= chunk && sound(db, path))
      return { db, postings: new Postings(db, row.chunk) };
  } catch {
    // Damaged in a way that even opening shows; a new one takes its place.
  }
  db?.close();
  return undefined;
}

function configured(path: string): Database {
  const db = new Sqlite(path);
  db.pragma("journal_mode = WAL");
  // Losing the last entries costs nothing: they are read from the log again.
  db.pragma("synchronous = NORMAL");
  return db;
}

function sound(db: Database, path: string): boolean {
  return statSync(path).size > CHECKED_BYTES || db.pragma("quick_check(1)", { simple: true }) === "ok";
}
