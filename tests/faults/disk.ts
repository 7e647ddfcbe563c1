import { type DiskWrite, memoryDisk, type MemoryDisk, type SeededRandom, type WriteFate } from "@throughline/testing";
import type { Clock } from "@throughline/protocol";
import type { Plan, WriteFault } from "./plan.ts";

/** How a kill -9 leaves the write that was under way. */
export type InFlight = "lost" | "kept" | "torn";

/** What the disk has to say to the trial. */
export interface DiskEvents {
  /** A write goes wrong in this way. */
  fault(kind: string): void;
  /** The machine is to die now. */
  crash(inFlight: InFlight): void;
}

/** The trial's disk: slow, failing and deadly as planned, and aware of what is durable on it. */
export class FaultyDisk {
  readonly disk: MemoryDisk;
  readonly #clock: Clock;
  readonly #random: SeededRandom;
  readonly #plan: Plan["disk"];
  readonly #events: DiskEvents;
  #heads = new Map<string, number>();
  #full = false;
  #healed = false;
  #crashes = 0;

  constructor(options: {
    readonly plan: Plan["disk"];
    readonly clock: Clock;
    readonly random: SeededRandom;
    readonly events: DiskEvents;
  }) {
    this.#plan = options.plan;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#events = options.events;
    this.disk = memoryDisk({ fate: (write) => this.#fateOf(write) });
  }

  /** Seq of the stream's last durable record. */
  head(stream: string): number {
    return this.#heads.get(stream) ?? 0;
  }

  /** What a log that was just opened found. */
  found(heads: ReadonlyMap<string, number>): void {
    this.#heads = new Map(heads);
  }

  fill(full: boolean): void {
    this.#full = full;
  }

  /** Nothing goes wrong any more. */
  heal(): void {
    this.#healed = true;
    this.#full = false;
  }

  crash(inFlight: InFlight): void {
    this.#crashes += 1;
    this.disk.crash(inFlight);
  }

  async #fateOf(write: DiskWrite): Promise<WriteFate> {
    const { slowMs, faults } = this.#plan;
    const crashes = this.#crashes;
    if (slowMs > 0 && !this.#healed) await this.#wait(this.#random.int(0, slowMs));
    // Whoever wrote this is dead; nobody reads the answer.
    if (crashes !== this.#crashes) return "ok";
    const fault = this.#healed ? undefined : faults.get(write.number);
    if (fault !== undefined) this.#events.fault(`disk ${fault}`);
    const fate = this.#fateFor(fault);
    if (fate === "ok" || fate === "timeout") for (const [stream, head] of write.heads) this.#heads.set(stream, head);
    return fate;
  }

  #fateFor(fault: WriteFault | undefined): WriteFate {
    switch (fault) {
      case "fail":
      case "tear":
      case "timeout":
        return fault;
      case "lost":
      case "kept":
      case "torn":
        this.#events.crash(fault);
        return "ok";
      case "after":
        // Between the write and whatever its acknowledgement brings about.
        this.#dieSoon(this.#random.int(0, 12));
        return "ok";
      case undefined:
        return this.#full ? "full" : "ok";
    }
  }

  #dieSoon(promises: number): void {
    if (promises === 0) this.#events.crash("kept");
    else queueMicrotask(() => this.#dieSoon(promises - 1));
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.setTimeout(resolve, ms));
  }
}
