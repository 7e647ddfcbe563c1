/** The statements that write `log.db`. The caller holds the transaction. */
import type { Database, Statement } from "better-sqlite3";
import type { Draft } from "../core/draft.ts";
import { expiresAt, type OwnerRange, type StreamState } from "../core/state.ts";
import type { ChunkHead } from "./chunk.ts";
import type { Span } from "./packing.ts";
import { producerRow, sealValue, streamRow, type Progress } from "./rows.ts";
import { rowCrc } from "./schema.ts";

export class LogTables {
  readonly #addChunk: Statement;
  readonly #putStream: Statement;
  readonly #dropStream: Statement<[number]>;
  readonly #addShared: Statement<[number, number]>;
  readonly #dropShared: Statement<[number]>;
  readonly #putControl: Statement<[string, string, number]>;
  readonly #dropControl: Statement<[string]>;
  readonly #putProducer: Statement<[string, number, string, number]>;
  readonly #dropProducer: Statement<[string]>;
  readonly #addGarbage: Statement<[number, number, number]>;
  readonly #putProgress: Statement<[string, number]>;

  constructor(db: Database) {
    this.#addChunk = db.prepare("INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    this.#putStream = db.prepare(
      "INSERT OR REPLACE INTO streams (owner, name, expires_at, state, crc) VALUES (?, ?, ?, ?, ?)",
    );
    this.#dropStream = db.prepare("DELETE FROM streams WHERE owner = ?");
    this.#addShared = db.prepare("INSERT OR IGNORE INTO shared (owner, fork) VALUES (?, ?)");
    this.#dropShared = db.prepare("DELETE FROM shared WHERE fork = ?");
    this.#putControl = db.prepare("INSERT OR REPLACE INTO controls (key, value, crc) VALUES (?, ?, ?)");
    this.#dropControl = db.prepare("DELETE FROM controls WHERE key = ?");
    this.#putProducer = db.prepare("INSERT OR REPLACE INTO producers (id, at, state, crc) VALUES (?, ?, ?, ?)");
    this.#dropProducer = db.prepare("DELETE FROM producers WHERE id = ?");
    this.#addGarbage = db.prepare("INSERT INTO garbage (owner, first, last) VALUES (?, ?, ?)");
    this.#putProgress = db.prepare("INSERT OR REPLACE INTO progress (id, state, crc) VALUES (1, ?, ?)");
  }

  addChunk(id: number, { owner, first, count, commit, at }: ChunkHead, crc: number, body: Buffer): void {
    this.#addChunk.run(id, owner, first, count, commit, at, crc, body);
  }

  /** @param before the stream of a name as it was committed before this group */
  write(draft: Draft<Span>, before: (name: string) => StreamState | undefined): void {
    for (const name of draft.rows) this.#writeStream(draft.streams.get(name) ?? undefined, before(name));
    for (const [key, value] of draft.controls) {
      if (value === null) this.#dropControl.run(key);
      else this.#putControl.run(key, value, rowCrc(key, value));
    }
    for (const [id, state] of draft.producers) {
      if (state === null) this.#dropProducer.run(id);
      else {
        const row = producerRow(id, state);
        this.#putProducer.run(id, state.at, row.state, row.crc);
      }
    }
    for (const range of draft.freed) this.#free(range);
  }

  putStream(state: StreamState, expires: number | null): void {
    const row = streamRow(state);
    this.#putStream.run(row.owner, row.name, expires, row.state, row.crc);
  }

  putProgress(progress: Progress): void {
    const { state, crc } = sealValue(progress);
    this.#putProgress.run(state, crc);
  }

  #writeStream(now: StreamState | undefined, before: StreamState | undefined): void {
    if (before !== undefined && before.owner !== now?.owner) {
      this.#dropStream.run(before.owner);
      this.#dropShared.run(before.owner);
    }
    if (now === undefined) return;
    this.putStream(now, expiresAt(now) ?? null);
    if (before?.owner === now.owner) return;
    for (const { owner } of now.shared) this.#addShared.run(owner, now.owner);
  }

  #free({ owner, from, to }: OwnerRange): void {
    if (from <= to) this.#addGarbage.run(owner, from, to);
  }
}
