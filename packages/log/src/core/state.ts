/**
 * What a store knows of streams and producers, as plain values. A change makes a new value, so that
 * a group commit can be prepared aside and thrown away whole when the disk refuses it.
 */
import type { Appended, CreateOptions, StreamInfo } from "../stream-log.ts";

/** Records an ancestor holds for a fork: those up to and including `upTo`. */
export interface SharedPart {
  readonly owner: number;
  readonly upTo: number;
}

/** Some records of one owner, both ends included. */
export interface OwnerRange {
  readonly owner: number;
  readonly from: number;
  readonly to: number;
}

export interface StreamState {
  /** Numbers the stream's own records in the store; never used again for another stream. */
  readonly owner: number;
  readonly name: string;
  readonly epoch: string;
  readonly head: number;
  readonly first: number;
  readonly closed: boolean;
  readonly createdAt: number;
  /** When the last record came, or the stream; what the time to live counts from. */
  readonly touchedAt: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly ttlMs?: number;
  /** What a fork shares, oldest first; empty for any other stream. */
  readonly shared: readonly SharedPart[];
}

/** The last batch of a producer, and what it was answered. */
export interface ProducerState {
  readonly epoch: number;
  readonly n: number;
  readonly at: number;
  readonly appended: readonly Appended[];
}

export function newStream(name: string, owner: number, epoch: string, at: number, options: CreateOptions): StreamState {
  return {
    owner,
    name,
    epoch,
    head: 0,
    first: 1,
    closed: false,
    createdAt: at,
    touchedAt: at,
    metadata: options.metadata ?? {},
    ...(options.ttlMs === undefined ? {} : { ttlMs: options.ttlMs }),
    shared: [],
  };
}

export function streamInfo(state: StreamState): StreamInfo {
  return {
    name: state.name,
    epoch: state.epoch,
    head: state.head,
    first: state.first,
    closed: state.closed,
    createdAt: state.createdAt,
    metadata: state.metadata,
    ...(state.ttlMs === undefined ? {} : { ttlMs: state.ttlMs }),
  };
}

/** When a stream's time is over; undefined = never. */
export function expiresAt(state: StreamState): number | undefined {
  return state.ttlMs === undefined ? undefined : state.touchedAt + state.ttlMs;
}
