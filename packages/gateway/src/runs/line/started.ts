import type { RunScope } from "../run/scope.ts";

/** What a command on the runs of a thread came to. */
export interface Started {
  readonly runId: string;
  /** The run, or its place in the queue, was there already, or the command had been carried out before. */
  readonly duplicate: boolean;
}

/** What the command came to when it was given before (R4); undefined for a new one. */
export function repeated({ commands }: RunScope, commandId: string | undefined): Started | undefined {
  const runId = commandId === undefined ? undefined : commands.find(commandId);
  return runId === undefined ? undefined : { runId, duplicate: true };
}
