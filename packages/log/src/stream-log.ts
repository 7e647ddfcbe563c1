/**
 * The durable stream log: named append-only sequences of records, and beside them control records
 * (small keyed values), committed together or not at all.
 *
 * Rules L1 to L6 of the design hold for every store; the contract suite in `@throughline/log/testing`
 * proves them. The log never knows what a record means.
 */

/** How much a commit survives: power loss, kill -9, or nothing. */
export type Durability = "full" | "os" | "memory";

/** What is known of a stream. */
export interface StreamInfo {
  /** At most 512 bytes of UTF-8, no control characters. */
  readonly name: string;
  /** Changes whenever seqs may stand for other records than before (L2). Matches /^[A-Za-z0-9_-]{1,32}$/. */
  readonly epoch: string;
  /** Seq of the last record, 0 for none ever. */
  readonly head: number;
  /** Seq of the oldest record still kept; `head + 1` when none is. */
  readonly first: number;
  /** A closed stream takes no more records. */
  readonly closed: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly metadata: Readonly<Record<string, string>>;
  /** The stream is deleted this long after its last append; absent = never. */
  readonly ttlMs?: number;
}

export interface CreateOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly ttlMs?: number;
}

/** Records for one stream within a {@link Batch}. */
export interface Append {
  readonly stream: string;
  /**
   * Handed over: the log keeps them in memory, so do not change them afterwards.
   * May be empty: then only `expectedHead` and `create` are applied.
   */
  readonly records: readonly Uint8Array[];
  /** Refuse the batch with `head_mismatch` unless the stream's head is this; 0 also for a stream that is not there. */
  readonly expectedHead?: number;
  /** Create the stream if it is not there (else `not_found`). */
  readonly create?: CreateOptions;
}

/** A keyed value, written with the events it belongs to; never numbered, never delivered. */
export interface ControlWrite {
  /** Parts joined by `/`, such as `run/default/r1`; at most 1,024 bytes. */
  readonly key: string;
  /** null deletes. */
  readonly value: string | null;
  /** Refuse the batch with `control_mismatch` unless the value now is this; null = must be absent. */
  readonly expect?: string | null;
}

/** Names one writer's n-th batch, so that a retry applies once (L3). Forgotten when silent for a week. */
export interface Producer {
  readonly id: string;
  /** A greater epoch fences every smaller one. */
  readonly epoch: number;
  /** Counts the batches of this epoch from 1 without a gap. */
  readonly n: number;
}

/** Applied whole or not at all, over several streams if need be. */
export interface Batch {
  readonly appends: readonly Append[];
  readonly controls?: readonly ControlWrite[];
  readonly producer?: Producer;
}

export interface Appended {
  readonly stream: string;
  readonly epoch: string;
  /** Seq of the batch's first record in this stream; `last + 1` when it had none. */
  readonly first: number;
  readonly last: number;
}

export interface AppendResult {
  /** In the order of the batch's appends. Empty for a duplicate that is older than the producer's last batch. */
  readonly appended: readonly Appended[];
  /** The producer had sent this batch before; nothing was written now. */
  readonly duplicate: boolean;
}

export interface ReadOptions {
  /** Read from the record behind this seq. */
  readonly after: number;
  /** Default 1,000. */
  readonly maxRecords?: number;
  /** Default 1 MiB; at least one record is given, whatever its size. */
  readonly maxBytes?: number;
}

export interface ReadResult {
  readonly epoch: string;
  /** Seq of `records[0]`. */
  readonly first: number;
  readonly records: readonly Uint8Array[];
  /** The stream's head when it was read. */
  readonly head: number;
}

/** What a tail is told, after the commit that holds it has returned (L1), in order, without a gap. */
export type TailEvent =
  | {
      readonly type: "records";
      readonly epoch: string;
      readonly first: number;
      readonly records: readonly Uint8Array[];
    }
  | { readonly type: "closed" }
  | { readonly type: "deleted" };

export interface Control {
  readonly key: string;
  readonly value: string;
}

/** What opening the store had to mend, for the log and for `doctor`. */
export interface Recovery {
  /** The last run of the store did not close it. */
  readonly unclean: boolean;
  /** A torn or damaged end was cut off, or an older copy was put in place: epochs have changed. */
  readonly epochsChanged: boolean;
  /** Plain sentences. */
  readonly notes: readonly string[];
}

/** Everything rejects with a ThroughlineError; its code is named with the method. */
export interface StreamLog {
  readonly durability: Durability;
  readonly recovery: Recovery;

  /** @throws stream_exists */
  create(stream: string, options?: CreateOptions): Promise<StreamInfo>;
  info(stream: string): Promise<StreamInfo | undefined>;
  /** Streams whose name starts with `prefix`, by name, from the one behind `after`. */
  list(prefix: string, options?: { readonly after?: string; readonly limit?: number }): Promise<readonly StreamInfo[]>;

  /**
   * Resolves once the batch is durable at the store's level. Batches are applied in the order of
   * the calls; a refused one leaves the others be, and does not use up its producer's `n`.
   * @throws not_found, stream_closed, head_mismatch, control_mismatch, producer_fenced, producer_gap,
   *   payload_too_large, overloaded (the queue is over its hard bound), storage_full, unavailable
   */
  append(batch: Batch): Promise<AppendResult>;
  /** Resolves when the writer's queue is below its bound. Await it before producing more. */
  writable(): Promise<void>;

  /** @throws not_found, trimmed (details: first, epoch), corrupt */
  read(stream: string, options: ReadOptions): Promise<ReadResult>;
  /** As {@link read}, at once, when all of the answer is in memory; else undefined. */
  readHot(stream: string, options: ReadOptions): ReadResult | undefined;
  /**
   * The listener must not throw. Only what is committed after the call is told; it is told before
   * the promise of the append that made it resolves.
   */
  tail(stream: string, listener: (event: TailEvent) => void): () => void;

  control(key: string): Promise<string | undefined>;
  /** Controls whose key starts with `prefix`, by key, from the one behind `after`. */
  controls(prefix: string, options?: { readonly after?: string; readonly limit?: number }): Promise<readonly Control[]>;

  /** Forgets the records up to and including `upTo`. @throws not_found */
  trim(stream: string, upTo: number): Promise<void>;
  /** Complete: nothing of the stream remains but what a fork shares. Resolves also when it is not there. */
  delete(stream: string): Promise<void>;
  /** Makes `target` share the source's records up to `at` (default its head). @throws not_found, stream_exists, trimmed */
  fork(source: string, target: string, options?: CreateOptions & { readonly at?: number }): Promise<StreamInfo>;
  /** @throws not_found */
  closeStream(stream: string): Promise<void>;
  /** Replaces the metadata. @throws not_found */
  setMetadata(stream: string, metadata: Readonly<Record<string, string>>): Promise<void>;

  /** Whether appends would be taken now, and why not. */
  health(): {
    readonly writable: boolean;
    readonly code?: "storage_full" | "corrupt" | "unavailable";
    readonly queuedBytes: number;
  };
  /** Commits what was handed in, then lets go of files and threads. Safe to repeat. */
  close(): Promise<void>;
}
