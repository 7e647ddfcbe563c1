import { runStarted } from "../run/run-input.ts";
import type { RunScope } from "../run/scope.ts";
import { withdrawQuestions } from "../stored/questions.ts";

/**
 * Withdraws the open questions, unless a run goes on. Who calls holds the thread's lock, so that none
 * begins meanwhile.
 * @param askedBy only those of this run
 * @returns the run that tells the thread so; undefined when there was nothing to withdraw
 */
export async function withdraw(
  { thread, ports, batches, commands }: RunScope,
  askedBy: string | undefined,
  commandId: string | undefined,
): Promise<string | undefined> {
  const { view } = thread;
  if (view.runs.at(-1)?.endSeq === null) return undefined;
  const runId = `run-${ports.random.uuid()}`;
  const withdrawal = await withdrawQuestions(ports.log, thread, runId, askedBy);
  if (withdrawal === undefined) return undefined;
  const started = runStarted(thread.id, withdrawal.request, view, ports.clock);
  const batch = batches.withdrawn(started, withdrawal);
  await thread.writer.write({ compose: commands.noting(commandId, runId)(batch) });
  return runId;
}
