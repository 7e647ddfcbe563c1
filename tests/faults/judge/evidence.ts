import type { Entry } from "../history.ts";
import type { Generation } from "../read-back.ts";

/** What is stored of a run beside its events. */
export interface StoredRun {
  readonly runId: string;
  readonly threadId: string;
  readonly parentRunId: string | null;
  readonly status: string;
  readonly startSeq: number | null;
  readonly endSeq: number | null;
}

/** What the judge is shown once everything is healed, drained and read back. */
export interface Evidence {
  /** Whether what the agents yielded is on record; another process's is not. */
  readonly agentsSeen: boolean;
  readonly entries: readonly Entry[];
  /** What the log holds (L), by thread. */
  readonly threads: ReadonlyMap<string, Generation>;
  /** What it held in earlier lives, of which a restore has cut the end off. */
  readonly past: ReadonlyMap<string, readonly Generation[]>;
  readonly runs: ReadonlyMap<string, StoredRun>;
  /** Why a run may end cancelled without anybody asking: `interrupt` by another, `leave` of its client. */
  readonly cancels: { readonly byInterrupt: boolean; readonly byLeaving: boolean };
}

/** Whether what was acknowledged can have been taken back: an older copy was put in place. */
export function wasRestored({ past }: Evidence): boolean {
  return past.size > 0;
}

export function isFork(thread: string): boolean {
  return thread.endsWith("-fork");
}
