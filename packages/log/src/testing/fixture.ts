/** What a store must give the contract suite, and what the suite's tests work with. */
import { type Clock, type Random, randomFrom } from "@throughline/protocol";
import type { Limits } from "../core/limits.ts";
import type { AppendResult, StreamLog, TailEvent } from "../stream-log.ts";
import { suiteClock, type SuiteClock } from "./system.ts";

export interface OpenOptions extends Partial<Limits> {
  readonly clock: Clock;
  readonly random: Random;
  readonly sweepMs: number;
}

/** One place where a store keeps its data, empty at first. */
export interface StorePlace {
  /** Opens a log there; the one before it has been closed, or has crashed. */
  open(options: OpenOptions): Promise<StreamLog>;
  /** Ends the open log as kill -9 would. Left out by stores that cannot. */
  crash?(): Promise<void>;
  /** Removes everything. */
  remove(): Promise<void>;
}

export interface StoreUnderTest {
  readonly name: string;
  /** Whether its places have `crash`; only then the suite's crash tests are registered. */
  readonly canCrash?: boolean;
  place(): Promise<StorePlace>;
}

/** How often the logs of this suite look for streams past their time to live. */
export const SWEEP_MS = 1_000;

/** An open log in a place of its own; closed and removed by `await using`. */
export class Bench implements AsyncDisposable {
  readonly clock: SuiteClock = suiteClock();
  readonly #random: Random = randomFrom(1);
  readonly #place: StorePlace;
  readonly #limits: Partial<Limits>;
  #log: StreamLog | undefined;

  private constructor(place: StorePlace, limits: Partial<Limits>) {
    this.#place = place;
    this.#limits = limits;
  }

  static async open(store: StoreUnderTest, limits: Partial<Limits> = {}): Promise<Bench> {
    const bench = new Bench(await store.place(), limits);
    await bench.#open();
    return bench;
  }

  get log(): StreamLog {
    if (this.#log === undefined) throw new Error("The log is not open.");
    return this.#log;
  }

  get canCrash(): boolean {
    return this.#place.crash !== undefined;
  }

  async reopen(): Promise<StreamLog> {
    await this.log.close();
    return this.#open();
  }

  async crash(): Promise<StreamLog> {
    await this.#place.crash?.();
    return this.#open();
  }

  async #open(): Promise<StreamLog> {
    this.#log = await this.#place.open({ clock: this.clock, random: this.#random, sweepMs: SWEEP_MS, ...this.#limits });
    return this.#log;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#log?.close();
    await this.#place.remove();
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function bytes(...texts: string[]): Uint8Array[] {
  return texts.map((text) => encoder.encode(text));
}

export function texts(records: readonly Uint8Array[]): string[] {
  return records.map((record) => decoder.decode(record));
}

/** Appends to one stream, which is created if need be. */
export function put(log: StreamLog, stream: string, ...records: string[]): Promise<AppendResult> {
  return log.append({ appends: [{ stream, records: bytes(...records), create: {} }] });
}

/** All kept records of a stream, through `read`. */
export async function readAll(log: StreamLog, stream: string): Promise<string[]> {
  const all: string[] = [];
  const info = await log.info(stream);
  if (info === undefined) throw new Error(`There is no stream "${stream}".`);
  for (let after = info.first - 1; after < info.head;) {
    const { records } = await log.read(stream, { after });
    all.push(...texts(records));
    after += records.length;
  }
  return all;
}

/** What a tail was told, in words that compare easily. */
export function heard(events: readonly TailEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === "records" ? texts(event.records).map((text, i) => `${event.first + i}:${text}`) : [event.type],
  );
}
