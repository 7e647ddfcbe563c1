/** The SQLite store as the main thread sees it: two threads, few messages. */
import { ThroughlineError } from "@throughline/protocol";
import { MessageChannel } from "node:worker_threads";
import type { GroupReply, Op } from "../core/ops.ts";
import type { Page, Store } from "../core/store.ts";
import type { Control, Durability, ReadOptions, ReadResult, Recovery, StreamInfo } from "../stream-log.ts";
import type { Answer, FromWriter, PackedRead, Query, QueryValues, ToWriter } from "./messages.ts";
import { packGroup } from "./packing.ts";
import { unpackReply } from "./reply-packing.ts";
import { Thread } from "./thread.ts";

type Ops = readonly Op<readonly Uint8Array[]>[];

export interface SqliteStoreOptions {
  readonly dir: string;
  readonly durability: Exclude<Durability, "memory">;
  /** Random; names this opening. */
  readonly uuid: string;
  readonly hooks?: SharedArrayBuffer;
}

interface AskedQuery {
  readonly resolve: (value: QueryValues[Query["type"]]) => void;
  readonly reject: (error: ThroughlineError) => void;
}

export class SqliteStore implements Store {
  readonly durability: Durability;
  // One group is written while the next is on its way.
  readonly pipeline = 2;
  readonly #writer: Thread<ToWriter, FromWriter>;
  readonly #librarian: Thread<Query, Answer>;
  readonly #opening = Promise.withResolvers<void>();
  readonly #groups: { readonly ops: Ops; readonly resolve: (reply: GroupReply) => void }[] = [];
  readonly #queries: AskedQuery[] = [];
  #recovery: Recovery = { unclean: false, epochsChanged: false, notes: [] };
  #lost: string | undefined;

  private constructor({ dir, durability, uuid, hooks }: SqliteStoreOptions) {
    this.durability = durability;
    const between = new MessageChannel();
    const writer = { dir, durability, uuid, librarian: between.port1, hooks };
    const librarian = { dir, writer: between.port2, hooks };
    this.#writer = new Thread("writer", writer, [between.port1], (message) => this.#handleWriter(message));
    this.#librarian = new Thread("librarian", librarian, [between.port2], (answer) => this.#handleAnswer(answer));
    void this.#writer.ended.then((error) => this.#lose(error, "The writer thread has ended"));
    void this.#librarian.ended.then((error) => this.#lose(error, "The reading thread has ended"));
  }

  /** @throws ThroughlineError with `unavailable` (in use, or the disk fails), `corrupt`, `storage_full` */
  static async open(options: SqliteStoreOptions): Promise<SqliteStore> {
    const store = new SqliteStore(options);
    try {
      await store.#opening.promise;
      return store;
    } catch (error) {
      await Promise.all([store.#writer.stop(), store.#librarian.stop()]);
      throw error;
    }
  }

  get recovery(): Recovery {
    return this.#recovery;
  }

  commit(ops: Ops, at: number): Promise<GroupReply> {
    if (this.#lost !== undefined) return Promise.resolve(lostReply(this.#lost));
    return new Promise((resolve) => {
      const group = packGroup(ops, at);
      this.#groups.push({ ops, resolve });
      this.#writer.send({ type: "commit", group }, [group.plan.buffer, group.bytes.buffer]);
    });
  }

  info(stream: string): Promise<StreamInfo | undefined> {
    return this.#ask({ type: "info", stream });
  }

  list(prefix: string, page: Page): Promise<readonly StreamInfo[]> {
    return this.#ask({ type: "list", prefix, page });
  }

  async read(stream: string, options: ReadOptions): Promise<ReadResult> {
    return unpackRead(await this.#ask({ type: "read", stream, options }));
  }

  control(key: string): Promise<string | undefined> {
    return this.#ask({ type: "control", key });
  }

  controls(prefix: string, page: Page): Promise<readonly Control[]> {
    return this.#ask({ type: "controls", prefix, page });
  }

  async close(): Promise<void> {
    if (this.#lost === undefined) this.#writer.send({ type: "close" });
    else await Promise.all([this.#writer.stop(), this.#librarian.stop()]);
    await Promise.all([this.#writer.ended, this.#librarian.ended]);
  }

  #ask<Q extends Query>(query: Q): Promise<QueryValues[Q["type"]]> {
    if (this.#lost !== undefined) return Promise.reject(new ThroughlineError("unavailable", this.#lost));
    return new Promise((resolve, reject) => {
      // Answers come in the order of the questions, so each finds who asked for its kind of value.
      this.#queries.push({ resolve: resolve as AskedQuery["resolve"], reject });
      this.#librarian.send(query);
    });
  }

  #handleWriter(message: FromWriter): void {
    switch (message.type) {
      case "ready":
        this.#recovery = message.recovery;
        return this.#opening.resolve();
      case "refused":
        return this.#opening.reject(new ThroughlineError(message.refusal.code, message.refusal.message));
      case "committed": {
        const group = this.#groups.shift();
        return group?.resolve(unpackReply(message.reply, group.ops));
      }
      case "failed":
        return this.#groups.shift()?.resolve({ type: "failed", refusal: message.refusal });
      case "closed":
        return;
    }
  }

  #handleAnswer(answer: Answer): void {
    const query = this.#queries.shift();
    if (answer.ok) return query?.resolve(answer.value);
    const { code, message, details } = answer.refusal;
    query?.reject(new ThroughlineError(code, message, { details: { ...details } }));
  }

  // Also how an orderly end arrives; then nobody is waiting any more.
  #lose(error: Error | undefined, what: string): void {
    this.#lost ??= error === undefined ? `${what}.` : `${what}: ${error.message}`;
    this.#opening.reject(new ThroughlineError("unavailable", this.#lost));
    for (const group of this.#groups.splice(0)) group.resolve(lostReply(this.#lost));
    for (const query of this.#queries.splice(0)) query.reject(new ThroughlineError("unavailable", this.#lost));
  }
}

function lostReply(message: string): GroupReply {
  return { type: "failed", refusal: { code: "unavailable", message } };
}

function unpackRead({ epoch, first, head, lengths, bytes }: PackedRead): ReadResult {
  let at = 0;
  const records = lengths.map((length) => bytes.subarray(at, (at += length)));
  return { epoch, first, records, head };
}
