import type { ChatTurn, ErrorCode, Interrupt, Json, JsonObject, ResumeEntry } from "@throughline/protocol";

/**
 * What is stored of runs, beside their events: projections committed with the events they follow
 * from (S3). Times are milliseconds since the Unix epoch.
 */

export type RunStatus = "queued" | "running" | "paused" | "completed" | "waiting" | "cancelled" | "failed";

export interface RunRecord {
  readonly runId: string;
  readonly threadId: string;
  readonly agent: string;
  readonly status: RunStatus;
  /** Names thread, agent and input, so that the run id cannot come to stand for something else (R4). */
  readonly fingerprint: string;
  readonly parentRunId: string | null;
  /** The client whose leaving may cancel it. */
  readonly clientId: string | null;
  readonly startSeq: number | null;
  readonly endSeq: number | null;
  readonly createdAt: number;
  readonly endedAt: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Everything a run needs to begin, now or after waiting in the thread's queue. */
export interface StartRequest {
  readonly runId: string;
  readonly agent: string;
  /** What the person says; absent when an answer starts the run. */
  readonly text?: string;
  readonly context?: JsonObject;
  /** What was said before, elsewhere; used only where the thread has had no run. */
  readonly history?: readonly ChatTurn[];
  readonly clientId?: string;
  readonly parentRunId?: string;
  readonly resume?: readonly ResumeEntry[];
  /** Set where it is to have the thread in the stead of all that waits before it. */
  readonly interrupts?: true;
}

/** A start that waits for its turn, and the control record it waits under. */
export interface Queued {
  readonly key: string;
  readonly request: StartRequest;
}

/** A lease: which run holds the thread. In-process leases end with their process (R3). */
export interface ActiveRun {
  readonly runId: string;
  readonly incarnation: number;
  /** Set where the agent works elsewhere: then the next process takes the lease over. */
  readonly elsewhere?: true;
}

/** A question of an agent's. */
export interface AskRecord {
  readonly interruptId: string;
  readonly runId: string;
  readonly agent: string;
  readonly askedAt: number;
  /** What is asked, for lists: cut where it is long. */
  readonly question: string;
  /** What there is to choose from. */
  readonly options?: Json;
  /** Absent while nobody has answered. */
  readonly answer?: { readonly value: Json; readonly by: string };
  /** Set once it was cancelled: nobody's answer is wanted any more. */
  readonly withdrawn?: true;
}

/** How a run ends. */
export type Ending =
  | { readonly type: "success"; readonly result?: unknown }
  | { readonly type: "interrupt"; readonly interrupts: Interrupt[] }
  | { readonly type: "cancelled" }
  | { readonly type: "error"; readonly code: ErrorCode; readonly message: string };

/** The stored status a run has after such an ending. */
export const STATUS_AFTER = {
  success: "completed",
  interrupt: "waiting",
  cancelled: "cancelled",
  error: "failed",
} as const satisfies Record<Ending["type"], RunStatus>;
