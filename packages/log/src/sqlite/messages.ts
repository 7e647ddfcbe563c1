/** What the threads say to each other: main to writer, writer to librarian, main to librarian. */
import type { Refusal } from "../core/ops.ts";
import type { Page } from "../core/store.ts";
import type { Control, Durability, ReadOptions, Recovery, StreamInfo } from "../stream-log.ts";
import type { ChunkFeed } from "./committer.ts";
import type { WriteFault } from "./faults.ts";
import type { PackedGroup } from "./packing.ts";
import type { PackedReply } from "./reply-packing.ts";
import type { MessagePort } from "node:worker_threads";

export interface WriterData {
  readonly dir: string;
  readonly durability: Exclude<Durability, "memory">;
  readonly uuid: string;
  readonly librarian: MessagePort;
  readonly hooks: SharedArrayBuffer | undefined;
}

export interface LibrarianData {
  readonly dir: string;
  readonly writer: MessagePort;
  readonly hooks: SharedArrayBuffer | undefined;
}

export type ToWriter = { readonly type: "commit"; readonly group: PackedGroup } | { readonly type: "close" };

/** Groups are answered in the order they came. */
export type FromWriter =
  | { readonly type: "ready"; readonly recovery: Recovery }
  | { readonly type: "refused"; readonly refusal: Refusal }
  | { readonly type: "committed"; readonly reply: PackedReply }
  | { readonly type: "failed"; readonly refusal: WriteFault }
  | { readonly type: "closed" };

export type ToLibrarian =
  | {
      readonly type: "open";
      readonly store: string;
      readonly epochEnd: string;
      readonly chunk: number;
      readonly headsTo: number;
    }
  | { readonly type: "feed"; readonly chunks: ChunkFeed; readonly at: number; readonly headsTo: number }
  /** Which chunks hold records of this owner from `from` to `to`? */
  | { readonly type: "locate"; readonly owner: number; readonly from: number; readonly to: number }
  /** These are gone; with `all`, the owner is. */
  | {
      readonly type: "forget";
      readonly owner: number;
      readonly from: number;
      readonly to: number;
      readonly all: boolean;
    }
  | { readonly type: "close" };

export type FromLibrarian =
  | { readonly type: "located"; readonly chunks: readonly number[]; readonly next: number }
  | { readonly type: "closed" };

export type Query =
  | { readonly type: "info"; readonly stream: string }
  | { readonly type: "list"; readonly prefix: string; readonly page: Page }
  | { readonly type: "read"; readonly stream: string; readonly options: ReadOptions }
  | { readonly type: "control"; readonly key: string }
  | { readonly type: "controls"; readonly prefix: string; readonly page: Page };

/** A read's answer: its records one behind the other. */
export interface PackedRead {
  readonly epoch: string;
  readonly first: number;
  readonly head: number;
  readonly lengths: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface QueryValues {
  readonly info: StreamInfo | undefined;
  readonly list: readonly StreamInfo[];
  readonly read: PackedRead;
  readonly control: string | undefined;
  readonly controls: readonly Control[];
}

/** Queries are answered in the order they came. */
export type Answer =
  | { readonly ok: true; readonly value: QueryValues[Query["type"]] }
  | { readonly ok: false; readonly refusal: Refusal };
