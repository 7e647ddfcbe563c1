/** How much one read gives; the same for every store and for the hot tail. */
import type { ReadOptions } from "../stream-log.ts";

export const DEFAULT_MAX_RECORDS = 1_000;
export const DEFAULT_MAX_BYTES = 1024 * 1024;

/** Counts what a read has given; at least one record always fits. */
export class ReadWindow {
  #records: number;
  #bytes: number;
  #given = 0;

  constructor(options: ReadOptions) {
    this.#records = options.maxRecords ?? DEFAULT_MAX_RECORDS;
    this.#bytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  }

  /** Whether a record of `bytes` still fits; counts it if so. */
  take(bytes: number): boolean {
    if (this.#given > 0 && (this.#given >= this.#records || bytes > this.#bytes)) return false;
    this.#given += 1;
    this.#bytes -= bytes;
    return true;
  }
}
