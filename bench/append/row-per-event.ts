/**
 * The base line: SQLite as one would first write it. A worker thread with better-sqlite3, a row per
 * event, an index on (stream, seq), a transaction per message, synced.
 */
import { Worker } from "node:worker_threads";

export interface RowPerEvent {
  append(stream: number, record: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** What a turn's appends become: one message. */
export interface RowMessage {
  readonly streams: number[];
  readonly records: Uint8Array[];
}

export async function rowPerEvent(dir: string): Promise<RowPerEvent> {
  const worker = new Worker(new URL("./row-writer.ts", import.meta.url), { workerData: { dir } });
  let message: RowMessage = { streams: [], records: [] };
  let waiting: (() => void)[] = [];
  const sent: (() => void)[][] = [];
  worker.on("message", () => {
    for (const resolve of sent.shift() ?? []) resolve();
  });
  const send = (): void => {
    sent.push(waiting);
    worker.postMessage(message);
    message = { streams: [], records: [] };
    waiting = [];
  };
  return {
    append: (stream, record) =>
      new Promise((resolve) => {
        message.streams.push(stream);
        message.records.push(record);
        if (waiting.push(resolve) === 1) queueMicrotask(send);
      }),
    async close() {
      await worker.terminate();
    },
  };
}
