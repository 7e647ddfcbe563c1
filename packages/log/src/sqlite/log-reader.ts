/** Reads `log.db` in the librarian thread. Each answer comes from one snapshot of the file. */
import type { Database, Statement } from "better-sqlite3";
import { trimmed } from "../core/draft.ts";
import { locate } from "../core/lineage.ts";
import { ReadWindow } from "../core/read-window.ts";
import { damaged, Refused } from "../core/refused.ts";
import { streamInfo, type OwnerRange, type StreamState } from "../core/state.ts";
import { DEFAULT_PAGE, type Page } from "../core/store.ts";
import type { Control, ReadOptions, StreamInfo } from "../stream-log.ts";
import { chunkRecords, verifyChunk, type ChunkRow } from "./chunk.ts";
import type { PackedRead } from "./messages.ts";
import type { Postings } from "./postings.ts";
import { streamState, type StreamRow } from "./rows.ts";
import { rowCrc } from "./schema.ts";
import { current } from "./shelf.ts";

/** Heads of streams whose rows are behind. */
export interface Heads {
  get(owner: number): { readonly head: number; readonly at: number } | undefined;
}

/** The index led to the wrong place; made anew, it will not. */
export class IndexDamaged extends Error {}

export class LogReader {
  readonly #db: Database;
  readonly #heads: Heads;
  readonly #epochEnd: string;
  readonly #stream: Statement<[string], StreamRow>;
  readonly #streams: Statement<[string, string], StreamRow>;
  readonly #control: Statement<[string], { value: string; crc: number }>;
  readonly #controls: Statement<[string, string], { key: string; value: string; crc: number }>;
  readonly #chunk: Statement<[number], ChunkRow>;

  constructor(db: Database, heads: Heads, epochEnd: string) {
    this.#db = db;
    this.#heads = heads;
    this.#epochEnd = epochEnd;
    const stream = "SELECT owner, name, state, crc FROM streams";
    this.#stream = db.prepare(`${stream} WHERE name = ?`);
    this.#streams = db.prepare(`${stream} WHERE name >= ? AND name > ? ORDER BY name`);
    this.#control = db.prepare("SELECT value, crc FROM controls WHERE key = ?");
    this.#controls = db.prepare("SELECT key, value, crc FROM controls WHERE key >= ? AND key > ? ORDER BY key");
    this.#chunk = db.prepare(
      "SELECT id, owner, first, count, commit_no AS 'commit', at, crc, body FROM chunks WHERE id = ?",
    );
  }

  info(name: string): StreamInfo | undefined {
    const state = this.#state(name);
    return state === undefined ? undefined : streamInfo(state);
  }

  list(prefix: string, { after = "", limit = DEFAULT_PAGE }: Page): StreamInfo[] {
    const found: StreamInfo[] = [];
    if (limit <= 0) return found;
    for (const row of this.#streams.iterate(prefix, after)) {
      if (!row.name.startsWith(prefix)) break;
      found.push(streamInfo(this.#current(row)));
      if (found.length === limit) break;
    }
    return found;
  }

  control(key: string): string | undefined {
    const row = this.#control.get(key);
    return row === undefined ? undefined : checkControl({ key, ...row }).value;
  }

  controls(prefix: string, { after = "", limit = DEFAULT_PAGE }: Page): Control[] {
    const found: Control[] = [];
    if (limit <= 0) return found;
    for (const row of this.#controls.iterate(prefix, after)) {
      if (!row.key.startsWith(prefix)) break;
      found.push(checkControl(row));
      if (found.length === limit) break;
    }
    return found;
  }

  /** @throws IndexDamaged, Refused with `not_found`, `trimmed`, `corrupt` */
  read(name: string, options: ReadOptions, postings: Postings): PackedRead {
    return this.#db.transaction(() => {
      const state = this.#state(name);
      if (state === undefined) throw new Refused({ code: "not_found", message: `There is no stream "${name}".` });
      if (options.after < state.first - 1) throw new Refused(trimmed(state));
      const records: Buffer[] = [];
      const window = new ReadWindow(options);
      for (const range of locate(state, options.after + 1, state.head)) {
        if (!this.#collect(range, window, postings, records)) break;
      }
      return {
        epoch: state.epoch,
        first: options.after + 1,
        head: state.head,
        lengths: records.map((record) => record.byteLength),
        bytes: joined(records),
      };
    })();
  }

  #state(name: string): StreamState | undefined {
    const row = this.#stream.get(name);
    return row === undefined ? undefined : this.#current(row);
  }

  #current(row: StreamRow): StreamState {
    return current(streamState(row), this.#heads.get(row.owner), this.#epochEnd);
  }

  /** @returns whether the window has room for what follows the range */
  #collect(range: OwnerRange, window: ReadWindow, postings: Postings, records: Buffer[]): boolean {
    let next = range.from;
    for (const { chunk } of postings.from(range.owner, range.from)) {
      const row = this.#chunk.get(chunk);
      if (row === undefined || row.owner !== range.owner) throw new IndexDamaged(`no chunk ${chunk} for ${next}`);
      verifyChunk(row);
      if (next < row.first || next >= row.first + row.count) throw new IndexDamaged(`chunk ${chunk} has no ${next}`);
      for (const record of chunkRecords(row).slice(next - row.first, range.to - row.first + 1)) {
        if (record === null) throw damaged(`record ${next} of chunk ${chunk} is gone`);
        if (!window.take(record.byteLength)) return false;
        records.push(record);
        next += 1;
      }
      if (next > range.to) return true;
    }
    throw new IndexDamaged(`nothing holds ${next} of owner ${range.owner}`);
  }
}

function checkControl(row: { key: string; value: string; crc: number }): Control {
  if (rowCrc(row.key, row.value) !== row.crc) throw damaged(`control record ${JSON.stringify(row.key)}`);
  return { key: row.key, value: row.value };
}

// A buffer of its own: what is handed to another thread is lost here.
function joined(records: readonly Buffer[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const record of records) size += record.byteLength;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const record of records) {
    bytes.set(record, at);
    at += record.byteLength;
  }
  return bytes;
}
