/**
 * The newest records of each stream, in memory, so that live delivery never touches the disk (L5).
 * Bounded by bytes over all streams. What was written longest ago goes first, so what is kept of
 * a stream always reaches its head.
 */
import type { ReadOptions, ReadResult } from "../stream-log.ts";
import { ReadWindow } from "./read-window.ts";

/** What a record weighs beside its bytes: the array, its buffer, what the allocator adds. */
const RECORD_BYTES = 300;

interface HotStream {
  readonly epoch: string;
  /** Seq of `records[0]`. */
  first: number;
  records: Uint8Array[];
  /** How many of `records` are gone already; they are cut off in bulk. */
  dropped: number;
}

/** A run of records of one append, in order of commit over all streams. */
interface Run {
  readonly name: string;
  readonly stream: HotStream;
  readonly last: number;
  readonly bytes: number;
}

export class HotTail {
  readonly #maxBytes: number;
  readonly #streams = new Map<string, HotStream>();
  #runs: Run[] = [];
  #oldest = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes what was just committed. */
  push(name: string, epoch: string, first: number, records: readonly Uint8Array[]): void {
    let stream = this.#streams.get(name);
    if (stream === undefined || stream.epoch !== epoch) {
      stream = { epoch, first, records: [], dropped: 0 };
      this.#streams.set(name, stream);
    }
    let bytes = 0;
    for (const record of records) {
      stream.records.push(record);
      bytes += record.byteLength + RECORD_BYTES;
    }
    this.#runs.push({ name, stream, last: first + records.length - 1, bytes });
    this.#bytes += bytes;
    while (this.#bytes > this.#maxBytes) this.#evict();
  }

  /** The stream was deleted. Its bytes count until their turn to go comes; a new stream starts apart. */
  drop(name: string): void {
    const stream = this.#streams.get(name);
    if (stream === undefined) return;
    this.#streams.delete(name);
    stream.records = [];
  }

  /** Forgets the records up to and including `upTo`. */
  trim(name: string, upTo: number): void {
    const stream = this.#streams.get(name);
    if (stream !== undefined) this.#dropUpTo(name, stream, upTo);
  }

  /** undefined when memory does not hold everything behind `after`. */
  read(name: string, options: ReadOptions): ReadResult | undefined {
    const stream = this.#streams.get(name);
    if (stream === undefined) return undefined;
    const head = stream.first + stream.records.length - 1;
    const index = options.after + 1 - stream.first;
    if (index < stream.dropped) return undefined;
    const window = new ReadWindow(options);
    const records: Uint8Array[] = [];
    for (let i = index; i < stream.records.length; i += 1) {
      const record = stream.records[i] as Uint8Array;
      if (!window.take(record.byteLength)) break;
      records.push(record);
    }
    return { epoch: stream.epoch, first: options.after + 1, records, head };
  }

  #evict(): void {
    const run = this.#runs[this.#oldest] as Run;
    this.#oldest += 1;
    this.#bytes -= run.bytes;
    this.#dropUpTo(run.name, run.stream, run.last);
    // Shifting the array for each run would cost its length each time.
    if (this.#oldest > 1024 && this.#oldest * 2 > this.#runs.length) {
      this.#runs = this.#runs.slice(this.#oldest);
      this.#oldest = 0;
    }
  }

  #dropUpTo(name: string, stream: HotStream, upTo: number): void {
    const { records } = stream;
    const dropped = Math.min(records.length, upTo + 1 - stream.first);
    if (dropped <= stream.dropped) return;
    if (dropped === records.length) {
      if (this.#streams.get(name) === stream) this.#streams.delete(name);
      return;
    }
    const none = new Uint8Array(0);
    for (let i = stream.dropped; i < dropped; i += 1) records[i] = none;
    stream.dropped = dropped;
    if (dropped > 256 && dropped * 2 > records.length) {
      stream.records = records.slice(dropped);
      stream.first += dropped;
      stream.dropped = 0;
    }
  }
}
