/** Streams and producers as rows of `log.db`: JSON with a CRC that also covers the key. */
import { damaged } from "../core/refused.ts";
import type { ProducerState, StreamState } from "../core/state.ts";
import { rowCrc } from "./schema.ts";

export interface StreamRow {
  readonly owner: number;
  readonly name: string;
  readonly state: string;
  readonly crc: number;
}

export interface SealedRow {
  readonly state: string;
  readonly crc: number;
}

export function streamRow(state: StreamState): StreamRow {
  const { owner, name, ...rest } = state;
  const text = JSON.stringify(rest);
  return { owner, name, state: text, crc: rowCrc(owner, name, text) };
}

/** @throws Refused with `corrupt` */
export function streamState({ owner, name, state, crc }: StreamRow): StreamState {
  if (rowCrc(owner, name, state) !== crc) throw damaged(`the entry of stream ${JSON.stringify(name)}`);
  return { ...(JSON.parse(state) as Omit<StreamState, "owner" | "name">), owner, name };
}

export function producerRow(id: string, state: ProducerState): SealedRow {
  const text = JSON.stringify(state);
  return { state: text, crc: rowCrc(id, text) };
}

/** @throws Refused with `corrupt` */
export function producerState(id: string, { state, crc }: SealedRow): ProducerState {
  if (rowCrc(id, state) !== crc) throw damaged(`the entry of producer ${JSON.stringify(id)}`);
  return JSON.parse(state) as ProducerState;
}

/** How far the log has come; written with every commit. */
export interface Progress {
  /** Number of the last group commit. */
  readonly commit: number;
  /** Id of the last chunk ever written. */
  readonly chunk: number;
  /** Greatest owner number given out. */
  readonly owner: number;
  /** Streams' rows hold their heads up to this chunk; later chunks are read through on open. */
  readonly headsTo: number;
}

/** Who had the log open last, and how it was left. */
export interface Session {
  /** Names this log; an index or mark of another is not ours. */
  readonly store: string;
  readonly clean: boolean;
  /** Of the kernel then running; absent where it cannot be known. */
  readonly bootId?: string;
  readonly durability: string;
  /** Inode and time of birth of `log.db`: a copy has others. */
  readonly inode: string;
  /** The end of every stream's epoch since positions last lost their meaning; "" = never. */
  readonly epochEnd: string;
}

/** A single value kept as JSON in a table of one row. */
export function sealValue(value: Progress | Session): SealedRow {
  const state = JSON.stringify(value);
  return { state, crc: rowCrc(state) };
}

/** @throws Refused with `corrupt` */
export function unsealValue(what: string, { state, crc }: SealedRow): unknown {
  if (rowCrc(state) !== crc) throw damaged(what);
  return JSON.parse(state);
}
