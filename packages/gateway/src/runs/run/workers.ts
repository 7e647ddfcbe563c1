import type { AguiEvent, ErrorCode, Interrupt, RunAgentInput } from "@throughline/protocol";
import type { Ending, StartRequest } from "../stored/records.ts";

/**
 * Agents that work in other processes, and the way to them. The gateway keeps the runs (their events,
 * leases and ends); whoever implements this only carries.
 */
export interface Workers {
  /** Whether the runs of a thread are worked on elsewhere. */
  serves(threadId: string): boolean;
  /**
   * Whether work can be handed over and heard of now. While it cannot, new work is refused before
   * anything is stored, and no lease runs out (what its worker says cannot arrive either).
   */
  readonly reachable: boolean;
  /** Calls `listener` whenever {@link reachable} has changed. @returns stops it */
  onReachable(listener: () => void): () => void;
  /**
   * Hands a run over. Resolves once it is durably with those who carry it. Goes on trying across
   * reconnects until the signal fires; a repeat with the same run id is harmless.
   * @throws unavailable when it is certain that nobody has got it, such as when nobody would take it.
   *   Whatever else it throws is taken for just as certain
   */
  hand(assignment: Assignment, signal: AbortSignal): Promise<Handed | void>;
  /**
   * Whether a run that was handed over, and of which nothing has been heard, still waits for somebody who is
   * there and busy. Asked when its lease would end it: true renews the lease, all else ends the run. Absent =
   * none waits for longer than its lease.
   * @param ageMs how long ago it was handed over
   */
  stillWaits?(agent: string, ageMs: number): Promise<boolean>;
  /** Tells all workers about a run. What cannot be told now is told later, within a bound. */
  tell(notice: Notice): void;
}

/** A run that is with those who carry it. */
export interface Handed {
  /** Why nobody takes it now, in a sentence: those who watch are told. Absent where somebody may, or it is not known. */
  readonly missing?: string;
}

/** A run to be worked on. */
export interface Assignment {
  readonly tenant: string;
  readonly threadId: string;
  readonly request: StartRequest;
  /** What an agent of AG-UI is called with. */
  readonly input: RunAgentInput;
  /** The thread's open questions as the run begins, those it answers included; an agent keeps its place in them. */
  readonly questions?: readonly Interrupt[];
}

export interface Notice {
  readonly type: "cancel" | "pause" | "resume";
  readonly tenant: string;
  readonly threadId: string;
  readonly runId: string;
  /** With `cancel`: why the run has ended, where that was nobody's wish. */
  readonly error?: { readonly code: ErrorCode; readonly message: string };
}

/**
 * What a worker says of a run. Reports of one thread are given in order, without waiting for one
 * another. One that the store refuses takes all of its thread with it that were given after it and
 * before the refusal was told: whoever then repeats what was refused, in order, keeps the order.
 */
export interface Report {
  readonly tenant: string;
  readonly threadId: string;
  /** Absent = the thread's current run. */
  readonly runId?: string;
  /** Names the report within its run: a repeat is applied once. Absent for one that says nothing (a heartbeat). */
  readonly name?: string;
  /** Whether its worker holds the run. Absent where it does not say so. */
  readonly paused?: boolean;
  /** What it means, given what the run has open when its turn has come. Pure. */
  readonly interpret: (open: OpenRun) => Said;
}

/** What a run has begun and not ended. */
export interface OpenRun {
  readonly runId: string;
  hasSubagent(subagentRunId: string): boolean;
  /** Whether it has begun in this run, ended or not: then its id cannot begin again. */
  hadSubagent(subagentRunId: string): boolean;
  hasStep(name: string, subagentRunId?: string): boolean;
  /** The thread's shared state, as all before this report left it; `{}` where nobody has set one. */
  readonly state: unknown;
}

export interface Said {
  /** As an agent yields them: one's own terminal event, the last, ends the run too. */
  readonly events: readonly AguiEvent[];
  /** How the run ends with it, if it does. */
  readonly ending?: Ending;
}

/**
 * What became of a report, once that is durable. `fenced`: the run has ended; its worker should stop.
 * `unknown`: there is no such thread or run, and never was.
 */
export type Reception = "applied" | "duplicate" | "fenced" | "unknown";
