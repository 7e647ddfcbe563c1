/**
 * What a store is asked to do, and its answers: plain values that cross a thread boundary. Every
 * change goes through one queue, so that all of them happen in the order of the calls.
 */
import type { ErrorCode } from "@throughline/protocol";
import type { Appended, ControlWrite, CreateOptions, Producer, StreamInfo } from "../stream-log.ts";

/**
 * Records for one stream. The ledger only counts them: what `records` is (arrays of bytes, or a
 * span of a packed message) is the store's affair.
 */
export interface AppendOp<R> {
  readonly stream: string;
  readonly records: R;
  readonly expectedHead?: number;
  readonly create?: CreateOptions;
}

export interface BatchOp<R> {
  readonly type: "append";
  readonly appends: readonly AppendOp<R>[];
  readonly controls?: readonly ControlWrite[];
  readonly producer?: Producer;
}

export interface ForkOp {
  readonly type: "fork";
  readonly source: string;
  readonly target: string;
  readonly at?: number;
  readonly options: CreateOptions;
}

/** Everything but appending: rare, so never packed. */
export type StreamOp =
  | { readonly type: "create"; readonly stream: string; readonly options: CreateOptions }
  | ForkOp
  | { readonly type: "trim"; readonly stream: string; readonly upTo: number }
  | { readonly type: "delete"; readonly stream: string }
  | { readonly type: "close"; readonly stream: string }
  | { readonly type: "metadata"; readonly stream: string; readonly metadata: Readonly<Record<string, string>> }
  /** Deletes streams whose time to live is over, at most `limit` of them. With 0 it only tries whether the disk takes a commit. */
  | { readonly type: "sweep"; readonly limit: number };

export type Op<R> = BatchOp<R> | StreamOp;

/** A refusal as data; the main thread makes a ThroughlineError of it. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export type Outcome =
  | { readonly type: "appended"; readonly appended: readonly Appended[]; readonly duplicate: boolean }
  | { readonly type: "stream"; readonly info: StreamInfo }
  /** `changed` is false when there was nothing to do. */
  | { readonly type: "done"; readonly changed: boolean }
  | { readonly type: "swept"; readonly deleted: readonly string[] }
  | { readonly type: "refused"; readonly refusal: Refusal };

/** The answer to a group of ops: an outcome for each, or why the whole group was not committed. */
export type GroupReply =
  | { readonly type: "committed"; readonly outcomes: readonly Outcome[] }
  | {
      readonly type: "failed";
      readonly refusal: Refusal & { readonly code: "storage_full" | "corrupt" | "unavailable" };
    };
