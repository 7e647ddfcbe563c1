/** Entry of the librarian thread: keeps the index, written behind, and answers cold reads (L5). */
import Sqlite, { type Database } from "better-sqlite3";
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from "node:worker_threads";
import { damaged, Refused } from "../core/refused.ts";
import { logFiles, type LogFiles } from "./files.ts";
import { Hooks } from "./hooks.ts";
import { IndexDamaged, LogReader } from "./log-reader.ts";
import type { Answer, FromLibrarian, LibrarianData, PackedRead, Query, QueryValues, ToLibrarian } from "./messages.ts";
import { catchUp, flushNow, newIndex, openIndex, type OpenedIndex } from "./open-index.ts";
import { RecentHeads } from "./recent-heads.ts";
import { after, inLaterTurn } from "./system.ts";

const FLUSH_MS = 2_000;
const FLUSH_ENTRIES = 100_000;
/** Chunks named in one answer to the collector; so many it handles in one transaction. */
const LOCATE_CHUNKS = 128;

/** What there is once the writer has opened the log. */
interface Library {
  readonly store: string;
  readonly log: Database;
  readonly reader: LogReader;
  index: OpenedIndex;
}

class Librarian {
  readonly #main: MessagePort;
  readonly #writer: MessagePort;
  readonly #files: LogFiles;
  readonly #hooks: Hooks;
  readonly #heads = new RecentHeads();
  #library: Library | undefined;
  #flush: Generator<void> | undefined;
  #stopTimer: () => void = () => {};

  constructor(main: MessagePort, data: LibrarianData) {
    this.#main = main;
    this.#writer = data.writer;
    this.#files = logFiles(data.dir);
    this.#hooks = new Hooks(data.hooks);
  }

  handleWriter(message: ToLibrarian): void {
    switch (message.type) {
      case "open":
        return this.#open(message);
      case "feed":
        return this.#take(message);
      case "locate":
        return this.#tellWriter(this.#locate(message));
      case "forget":
        return this.#opened().index.postings.forget(message.owner, message.from, message.to, message.all);
      case "close":
        return this.#close();
    }
  }

  handleQuery(query: Query): void {
    // What the writer has said before the question was asked comes first, in whatever order ports wake.
    for (let next = receiveMessageOnPort(this.#writer); next; next = receiveMessageOnPort(this.#writer)) {
      this.handleWriter(next.message as ToLibrarian);
    }
    const answer = this.#answer(query);
    const packed = answer.ok && query.type === "read" ? (answer.value as PackedRead) : undefined;
    this.#main.postMessage(answer, packed === undefined ? [] : [packed.bytes.buffer]);
  }

  #open({ store, epochEnd, chunk, headsTo }: Extract<ToLibrarian, { type: "open" }>): void {
    const index = openIndex(this.#files.index, store, chunk);
    const log = new Sqlite(this.#files.log, { readonly: true });
    this.#heads.catchUp(log, headsTo);
    catchUp(log, index);
    this.#library = { store, log, index, reader: new LogReader(log, this.#heads, epochEnd) };
    this.#schedule();
  }

  #opened(): Library {
    if (this.#library === undefined) throw new Error("The log is not open yet.");
    return this.#library;
  }

  #take({ chunks, at, headsTo }: Extract<ToLibrarian, { type: "feed" }>): void {
    const { postings } = this.#opened().index;
    for (let i = 0; i < chunks.length; i += 4) {
      const [id, owner, first, count] = chunks.subarray(i, i + 4) as unknown as [number, number, number, number];
      // The index has caught up with some already when the log was opened.
      if (id > postings.chunk) postings.add(owner, first, id);
      this.#heads.grew(owner, first + count - 1, at, id);
    }
    this.#heads.settledTo = headsTo;
    if (postings.pending >= FLUSH_ENTRIES) this.#startFlush();
  }

  #answer(query: Query): Answer {
    try {
      return { ok: true, value: this.#ask(query) };
    } catch (error) {
      if (error instanceof Refused) return { ok: false, refusal: error.refusal };
      const { code = "", message } = error as { code?: string; message: string };
      if (code.startsWith("SQLITE_CORRUPT")) return { ok: false, refusal: damaged(message).refusal };
      return { ok: false, refusal: { code: "unavailable", message: `The log cannot be read: ${message}` } };
    }
  }

  #ask(query: Query): QueryValues[Query["type"]] {
    const { reader } = this.#opened();
    switch (query.type) {
      case "info":
        return reader.info(query.stream);
      case "list":
        return reader.list(query.prefix, query.page);
      case "control":
        return reader.control(query.key);
      case "controls":
        return reader.controls(query.prefix, query.page);
      case "read":
        return this.#read(query);
    }
  }

  #read({ stream, options }: Extract<Query, { type: "read" }>): PackedRead {
    const { reader } = this.#opened();
    try {
      return reader.read(stream, options, this.#opened().index.postings);
    } catch (error) {
      // Damage to the index shows as a wrong place or a failed look-up. A new one tells it from damage to the log.
      const { code = "" } = error as { code?: string };
      if (error instanceof Refused && error.refusal.code !== "corrupt") throw error;
      if (!(error instanceof Refused || error instanceof IndexDamaged || code.startsWith("SQLITE_CORRUPT")))
        throw error;
    }
    this.#rebuild();
    try {
      return reader.read(stream, options, this.#opened().index.postings);
    } catch (error) {
      throw error instanceof IndexDamaged ? damaged(error.message) : error;
    }
  }

  #rebuild(): void {
    const library = this.#opened();
    this.#flush = undefined;
    library.index.db.close();
    library.index = newIndex(this.#files.index, library.store);
    catchUp(library.log, library.index);
  }

  #locate({ owner, from, to }: Extract<ToLibrarian, { type: "locate" }>): FromLibrarian {
    const chunks: number[] = [];
    for (const { first, chunk } of this.#opened().index.postings.from(owner, from)) {
      if (first > to) break;
      if (chunks.length === LOCATE_CHUNKS) return { type: "located", chunks, next: first };
      chunks.push(chunk);
    }
    return { type: "located", chunks, next: to + 1 };
  }

  #schedule(): void {
    this.#stopTimer = after(FLUSH_MS, () => this.#startFlush());
  }

  #startFlush(): void {
    if (this.#flush !== undefined) return;
    this.#stopTimer();
    this.#heads.drop();
    this.#flush = this.#opened().index.postings.flush();
    this.#continueFlush();
  }

  #continueFlush(): void {
    if (this.#library === undefined) return;
    if (this.#flush === undefined) return this.#schedule();
    this.#hooks.reach("indexing");
    if (this.#flushSlice(this.#flush)) inLaterTurn(() => this.#continueFlush());
    else {
      this.#flush = undefined;
      this.#schedule();
    }
  }

  /** @returns whether there is more to write */
  #flushSlice(flush: Generator<void>): boolean {
    try {
      return flush.next().done !== true;
    } catch {
      // The log holds it all; the next flush tries again.
      this.#opened().index.postings.restore();
      return false;
    }
  }

  #close(): void {
    this.#stopTimer();
    if (this.#library !== undefined) {
      this.#finishFlush(this.#library.index);
      this.#library.log.close();
      this.#library = undefined;
    }
    this.#tellWriter({ type: "closed" });
    this.#writer.close();
    this.#main.close();
  }

  #finishFlush({ db, postings }: OpenedIndex): void {
    try {
      this.#hooks.reach("indexing");
      while (this.#flush?.next().done === false);
      flushNow(postings);
    } catch {
      // The next opening reads the rest from the log.
    }
    db.close();
  }

  #tellWriter(message: FromLibrarian): void {
    this.#writer.postMessage(message);
  }
}

if (parentPort === null) throw new Error("The librarian runs in a worker thread.");
const data = workerData as LibrarianData;
const librarian = new Librarian(parentPort, data);
data.writer.on("message", (message: ToLibrarian) => librarian.handleWriter(message));
// The writer could not open the log, or is gone.
data.writer.on("close", () => parentPort?.close());
parentPort.on("message", (query: Query) => librarian.handleQuery(query));
