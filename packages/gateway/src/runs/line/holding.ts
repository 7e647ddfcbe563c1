import type { RunHandle } from "../run/run-handle.ts";
import { recordOf, refusal, type RunScope, writeControls } from "../run/scope.ts";
import type { Started } from "./started.ts";

/**
 * Pauses the run that holds the thread, or lets it go on. Who calls holds the thread's lock.
 * @param runId absent = whichever it is
 * @returns its id, and whether it was in that state already
 * @throws run_not_active
 */
export async function hold(
  scope: RunScope,
  run: RunHandle | undefined,
  asked: {
    readonly runId: string | undefined;
    readonly status: "running" | "paused";
    readonly commandId: string | undefined;
  },
): Promise<Started> {
  const { runId, status, commandId } = asked;
  const record = run === undefined ? undefined : await recordOf(scope, run.runId);
  if (run === undefined || record === undefined || run.ending || (runId ?? run.runId) !== run.runId) {
    throw refusal(scope, "run_not_active", "There is no such run going on.");
  }
  const noting = scope.commands.noting(commandId, run.runId);
  const duplicate = run.paused === (status === "paused");
  // Noted even so: repeated once the run is in the other state, it must not be what changes it.
  if (duplicate) await writeControls(scope, [], noting);
  else if (status === "paused") await run.pause(noting(scope.batches.held(record, status)));
  else await run.resume(noting(scope.batches.held(record, status)));
  return { runId: run.runId, duplicate };
}
