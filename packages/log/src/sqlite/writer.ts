/** Entry of the writer thread, the only one that writes `log.db` (L5). */
import type { Database } from "better-sqlite3";
import { parentPort, workerData, type MessagePort, type Transferable } from "node:worker_threads";
import { EpochMint, epochNonce } from "../core/epoch-mint.ts";
import { Refused } from "../core/refused.ts";
import { Checkpointer } from "./checkpointer.ts";
import { Collector } from "./collector.ts";
import { Committer, type Committed } from "./committer.ts";
import { writeFault, type WriteFault } from "./faults.ts";
import { logFiles } from "./files.ts";
import { Hooks } from "./hooks.ts";
import { lockFolder } from "./lock.ts";
import { Mark } from "./mark.ts";
import type { FromLibrarian, FromWriter, ToLibrarian, ToWriter, WriterData } from "./messages.ts";
import { openLog, writeSession, type OpenedLog } from "./open-log.ts";
import type { PackedGroup } from "./packing.ts";
import { SqliteShelf } from "./shelf.ts";
import { inLaterTurn } from "./system.ts";

/** What is left to collect on closing is done in so many steps, or left to the next opening. */
const CLOSING_STEPS = 64;
const NO_PAGE_LIMIT = 4_294_967_294;

class Writer {
  readonly #main: MessagePort;
  readonly #librarian: MessagePort;
  readonly #lock: Database;
  readonly #opened: OpenedLog;
  readonly #mark: Mark;
  readonly #committer: Committer;
  readonly #checkpointer: Checkpointer;
  readonly #collector: Collector;
  readonly #hooks: Hooks;
  /** Once the disk has failed, nothing is written until the log is opened again. */
  #fault: WriteFault | undefined;
  /** Set when asked to close: how many more steps the collector gets. */
  #closingSteps: number | undefined;

  constructor(main: MessagePort, data: WriterData) {
    const files = logFiles(data.dir);
    this.#main = main;
    this.#librarian = data.librarian;
    this.#hooks = new Hooks(data.hooks);
    this.#lock = lockFolder(files.lock);
    this.#opened = openLog({ files, durability: data.durability, uuid: data.uuid });
    const { db, session, progress, tails } = this.#opened;
    this.#mark = new Mark(files.mark, session.store);
    this.#mark.write(progress.commit);
    const shelf = new SqliteShelf(db, tails, session.epochEnd);
    const mint = new EpochMint(epochNonce(data.uuid), session.epochEnd, progress.owner);
    this.#committer = new Committer({ db, shelf, tails, mint, mark: this.#mark, hooks: this.#hooks, progress });
    this.#checkpointer = new Checkpointer(db, this.#hooks);
    this.#collector = new Collector(db, shelf, this.#hooks, (message) => this.#tellLibrarian(message));
    const { store, epochEnd } = session;
    this.#tellLibrarian({ type: "open", store, epochEnd, chunk: progress.chunk, headsTo: progress.headsTo });
    this.#tellMain({ type: "ready", recovery: this.#opened.recovery });
  }

  handleMain(message: ToWriter): void {
    if (message.type === "commit") return this.#commit(message.group);
    this.#closingSteps = CLOSING_STEPS;
    this.collect();
    this.#closeWhenCollected();
  }

  handleLibrarian(message: FromLibrarian): void {
    if (message.type === "closed") return this.#close();
    this.#guard(() => this.#collector.located(message));
    this.#closeWhenCollected();
  }

  collect(): void {
    this.#guard(() => this.#collector.start());
  }

  #commit(group: PackedGroup): void {
    if (this.#fault !== undefined) return this.#tellMain({ type: "failed", refusal: this.#fault });
    this.#applyPageLimit();
    const result = this.#committer.commit(group);
    if ("code" in result) {
      if (result.code !== "storage_full") this.#fault = result;
      return this.#tellMain({ type: "failed", refusal: result });
    }
    this.#announce(result, group.at);
    this.#guard(() => {
      this.#checkpointer.wrote(result.bytes);
      this.#checkpointer.run();
      if (result.freed) this.#collector.start();
    });
  }

  #closeWhenCollected(): void {
    if (this.#closingSteps === undefined) return;
    if (this.#closingSteps > 0 && this.#collector.busy) this.#closingSteps -= 1;
    else {
      this.#closingSteps = undefined;
      this.#tellLibrarian({ type: "close" });
    }
  }

  // The librarian first: whoever reads after the answer must find what was acknowledged.
  #announce({ reply, feed }: Committed, at: number): void {
    const { headsTo } = this.#committer.progress;
    if (feed.length > 0) this.#tellLibrarian({ type: "feed", chunks: feed, at, headsTo }, [feed.buffer]);
    this.#tellMain({ type: "committed", reply }, [reply.numbers.buffer]);
  }

  /** Work that nobody waits for: a full disk puts it off, any other fault stops the log. */
  #guard(work: () => void): void {
    if (this.#fault !== undefined) return;
    try {
      work();
    } catch (error) {
      const fault = writeFault(error);
      if (fault.code !== "storage_full") this.#fault = fault;
    }
  }

  #applyPageLimit(): void {
    const pages = this.#hooks.maxPages;
    if (pages !== undefined) this.#opened.db.pragma(`max_page_count = ${pages === 0 ? NO_PAGE_LIMIT : pages}`);
  }

  #close(): void {
    this.#guard(() => {
      writeSession(this.#opened.db, { ...this.#opened.session, clean: true });
      this.#hooks.reach("closing");
      this.#checkpointer.finish();
    });
    this.#opened.db.close();
    this.#mark.close();
    this.#lock.close();
    this.#tellMain({ type: "closed" });
    this.#librarian.close();
    this.#main.close();
  }

  #tellMain(message: FromWriter, transfer: Transferable[] = []): void {
    this.#main.postMessage(message, transfer);
  }

  #tellLibrarian(message: ToLibrarian, transfer: Transferable[] = []): void {
    this.#librarian.postMessage(message, transfer);
  }
}

function start(main: MessagePort, data: WriterData): void {
  try {
    const writer = new Writer(main, data);
    main.on("message", (message: ToWriter) => writer.handleMain(message));
    data.librarian.on("message", (message: FromLibrarian) => writer.handleLibrarian(message));
    // What a crash left uncollected. In a later turn: the first commits need not wait for it.
    inLaterTurn(() => writer.collect());
  } catch (error) {
    const refusal = error instanceof Refused ? error.refusal : writeFault(error);
    main.postMessage({ type: "refused", refusal } satisfies FromWriter);
    data.librarian.close();
    main.close();
  }
}

if (parentPort === null) throw new Error("The writer runs in a worker thread.");
start(parentPort, workerData as WriterData);
