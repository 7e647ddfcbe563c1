/**
 * Opens `log.db` in the writer: finds out how it was left, whether its positions still mean what
 * they did (L2), and reads through the chunks that streams' rows do not know of yet.
 */
import Sqlite, { type Database } from "better-sqlite3";
import { existsSync, readFileSync, statSync } from "node:fs";
import { epochNonce } from "../core/epoch-mint.ts";
import type { Durability, Recovery } from "../stream-log.ts";
import { verifyChunk, type ChunkRow } from "./chunk.ts";
import type { LogFiles } from "./files.ts";
import { inspectTables } from "./inspect.ts";
import { readMark } from "./mark.ts";
import { sealValue, unsealValue, type Progress, type SealedRow, type Session } from "./rows.ts";
import { prepareLog } from "./schema.ts";
import { TailHeads } from "./tail-heads.ts";

export interface OpenLogOptions {
  readonly files: LogFiles;
  readonly durability: Exclude<Durability, "memory">;
  /** Random; names this opening, and the store when it is new. */
  readonly uuid: string;
}

export interface OpenedLog {
  readonly db: Database;
  readonly session: Session;
  readonly progress: Progress;
  readonly tails: TailHeads;
  readonly recovery: Recovery;
}

/** @throws Refused with `corrupt`, or what SQLite throws */
export function openLog({ files, durability, uuid }: OpenLogOptions): OpenedLog {
  const db = new Sqlite(files.log);
  try {
    configure(db, durability);
    prepareLog(db);
    const last = readRow(db, "session") as Session | undefined;
    const progress = (readRow(db, "progress") as Progress | undefined) ?? { commit: 0, chunk: 0, owner: 0, headsTo: 0 };
    const now = { durability, inode: inodeOf(files.log), ...bootId() };
    const doubts = last === undefined ? [] : doubtsOf(db, files, last, progress, now);
    const session: Session = {
      store: last?.store ?? uuid,
      clean: false,
      epochEnd: doubts.length > 0 ? epochNonce(uuid) : (last?.epochEnd ?? ""),
      ...now,
    };
    inspectTables(db);
    const tails = readTail(db, progress);
    writeSession(db, session);
    const unclean = last?.clean === false;
    const notes = doubts.map((doubt) => `${doubt} Every stream has a new epoch.`);
    return { db, session, progress, tails, recovery: { unclean, epochsChanged: doubts.length > 0, notes } };
  } catch (error) {
    db.close();
    throw error;
  }
}

export function writeSession(db: Database, session: Session): void {
  const { state, crc } = sealValue(session);
  db.prepare("INSERT OR REPLACE INTO session (id, state, crc) VALUES (1, ?, ?)").run(state, crc);
}

function configure(db: Database, durability: Durability): void {
  db.pragma("journal_mode = WAL");
  db.pragma(`synchronous = ${durability === "full" ? "FULL" : "NORMAL"}`);
  // Where a sync only reaches the drive's cache (macOS), ask for more.
  db.pragma("fullfsync = ON");
  // The writer checkpoints by itself, in slices, between commits (L5).
  db.pragma("wal_autocheckpoint = 0");
  // What is deleted is overwritten, not just unlinked (L6).
  db.pragma("secure_delete = ON");
  db.pragma("cache_size = -32000");
}

function readRow(db: Database, table: "progress" | "session"): unknown {
  const row = db.prepare<[], SealedRow>(`SELECT state, crc FROM ${table}`).get();
  return row === undefined ? undefined : unsealValue(`the ${table} entry`, row);
}

/** Reasons to believe that a position read earlier may stand for another record now. */
function doubtsOf(
  db: Database,
  files: LogFiles,
  last: Session,
  progress: Progress,
  now: Pick<Session, "inode" | "bootId">,
): string[] {
  const doubts: string[] = [];
  const marked = readMark(files.mark, last.store);
  if (marked > progress.commit) {
    doubts.push(
      `The last ${marked - progress.commit} acknowledged commits are missing; the end of the log was cut off.`,
    );
  } else if (indexedChunk(files.index, last.store) > progress.chunk) {
    doubts.push("The index is ahead of the log; the end of the log was cut off or an older copy was put in place.");
  }
  if (last.inode !== now.inode) doubts.push("The log file is a copy, perhaps an older one.");
  const sameBoot = last.bootId !== undefined && last.bootId === now.bootId;
  if (!last.clean && last.durability !== "full" && !sameBoot) {
    doubts.push(`The operating system stopped while the log was open with durability "${last.durability}".`);
  }
  return doubts;
}

// The time too: a file system gives the number of a removed file to the next one.
function inodeOf(path: string): string {
  const { ino, birthtimeNs } = statSync(path, { bigint: true });
  return `${ino}.${birthtimeNs}`;
}

/** The kernel's id of this boot, where it tells one. */
function bootId(): { bootId?: string } {
  try {
    return { bootId: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim() };
  } catch {
    return {};
  }
}

// An index that cannot be read says nothing; the librarian makes a new one.
function indexedChunk(path: string, store: string): number {
  if (!existsSync(path)) return 0;
  try {
    const index = new Sqlite(path);
    try {
      const row = index.prepare<[], { store: string; chunk: number }>("SELECT store, chunk FROM progress").get();
      return row?.store === store ? row.chunk : 0;
    } finally {
      index.close();
    }
  } catch {
    return 0;
  }
}

// Every chunk is verified: a damaged one would let a stream go on at a seq that is taken.
function readTail(db: Database, progress: Progress): TailHeads {
  const tails = new TailHeads();
  const rows = db
    .prepare<[number], ChunkRow>(
      "SELECT id, owner, first, count, commit_no AS 'commit', at, crc, body FROM chunks WHERE id > ? ORDER BY id",
    )
    .iterate(progress.headsTo);
  for (const row of rows) {
    verifyChunk(row);
    tails.grew(row.owner, row.first + row.count - 1, row.at, row.id);
  }
  return tails;
}
