import type { AguiEvent, ThreadView } from "@throughline/protocol";
import type { ControlWrite } from "@throughline/log";
import type { Ending, StartRequest } from "./records.ts";

/** A step of a run's life, or an event that its agent yields. */
export type RunStep =
  | { readonly type: "started"; readonly request: StartRequest }
  | { readonly type: "held"; readonly status: "running" | "paused" }
  | { readonly type: "ended"; readonly ending: Ending }
  | { readonly type: "event"; readonly event: AguiEvent };

/** What a companion adds to a step's batch. */
export interface Joined {
  /** CUSTOM events; they stand behind the step's own, but before a run's terminal event. */
  readonly events: readonly AguiEvent[];
  readonly controls: readonly ControlWrite[];
}

/**
 * What a thread keeps that follows from its runs without being one, such as a task. It joins the very
 * batch of each step, so that no crash leaves the two in disagreement (R1, S3); runs know nothing of
 * what it is.
 */
export interface Companion {
  /** Whether it has something to add to an event of the agent's, or to put in its place. */
  takes(event: AguiEvent): boolean;
  /**
   * Called when the step's batch is composed: all before that is durable. For an event, what is returned
   * stands in its place.
   * @param view the thread as the step finds it, with what stands before it in the batch
   * @throws ThroughlineError to refuse a start
   */
  join(step: RunStep, view: ThreadView): Joined;
}

export const NOTHING: Joined = { events: [], controls: [] };
export const ALONE: Companion = { takes: () => false, join: () => NOTHING };
