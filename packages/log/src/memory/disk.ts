/**
 * A disk for the memory store that outlives the log on it, and that a test can make fail, tear,
 * dawdle or lie at any write. What a log is told to be durable is in the journal; opening a log on
 * the disk replays it.
 */
import { ThroughlineError } from "@throughline/protocol";
import type { Commit } from "./tables.ts";

/**
 * What becomes of one write:
 * - `ok` it is durable;
 * - `full` nothing is written, the log may try others (`storage_full`);
 * - `fail` nothing is written, and the log must stop writing (`unavailable`);
 * - `tear` half of it is written, and the log must stop; opening the disk cuts it off;
 * - `timeout` all of it is written, but the log is told it failed and must stop.
 */
export type WriteFate = "ok" | "full" | "fail" | "tear" | "timeout";

export interface DiskWrite {
  /** Counts the writes tried on this disk from 1. */
  readonly number: number;
  /** Bytes of records in it. */
  readonly bytes: number;
  /** The head each changed stream has once the write is durable; 0 for a deleted one. */
  readonly heads: ReadonlyMap<string, number>;
}

export interface MemoryDiskOptions {
  /** Asked at each write; a promise delays it. Default: always `ok`. */
  readonly fate?: (write: DiskWrite) => WriteFate | Promise<WriteFate>;
}

export interface MemoryDisk {
  /** Groups that are durable now. */
  readonly commits: number;
  /**
   * kill -9: the log on this disk is dead. No promise it owes settles any more and no tail of it is
   * told, as if its process were gone. A write under way is lost unless told otherwise.
   */
  crash(inFlight?: "lost" | "kept" | "torn"): void;
  /** Cuts the last `commits` durable groups off, as a damaged end or an older copy would be (L2). */
  cutTail(commits: number): void;
}

export function memoryDisk(options: MemoryDiskOptions = {}): MemoryDisk {
  return new DiskImage(options);
}

/** @throws a TypeError for an object that {@link memoryDisk} did not make */
export function imageOf(disk: MemoryDisk): DiskImage {
  if (!(disk instanceof DiskImage)) throw new TypeError("Pass a disk made by memoryDisk().");
  return disk;
}

/** One log's hold on the disk; over when the log is closed or crashes. */
export interface DiskSession {
  /** Never settles when the machine crashes meanwhile. */
  write(commit: Commit): Promise<"ok" | "full" | "failed">;
  /** Writes what opening the disk had to mend. Nothing goes wrong with it. */
  mend(commit: Commit): void;
  readonly alive: boolean;
  close(): void;
}

export interface DiskOpening {
  readonly session: DiskSession;
  readonly journal: readonly Commit[];
  readonly unclean: boolean;
  readonly torn: boolean;
  /** Whether seqs may stand for other records than before, since the disk was last opened. */
  readonly cut: boolean;
}

export class DiskImage implements MemoryDisk {
  readonly #fate: NonNullable<MemoryDiskOptions["fate"]>;
  readonly #journal: Commit[] = [];
  #writes = 0;
  #session: object | undefined;
  #inFlight: Commit | undefined;
  #clean = true;
  #torn = false;
  #cut = false;

  constructor(options: MemoryDiskOptions) {
    this.#fate = options.fate ?? (() => "ok");
  }

  get commits(): number {
    return this.#journal.length;
  }

  crash(inFlight: "lost" | "kept" | "torn" = "lost"): void {
    if (this.#inFlight !== undefined && inFlight === "kept") this.#journal.push(this.#inFlight);
    if (this.#inFlight !== undefined && inFlight === "torn") this.#torn = true;
    this.#inFlight = undefined;
    this.#session = undefined;
  }

  cutTail(commits: number): void {
    const kept = Math.max(0, this.#journal.length - commits);
    if (kept < this.#journal.length) this.#cut = true;
    this.#journal.length = kept;
  }

  /** @throws unavailable while another log is open on it */
  open(): DiskOpening {
    if (this.#session !== undefined) throw new ThroughlineError("unavailable", "Another log is open on this disk.");
    const opening = { journal: [...this.#journal], unclean: !this.#clean, torn: this.#torn, cut: this.#cut };
    this.#clean = false;
    this.#torn = false;
    this.#cut = false;
    return { ...opening, session: this.#begin() };
  }

  #begin(): DiskSession {
    const token = {};
    this.#session = token;
    const alive = (): boolean => this.#session === token;
    return {
      get alive() {
        return alive();
      },
      write: (commit) => this.#write(commit, alive),
      mend: (commit) => void this.#journal.push(commit),
      close: () => {
        if (!alive()) return;
        this.#session = undefined;
        this.#clean = true;
      },
    };
  }

  async #write(commit: Commit, alive: () => boolean): Promise<"ok" | "full" | "failed"> {
    if (!alive()) return new Promise(() => {});
    this.#inFlight = commit;
    this.#writes += 1;
    const fate = await this.#fate({ number: this.#writes, bytes: weigh(commit), heads: headsOf(commit) });
    if (!alive()) return new Promise(() => {});
    this.#inFlight = undefined;
    if (fate === "ok" || fate === "timeout") this.#journal.push(commit);
    if (fate === "tear") this.#torn = true;
    return fate === "ok" || fate === "full" ? fate : "failed";
  }
}

function weigh(commit: Commit): number {
  let bytes = 0;
  for (const piece of commit.pieces.values()) {
    for (const record of piece.records.flat()) bytes += record.byteLength;
  }
  return bytes;
}

function headsOf(commit: Commit): Map<string, number> {
  return new Map([...commit.streams].map(([name, state]) => [name, state?.head ?? 0]));
}
