/**
 * The newest records of each stream, in memory, so that live delivery never touches the disk (L5).
 * Bounded by bytes over all streams. What was written longest ago goes first, so what is kept of
 * a stream always reaches its head.
 */
import type { ReadOptions, ReadResult } from "../stream-log.ts";
import { ReadWindow } from "./read-window.ts";
import { Slabs } from "./slabs.ts";

/** What a record weighs beside its bytes: the array, its place among the others. */
const RECORD_BYTES = 150;
/** What a stream weighs beside its records: its name, its place in the map. */
const STREAM_BYTES = 500;

const GONE = new Uint8Array(0);

interface HotStream {
  readonly name: string;
  readonly epoch: string;
  /** Seq of `records[0]`. */
  first: number;
  records: Uint8Array[];
  /** How many of `records` are gone already; they are cut off in bulk. */
  dropped: number;
}

export class HotTail {
  readonly #maxBytes: number;
  readonly #streams = new Map<string, HotStream>();
  readonly #slabs = new Slabs();
  // One entry per append, in order of commit: whose, up to which seq, how heavy. Three arrays, since an
  // object for each would live just long enough to be dear to the garbage collector.
  #owners: HotStream[] = [];
  #lasts: number[] = [];
  #weights: number[] = [];
  #oldest = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What all of it holds of the process's memory, about. */
  get bytes(): number {
    return this.#bytes + this.#streams.size * STREAM_BYTES;
  }

  /** Takes what was just committed, in copies. */
  push(name: string, epoch: string, first: number, records: readonly Uint8Array[]): void {
    let stream = this.#streams.get(name);
    if (stream === undefined || stream.epoch !== epoch) {
      stream = { name, epoch, first, records: [], dropped: 0 };
      this.#streams.set(name, stream);
    }
    let bytes = 0;
    for (const record of records) {
      stream.records.push(this.#slabs.copy(record));
      bytes += record.byteLength + RECORD_BYTES;
    }
    this.#owners.push(stream);
    this.#lasts.push(first + records.length - 1);
    this.#weights.push(bytes);
    this.#bytes += bytes;
    while (this.bytes > this.#maxBytes) this.#evict();
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
    if (stream !== undefined) this.#dropUpTo(stream, upTo);
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
    const at = this.#oldest++;
    this.#bytes -= this.#weights[at] as number;
    this.#dropUpTo(this.#owners[at] as HotStream, this.#lasts[at] as number);
    // Shifting the arrays each time would cost their length each time.
    if (at < 1024 || at * 2 < this.#owners.length) return;
    this.#owners = this.#owners.slice(this.#oldest);
    this.#lasts = this.#lasts.slice(this.#oldest);
    this.#weights = this.#weights.slice(this.#oldest);
    this.#oldest = 0;
  }

  #dropUpTo(stream: HotStream, upTo: number): void {
    const { records } = stream;
    const dropped = Math.min(records.length, upTo + 1 - stream.first);
    if (dropped <= stream.dropped) return;
    if (dropped === records.length) {
      if (this.#streams.get(stream.name) === stream) this.#streams.delete(stream.name);
      stream.records = [];
      return;
    }
    for (let i = stream.dropped; i < dropped; i += 1) records[i] = GONE;
    stream.dropped = dropped;
    if (dropped > 256 && dropped * 2 > records.length) {
      stream.records = records.slice(dropped);
      stream.first += dropped;
      stream.dropped = 0;
    }
  }
}
