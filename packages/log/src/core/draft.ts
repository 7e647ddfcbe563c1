/**
 * A group commit in the making: applies ops one after another to what is committed plus what the
 * group has done so far, and keeps its changes aside. The store writes them in one transaction and
 * either takes them over or throws them away.
 */
import type { Appended, ControlWrite, Producer } from "../stream-log.ts";
import { locate, sharedParts } from "./lineage.ts";
import type { AppendOp, BatchOp, ForkOp, Op, Outcome, Refusal } from "./ops.ts";
import { newStream, streamInfo, type OwnerRange, type ProducerState, type StreamState } from "./state.ts";

/** What is committed. Answers at once. */
export interface Shelf {
  stream(name: string): StreamState | undefined;
  control(key: string): string | undefined;
  producer(id: string): ProducerState | undefined;
  /** Names of streams whose time to live was over at `at`, at most `limit`. */
  expired(at: number, limit: number): string[];
  /** Some producers that have not written since `before`; it need not be all. */
  idleProducers(before: number): string[];
}

/** A producer that has been silent this long is forgotten; its next batch is a gap, never a repeat. */
const PRODUCER_KEEP_MS = 7 * 24 * 3_600_000;

/** Gives out what must never come twice. */
export interface Mint {
  epoch(): string;
  owner(): number;
}

/** What one owner gets in this group: becomes one chunk. */
export interface Piece<R> {
  readonly owner: number;
  /** The owner's stream; its name now. */
  readonly stream: string;
  /** Seq of the first record. */
  readonly first: number;
  count: number;
  readonly records: R[];
}

export class Draft<R extends { readonly length: number }> {
  /** The changed streams; null = deleted. */
  readonly streams = new Map<string, StreamState | null>();
  /** Names whose stored row must be written; the others only grew. */
  readonly rows = new Set<string>();
  readonly controls = new Map<string, string | null>();
  readonly producers = new Map<string, ProducerState | null>();
  readonly pieces = new Map<number, Piece<R>>();
  /** Records no longer needed by the stream that had them; another may still share them. */
  readonly freed: OwnerRange[] = [];
  readonly at: number;
  readonly #shelf: Shelf;
  readonly #mint: Mint;

  constructor(shelf: Shelf, mint: Mint, at: number) {
    this.#shelf = shelf;
    this.#mint = mint;
    this.at = at;
  }

  /** Nothing to write? Then the group needs no commit. */
  get empty(): boolean {
    return this.streams.size === 0 && this.controls.size === 0 && this.producers.size === 0;
  }

  apply(op: Op<R>): Outcome {
    switch (op.type) {
      case "append":
        return this.#append(op);
      case "create":
        if (this.#stream(op.stream) !== undefined) return refused(exists(op.stream));
        return { type: "stream", info: streamInfo(this.#create(op.stream, op.options)) };
      case "fork":
        return this.#fork(op);
      case "trim":
        return this.#change(op.stream, (state) => this.#trim(state, op.upTo));
      case "close":
        return this.#change(op.stream, (state) => (state.closed ? state : { ...state, closed: true }));
      case "metadata":
        return this.#change(op.stream, (state) => ({ ...state, metadata: op.metadata }));
      case "delete":
        return { type: "done", changed: this.#delete(op.stream) };
      case "sweep":
        return this.#sweep(op.limit);
    }
  }

  #stream(name: string): StreamState | undefined {
    const staged = this.streams.get(name);
    return staged === undefined ? this.#shelf.stream(name) : (staged ?? undefined);
  }

  #control(key: string): string | undefined {
    const staged = this.controls.get(key);
    return staged === undefined ? this.#shelf.control(key) : (staged ?? undefined);
  }

  #put(state: StreamState): StreamState {
    this.streams.set(state.name, state);
    this.rows.add(state.name);
    return state;
  }

  #create(name: string, options: NonNullable<AppendOp<R>["create"]>): StreamState {
    return this.#put(newStream(name, this.#mint.owner(), this.#mint.epoch(), this.at, options));
  }

  // Everything is checked before anything is changed: a refused batch must leave no trace.
  #append(batch: BatchOp<R>): Outcome {
    const { producer } = batch;
    if (producer !== undefined) {
      const last = this.producers.get(producer.id) ?? this.#shelf.producer(producer.id);
      const verdict = judgeProducer(producer, last);
      if (verdict !== undefined) return verdict;
    }
    const refusal = this.#checkAppends(batch.appends) ?? this.#checkControls(batch.controls ?? []);
    if (refusal !== undefined) return refused(refusal);

    const appended = batch.appends.map((append) => this.#extend(append));
    for (const { key, value } of batch.controls ?? []) this.controls.set(key, value);
    if (producer !== undefined) {
      this.producers.set(producer.id, { epoch: producer.epoch, n: producer.n, at: this.at, appended });
    }
    return { type: "appended", appended, duplicate: false };
  }

  #checkAppends(appends: readonly AppendOp<R>[]): Refusal | undefined {
    // A stream may stand in the batch twice; then the second sees what the first will have done.
    const heads = appends.length > 1 ? new Map<string, number>() : undefined;
    for (const { stream, records, expectedHead, create } of appends) {
      const state = this.#stream(stream);
      const planned = heads?.get(stream);
      if (state === undefined && planned === undefined && create === undefined) return missing(stream);
      if (state?.closed === true && records.length > 0) return closed(state);
      const head = planned ?? state?.head ?? 0;
      if (expectedHead !== undefined && expectedHead !== head) return headMismatch(stream, head, expectedHead);
      heads?.set(stream, head + records.length);
    }
    return undefined;
  }

  #checkControls(writes: readonly ControlWrite[]): Refusal | undefined {
    const planned = new Map<string, string | null>();
    for (const { key, value, expect } of writes) {
      const now = planned.get(key) ?? (planned.has(key) ? null : (this.#control(key) ?? null));
      if (expect !== undefined && expect !== now) return controlMismatch(key, now);
      if (writes.length > 1) planned.set(key, value);
    }
    return undefined;
  }

  #extend(append: AppendOp<R>): Appended {
    const state = this.#stream(append.stream) ?? this.#create(append.stream, append.create ?? {});
    const count = append.records.length;
    const first = state.head + 1;
    const last = state.head + count;
    if (count > 0) {
      this.streams.set(state.name, { ...state, head: last, touchedAt: this.at });
      const piece = this.pieces.get(state.owner);
      if (piece === undefined)
        this.pieces.set(state.owner, {
          owner: state.owner,
          stream: state.name,
          first,
          count,
          records: [append.records],
        });
      else {
        piece.count += count;
        piece.records.push(append.records);
      }
    }
    return { stream: state.name, epoch: state.epoch, first, last };
  }

  #change(name: string, next: (state: StreamState) => StreamState): Outcome {
    const state = this.#stream(name);
    if (state === undefined) return refused(missing(name));
    const changed = next(state);
    if (changed !== state) this.#put(changed);
    return { type: "done", changed: changed !== state };
  }

  #trim(state: StreamState, upTo: number): StreamState {
    const last = Math.min(upTo, state.head);
    if (last < state.first) return state;
    this.freed.push(...locate(state, state.first, last));
    return { ...state, first: last + 1 };
  }

  #delete(name: string): boolean {
    const state = this.#stream(name);
    if (state === undefined) return false;
    this.freed.push(...locate(state, state.first, state.head));
    this.streams.set(name, null);
    this.rows.add(name);
    return true;
  }

  #fork({ source, target, at, options }: ForkOp): Outcome {
    const state = this.#stream(source);
    if (state === undefined) return refused(missing(source));
    if (this.#stream(target) !== undefined) return refused(exists(target));
    const head = at ?? state.head;
    if (head > state.head) return refused(beyond(state, head));
    if (head < state.first - 1) return refused(trimmed(state));
    const created = newStream(target, this.#mint.owner(), this.#mint.epoch(), this.at, options);
    const fork = { ...created, head, first: state.first, shared: sharedParts(state, head) };
    return { type: "stream", info: streamInfo(this.#put(fork)) };
  }

  #sweep(limit: number): Outcome {
    if (limit === 0) return { type: "swept", deleted: [] };
    for (const id of this.#shelf.idleProducers(this.at - PRODUCER_KEEP_MS)) {
      if (!this.producers.has(id)) this.producers.set(id, null);
    }
    const names = this.#shelf.expired(this.at, limit);
    // One that this very group has extended is not over after all.
    const deleted = names.filter((name) => !this.streams.has(name) && this.#delete(name));
    return { type: "swept", deleted };
  }
}

/** undefined = take the batch (L3). */
function judgeProducer(producer: Producer, last: ProducerState | undefined): Outcome | undefined {
  const epoch = last?.epoch ?? producer.epoch;
  const details = { epoch, n: last?.n ?? 0 };
  if (producer.epoch < epoch) {
    const message = `Producer "${producer.id}" has been replaced by epoch ${epoch}.`;
    return refused({ code: "producer_fenced", message, details });
  }
  const n = producer.epoch > epoch ? 0 : (last?.n ?? 0);
  if (producer.n > n + 1) {
    const message = `Producer "${producer.id}" sent batch ${producer.n}; batch ${n + 1} is missing.`;
    return refused({ code: "producer_gap", message, details });
  }
  if (producer.n === n + 1) return undefined;
  // Only the last batch's answer is kept: a producer retries that one, an older one it has seen answered.
  return { type: "appended", appended: producer.n === n ? (last?.appended ?? []) : [], duplicate: true };
}

function refused(refusal: Refusal): Outcome {
  return { type: "refused", refusal };
}

function missing(stream: string): Refusal {
  return { code: "not_found", message: `There is no stream "${stream}".` };
}

function exists(stream: string): Refusal {
  return { code: "stream_exists", message: `There is already a stream "${stream}".` };
}

function closed(state: StreamState): Refusal {
  return {
    code: "stream_closed",
    message: `Stream "${state.name}" is closed.`,
    details: { epoch: state.epoch, head: state.head },
  };
}

function headMismatch(stream: string, head: number, expected: number): Refusal {
  return { code: "head_mismatch", message: `Stream "${stream}" is at ${head}, not at ${expected}.`, details: { head } };
}

function controlMismatch(key: string, value: string | null): Refusal {
  return { code: "control_mismatch", message: `Control record "${key}" is not what was expected.`, details: { value } };
}

function beyond(state: StreamState, at: number): Refusal {
  return {
    code: "invalid_input",
    message: `Stream "${state.name}" ends at ${state.head}, before ${at}.`,
    details: { head: state.head },
  };
}

/** Also what a read of forgotten records is answered. */
export function trimmed(state: StreamState): Refusal {
  const details = { first: state.first, epoch: state.epoch };
  return { code: "trimmed", message: `Stream "${state.name}" is kept from ${state.first} on.`, details };
}
