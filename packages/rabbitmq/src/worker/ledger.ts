import type { BrokerControlMessage } from "@throughline/protocol/schemas";

/** What is remembered of runs that do not go on here. */
export type Standing = "finished" | "cancelled" | "paused";

/** Runs that are remembered; the oldest is forgotten first. */
const CAPACITY = 10_000;

/**
 * Remembers the latest runs: those that are done, so that a request which comes twice is worked on
 * once, and those that were cancelled or paused before their request came.
 */
export class Ledger {
  readonly #standings = new Map<string, Standing>();

  of(runId: string): Standing | undefined {
    return this.#standings.get(runId);
  }

  finished(runId: string): void {
    this.#set(runId, "finished");
  }

  /** Takes a notice about a run that is not here. */
  note({ type, runId }: BrokerControlMessage): void {
    const standing = this.of(runId);
    if (standing === "finished" || standing === "cancelled") return;
    if (type === "resume") this.#standings.delete(runId);
    else this.#set(runId, type === "cancel" ? "cancelled" : "paused");
  }

  #set(runId: string, standing: Standing): void {
    this.#standings.delete(runId);
    this.#standings.set(runId, standing);
    const [oldest] = this.#standings.keys();
    if (this.#standings.size > CAPACITY && oldest !== undefined) this.#standings.delete(oldest);
  }
}
