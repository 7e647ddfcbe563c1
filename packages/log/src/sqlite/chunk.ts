/**
 * A chunk: the records one owner got in one group commit, a row of `chunks`. Its CRC covers all of
 * it, the commit's number too, because SQLite's pages have no checksum (L4).
 *
 * Body: a 32-bit little-endian length for each record, then their bytes.
 */
import { crc32 } from "node:zlib";
import { damaged } from "../core/refused.ts";
import type { Span } from "./packing.ts";

/** Stands for the length of a record that was deleted while its neighbours were kept. */
const SCRUBBED = 0xffff_ffff;
const LENGTH_BYTES = 4;

export interface ChunkHead {
  readonly owner: number;
  /** Seq of the first record. */
  readonly first: number;
  readonly count: number;
  /** Number of the group commit that wrote it. */
  readonly commit: number;
  /** When that was, in ms since the Unix epoch. */
  readonly at: number;
}

export interface ChunkRow extends ChunkHead {
  readonly id: number;
  readonly crc: number;
  readonly body: Buffer;
}

const sealed = new Float64Array(5);
const sealedBytes = new Uint8Array(sealed.buffer);

export function chunkCrc(head: ChunkHead, body: Uint8Array): number {
  sealed[0] = head.owner;
  sealed[1] = head.first;
  sealed[2] = head.count;
  sealed[3] = head.commit;
  sealed[4] = head.at;
  return crc32(body, crc32(sealedBytes));
}

/** Builds bodies, one at a time, in a buffer of its own that the next one overwrites. */
export class BodyBuilder {
  #scratch = Buffer.allocUnsafe(64 * 1024);

  build(count: number, spans: readonly Span[]): Buffer {
    let size = count * LENGTH_BYTES;
    for (const span of spans) size += span.size;
    if (size > this.#scratch.byteLength) this.#scratch = Buffer.allocUnsafe(size * 2);
    const body = this.#scratch;
    let at = 0;
    for (const { group, lengthsAt, length } of spans) {
      for (let i = 0; i < length; i += 1) at = body.writeUInt32LE(group.plan[lengthsAt + i] as number, at);
    }
    for (const { group, start, size: bytes } of spans) {
      body.set(group.bytes.subarray(start, start + bytes), at);
      at += bytes;
    }
    return body.subarray(0, size);
  }
}

/** @throws Refused with `corrupt` unless the row is what was written */
export function verifyChunk(row: ChunkRow): void {
  if (chunkCrc(row, row.body) !== row.crc) throw damaged(`chunk ${row.id}`);
}

/** The records of a verified chunk; null for one that was scrubbed. */
export function chunkRecords(row: ChunkRow): (Buffer | null)[] {
  const records: (Buffer | null)[] = [];
  let at = row.count * LENGTH_BYTES;
  for (let i = 0; i < row.count; i += 1) {
    const length = row.body.readUInt32LE(i * LENGTH_BYTES);
    records.push(length === SCRUBBED ? null : row.body.subarray(at, at + length));
    if (length !== SCRUBBED) at += length;
  }
  return records;
}

/** The body without the records from seq `from` to `to`; undefined when nothing is left. */
export function scrub(row: ChunkRow, from: number, to: number): Buffer | undefined {
  const records = chunkRecords(row).map((record, i) => {
    const seq = row.first + i;
    return seq >= from && seq <= to ? null : record;
  });
  const kept = records.filter((record) => record !== null);
  if (kept.length === 0) return undefined;
  const lengths = Buffer.alloc(row.count * LENGTH_BYTES);
  for (const [i, record] of records.entries()) lengths.writeUInt32LE(record?.byteLength ?? SCRUBBED, i * LENGTH_BYTES);
  return Buffer.concat([lengths, ...kept]);
}
