import type { ThreadEvent } from "@throughline/protocol";
import { decodeEvent } from "./codec.ts";

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
