/** Bytes of one slab. */
const SLAB_BYTES = 64 * 1024;
/** A larger record stands alone, so that the end of a slab wastes little. */
const SHARED_BYTES = 8 * 1024;

/**
 * Memory for records that are kept for long. What a producer hands over may be a small part of something
 * large – Node's Buffers share a pool with all that comes and goes, and what a network brings is cut out of
 * packets – and whoever keeps the part keeps the whole. So records are copied, close together; a slab goes
 * when the last record in it is let go of.
 */
export class Slabs {
  #slab = new Uint8Array(0);
  #used = 0;

  /** The record in memory that it shares with its neighbours only. */
  copy(record: Uint8Array): Uint8Array {
    const { byteLength } = record;
    if (byteLength > SHARED_BYTES) {
      const alone = byteLength === record.buffer.byteLength;
      return alone ? record : new Uint8Array(record);
    }
    if (this.#used + byteLength > this.#slab.byteLength) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += byteLength;
    this.#slab.set(record, start);
    return new Uint8Array(this.#slab.buffer, start, byteLength);
  }
}
