/**
 * The bounds of everything handed to a log (A3), checked before it is queued.
 * Each function throws a ThroughlineError with `invalid_input` or `payload_too_large`.
 */
import { ThroughlineError } from "@throughline/protocol";
import type { Append, Batch, ControlWrite, CreateOptions, Producer } from "../stream-log.ts";

export interface Limits {
  /** Bytes of one record. Default 8 MiB. */
  readonly maxRecordBytes: number;
  /** Bytes of one batch, records and controls together. Default 16 MiB. */
  readonly maxBatchBytes: number;
  /** Bytes waiting to be written before {@link StreamLog.writable} waits; at twice as many appends are refused. Default 32 MiB. */
  readonly maxQueuedBytes: number;
  /** Bytes of recent records kept in memory. Default 64 MiB. */
  readonly hotBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  maxRecordBytes: 8 * 1024 * 1024,
  maxBatchBytes: 16 * 1024 * 1024,
  maxQueuedBytes: 32 * 1024 * 1024,
  hotBytes: 64 * 1024 * 1024,
};

/** Fills in the defaults, also for keys that are there but undefined. */
export function withDefaults(given: { readonly [K in keyof Limits]?: Limits[K] | undefined }): Limits {
  return {
    maxRecordBytes: given.maxRecordBytes ?? DEFAULT_LIMITS.maxRecordBytes,
    maxBatchBytes: given.maxBatchBytes ?? DEFAULT_LIMITS.maxBatchBytes,
    maxQueuedBytes: given.maxQueuedBytes ?? DEFAULT_LIMITS.maxQueuedBytes,
    hotBytes: given.hotBytes ?? DEFAULT_LIMITS.hotBytes,
  };
}

const MAX_NAME_BYTES = 512;
const MAX_KEY_BYTES = 1024;
const MAX_PRODUCER_ID_BYTES = 512;
const MAX_METADATA_BYTES = 64 * 1024;
/** What an op weighs beside its payload. */
const OP_BYTES = 64;

// Any control character, and (with `u`) a surrogate without its partner, which UTF-8 cannot say.
const UNFIT = /[\p{Cc}\p{Cs}]/u;

export function checkName(name: string): void {
  checkText("Stream name", name, MAX_NAME_BYTES);
}

/** @returns the options' weight in bytes */
export function checkOptions(options: CreateOptions): number {
  if (options.ttlMs !== undefined && !(Number.isSafeInteger(options.ttlMs) && options.ttlMs > 0)) {
    throw invalid("ttlMs must be a whole number of milliseconds above 0.");
  }
  return options.metadata === undefined ? 0 : checkMetadata(options.metadata);
}

/** @returns the metadata's weight in bytes */
export function checkMetadata(metadata: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== "string" || !value.isWellFormed() || !key.isWellFormed()) {
      throw invalid("Metadata must be text.");
    }
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > MAX_METADATA_BYTES) throw tooLarge("Metadata", bytes, MAX_METADATA_BYTES);
  return bytes;
}

/** @param seq a seq, or 0 for "before the first" */
export function checkSeq(what: string, seq: number): void {
  if (!Number.isSafeInteger(seq) || seq < 0) throw invalid(`${what} must be a whole number from 0 on.`);
}

/** @returns the batch's weight in bytes */
export function checkBatch(batch: Batch, limits: Limits): number {
  let bytes = OP_BYTES;
  for (const append of batch.appends) bytes += checkAppend(append, limits);
  for (const write of batch.controls ?? []) bytes += checkControl(write);
  if (batch.producer !== undefined) bytes += checkProducer(batch.producer);
  if (bytes > limits.maxBatchBytes) throw tooLarge("Batch", bytes, limits.maxBatchBytes);
  return bytes;
}

function checkAppend(append: Append, limits: Limits): number {
  checkName(append.stream);
  if (append.expectedHead !== undefined) checkSeq("expectedHead", append.expectedHead);
  let bytes = append.create === undefined ? 0 : checkOptions(append.create);
  for (const record of append.records) {
    if (record.byteLength > limits.maxRecordBytes) throw tooLarge("Record", record.byteLength, limits.maxRecordBytes);
    bytes += record.byteLength;
  }
  return bytes;
}

function checkControl({ key, value }: ControlWrite): number {
  checkText("Control key", key, MAX_KEY_BYTES);
  if (value === null) return key.length;
  if (!value.isWellFormed()) throw invalid("A control value must be well-formed text.");
  return key.length + Buffer.byteLength(value);
}

function checkProducer({ id, epoch, n }: Producer): number {
  checkText("Producer id", id, MAX_PRODUCER_ID_BYTES);
  checkSeq("Producer epoch", epoch);
  checkSeq("Producer n", n);
  if (n === 0) throw invalid("A producer counts its batches from 1.");
  return id.length;
}

function checkText(what: string, text: string, maxBytes: number): void {
  if (text === "") throw invalid(`${what} must not be empty.`);
  // A UTF-16 unit is at most three bytes, so most texts need no counting.
  const bytes = text.length * 3 <= maxBytes ? 0 : Buffer.byteLength(text);
  if (bytes > maxBytes) throw invalid(`${what} must be at most ${maxBytes} bytes; it has ${bytes}.`);
  if (UNFIT.test(text)) throw invalid(`${what} must be well-formed text without control characters.`);
}

function invalid(message: string): ThroughlineError {
  return new ThroughlineError("invalid_input", message);
}

function tooLarge(what: string, bytes: number, max: number): ThroughlineError {
  return new ThroughlineError("payload_too_large", `${what} has ${bytes} bytes; at most ${max} are taken.`, {
    details: { bytes, max },
  });
}
