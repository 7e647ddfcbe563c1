import type { ThreadEvent } from "@throughline/protocol";
import { decodeEvent } from "./codec.ts";

/** How many of a thread's latest events are kept in memory, and how many bytes of them. */
const KEEP_EVENTS = 2_048;
const KEEP_BYTES = 1024 * 1024;

/** A stored event, parsed when somebody first looks at it. */
export class StoredEvent {
  readonly seq: number;
  readonly record: Uint8Array;
  #parsed: ThreadEvent | undefined;

  constructor(seq: number, record: Uint8Array) {
    this.seq = seq;
    this.record = record;
  }

  get parsed(): ThreadEvent {
    this.#parsed ??= decodeEvent(this.seq, this.record);
    return this.#parsed;
  }
}

/** The latest events of one thread, contiguous up to its head. */
export class RecentEvents {
  #kept: StoredEvent[] = [];
  /** Index in `#kept` of the oldest; what lies before it is dropped now and then. */
  #start = 0;
  #bytes = 0;
  #last: number;

  constructor(head: number) {
    this.#last = head;
  }

  /** Seq of the oldest event kept; one past the head when none is. */
  get first(): number {
    return this.#last - (this.#kept.length - this.#start) + 1;
  }

  push(events: readonly StoredEvent[]): void {
    for (const event of events) {
      this.#kept.push(event);
      this.#bytes += event.record.length;
      this.#last = event.seq;
    }
    this.#shrink();
  }

  /** Events from `from` to `to`, both included; both must be kept. */
  slice(from: number, to: number): ThreadEvent[] {
    const at = this.#start + from - this.first;
    return this.#kept.slice(at, at + to - from + 1).map((event) => event.parsed);
  }

  #shrink(): void {
    while (this.#kept.length - this.#start > KEEP_EVENTS || this.#bytes > KEEP_BYTES) {
      const oldest = this.#kept[this.#start];
      if (oldest === undefined) break;
      this.#bytes -= oldest.record.length;
      this.#start += 1;
    }
    if (this.#start > KEEP_EVENTS) {
      this.#kept = this.#kept.slice(this.#start);
      this.#start = 0;
    }
  }
}
