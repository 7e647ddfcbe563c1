import { type AguiEvent, EventType } from "@throughline/protocol";

/**
 * The step of a run that has been handed over while no worker was there to take it: those who watch see
 * what it waits for. It ends with the worker's first word, whatever that is, or with the run.
 */
export const AWAITED = "waiting for a worker";

/** @param message what is missing, in a sentence */
export function awaiting(message: string, timestamp: number): AguiEvent {
  return { type: EventType.STEP_STARTED, stepName: AWAITED, metadata: { status: "running", message }, timestamp };
}

export function arrived(): AguiEvent {
  return { type: EventType.STEP_FINISHED, stepName: AWAITED, metadata: { status: "completed" } };
}
