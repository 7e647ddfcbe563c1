/** The memory store: fast, forgets everything with the process, and behaves like the durable one. */
import { silentLogger, ThroughlineError, type Clock, type Logger, type Random } from "@throughline/protocol";
import { Draft, trimmed, type Mint } from "../core/draft.ts";
import { epochNonce, EpochMint, renewEpoch } from "../core/epoch-mint.ts";
import { LogFront } from "../core/front.ts";
import { withDefaults, type Limits } from "../core/limits.ts";
import { locate } from "../core/lineage.ts";
import type { GroupReply, Op } from "../core/ops.ts";
import { ReadWindow } from "../core/read-window.ts";
import { streamInfo, type StreamState } from "../core/state.ts";
import type { Page, Store } from "../core/store.ts";
import type { Control, ReadOptions, ReadResult, Recovery, StreamInfo, StreamLog } from "../stream-log.ts";
import { imageOf, type DiskSession, type MemoryDisk } from "./disk.ts";
import { Tables } from "./tables.ts";

export interface MemoryLogOptions extends Partial<Limits> {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger?: Logger;
  /** A disk to open, from {@link memoryDisk}; without one nothing outlives the log. */
  readonly disk?: MemoryDisk;
  /** How often streams past their time to live are looked for, in ms. Default 10,000. */
  readonly sweepMs?: number;
}

/** @throws unavailable when another log is open on the disk */
export function createMemoryLog(options: MemoryLogOptions): StreamLog {
  return new LogFront(new MemoryStore(options), {
    clock: options.clock,
    logger: options.logger ?? silentLogger,
    limits: withDefaults(options),
    sweepMs: options.sweepMs ?? 10_000,
  });
}

class MemoryStore implements Store {
  readonly durability = "memory";
  // One at a time: a group is judged by what the one before it has left.
  readonly pipeline = 1;
  readonly recovery: Recovery;
  readonly #tables = new Tables();
  readonly #clock: Clock;
  readonly #mint: Mint;
  readonly #disk: DiskSession | undefined;

  constructor({ clock, random, disk }: MemoryLogOptions) {
    this.#clock = clock;
    const opening = disk === undefined ? undefined : imageOf(disk).open();
    const nonce = epochNonce(random.uuid());
    const mint = new EpochMint(nonce);
    this.#mint = mint;
    this.#disk = opening?.session;
    for (const commit of opening?.journal ?? []) this.#tables.apply(commit);
    for (const state of this.#tables.streams.values()) {
      mint.seen(state.owner);
      for (const part of state.shared) mint.seen(part.owner);
    }
    if (opening?.cut === true) this.#renewEpochs(opening.session, nonce);
    const notes = [
      ...(opening?.torn === true ? ["The last commit was torn; it was cut off. Nobody had been told of it."] : []),
      ...(opening?.cut === true ? ["Commits at the end are missing; every stream has a new epoch."] : []),
    ];
    this.recovery = { unclean: opening?.unclean ?? false, epochsChanged: opening?.cut ?? false, notes };
  }

  async commit(ops: readonly Op<readonly Uint8Array[]>[], at: number): Promise<GroupReply> {
    // A later turn, as with a real disk; a producer that only awaits its appends must not starve I/O.
    await new Promise<void>((resolve) => this.#clock.setImmediate(resolve));
    const draft = new Draft<readonly Uint8Array[]>(this.#tables, this.#mint, at);
    const outcomes = ops.map((op) => draft.apply(op));
    const probing = ops.some((op) => op.type === "sweep" && op.limit === 0);
    if (!draft.empty || probing) {
      const { streams, controls, producers, pieces, freed } = draft;
      const written = (await this.#disk?.write({ streams, controls, producers, pieces, freed })) ?? "ok";
      if (written === "full") return failed("storage_full", "The disk is full.");
      if (written === "failed")
        return failed("unavailable", "The disk failed; what it holds of the last commit is unknown.");
      this.#tables.apply(draft);
    }
    return { type: "committed", outcomes };
  }

  async info(stream: string): Promise<StreamInfo | undefined> {
    const state = this.#tables.stream(stream);
    return state === undefined ? undefined : streamInfo(state);
  }

  async list(prefix: string, page: Page): Promise<readonly StreamInfo[]> {
    return this.#tables.streams.page(prefix, page).map(([, state]) => streamInfo(state));
  }

  async read(stream: string, options: ReadOptions): Promise<ReadResult> {
    const state = this.#tables.stream(stream);
    if (state === undefined) throw new ThroughlineError("not_found", `There is no stream "${stream}".`);
    if (options.after < state.first - 1) {
      const { code, message, details } = trimmed(state);
      throw new ThroughlineError(code, message, { details: { ...details } });
    }
    return { epoch: state.epoch, first: options.after + 1, records: this.#records(state, options), head: state.head };
  }

  async control(key: string): Promise<string | undefined> {
    return this.#tables.control(key);
  }

  async controls(prefix: string, page: Page): Promise<readonly Control[]> {
    return this.#tables.controls.page(prefix, page).map(([key, value]) => ({ key, value }));
  }

  async close(): Promise<void> {
    this.#disk?.close();
  }

  /** On the disk too: the next opening must not fall back to epochs whose seqs have another meaning. */
  #renewEpochs(disk: DiskSession, nonce: string): void {
    const streams = new Map<string, StreamState>();
    for (const state of this.#tables.streams.values()) {
      streams.set(state.name, { ...state, epoch: renewEpoch(state.epoch, nonce) });
    }
    const commit = { streams, controls: new Map(), producers: new Map(), pieces: new Map(), freed: [] };
    disk.mend(commit);
    this.#tables.apply(commit);
  }

  #records(state: StreamState, options: ReadOptions): Uint8Array[] {
    const window = new ReadWindow(options);
    const records: Uint8Array[] = [];
    for (const { owner, from, to } of locate(state, options.after + 1, state.head)) {
      for (let seq = from; seq <= to; seq += 1) {
        const record = this.#tables.record(owner, seq);
        if (record === undefined) throw new ThroughlineError("corrupt", `Record ${seq} of "${state.name}" is missing.`);
        if (!window.take(record.byteLength)) return records;
        records.push(record);
      }
    }
    return records;
  }
}

function failed(code: "storage_full" | "unavailable", message: string): GroupReply {
  return { type: "failed", refusal: { code, message } };
}
