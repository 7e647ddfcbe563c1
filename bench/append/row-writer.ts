import Sqlite from "better-sqlite3";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { RowMessage } from "./row-per-event.ts";

const db = new Sqlite(join((workerData as { dir: string }).dir, "rows.db"));
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.exec("CREATE TABLE events (id INTEGER PRIMARY KEY, stream INTEGER, seq INTEGER, body BLOB)");
db.exec("CREATE UNIQUE INDEX events_by_stream ON events (stream, seq)");
const insert = db.prepare("INSERT INTO events (stream, seq, body) VALUES (?, ?, ?)");
const heads = new Map<number, number>();

const write = db.transaction(({ streams, records }: RowMessage) => {
  for (const [i, stream] of streams.entries()) {
    const seq = (heads.get(stream) ?? 0) + 1;
    heads.set(stream, seq);
    insert.run(stream, seq, records[i]);
  }
});

parentPort?.on("message", (message: RowMessage) => {
  write(message);
  parentPort?.postMessage("written");
});
