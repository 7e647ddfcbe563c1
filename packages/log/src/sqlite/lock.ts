/** One process per data folder. The lock is the database engine's own, so it ends with the process. */
import Sqlite, { type Database } from "better-sqlite3";
import { Refused } from "../core/refused.ts";

/** @throws Refused with `unavailable` when another log is open there */
export function lockFolder(path: string): Database {
  const db = new Sqlite(path, { timeout: 0 });
  try {
    db.exec("BEGIN EXCLUSIVE");
    return db;
  } catch (cause) {
    db.close();
    if ((cause as { code?: string }).code !== "SQLITE_BUSY") throw cause;
    throw new Refused({
      code: "unavailable",
      message: "The data folder is in use by another server; stop that one first.",
    });
  }
}
