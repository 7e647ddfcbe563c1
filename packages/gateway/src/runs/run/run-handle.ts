import type { Compose } from "../stored/batches.ts";
import type { Ending } from "../stored/records.ts";

/** How an ended run came to end, and where its terminal event stands. */
export interface RunEnd {
  readonly ending: Ending;
  /** Seq of the terminal event; undefined when the run was taken from this process before it could write one. */
  readonly endSeq: number | undefined;
}

/** The run that holds a thread, wherever its agent works. */
export interface RunHandle {
  readonly runId: string;
  /** Its agent's name. */
  readonly agent: string;
  readonly clientId: string | undefined;
  /** Whether its agent works elsewhere, and goes on when this process ends. */
  readonly elsewhere: boolean;
  /** Whether the run's end is decided. */
  readonly ending: boolean;
  readonly paused: boolean;
  /** Resolves when the terminal event is durable. Never rejects. */
  readonly ended: Promise<RunEnd>;
  /** Resolves when the next run may take the thread. Never rejects. */
  readonly settled: Promise<unknown>;
  /**
   * Ends the run this way, unless its end is decided already. Its agent's signal fires, or its worker
   * is told, before this returns (R5).
   * @param joined adds to the terminal event's batch when it is this call that decides
   * @returns whether this call decided
   */
  end(ending: Ending, joined?: (batch: Compose) => Compose): boolean;
  /** Holds the agent. Resolves once `note` is on record. */
  pause(note: Compose): Promise<void>;
  /** Lets a paused agent go on. Resolves once `note` is on record. */
  resume(note: Compose): Promise<void>;
}
