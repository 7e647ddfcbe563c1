import { recordOf, refusal, type RunScope } from "../run/scope.ts";
import type { StartRequest } from "../stored/records.ts";
import type { RunLine } from "./run-line.ts";
import { repeated, type Started } from "./started.ts";
import { withdraw } from "./withdrawal.ts";

interface Asked {
  /** Absent = the run that holds the thread, else the one that is being handed over, else the open questions. */
  readonly runId: string | undefined;
  readonly commandId: string | undefined;
}

/**
 * Cancels a run wherever it stands: it goes on, waits for its turn, is being handed over, or waits for
 * answers. The agent's signal fires before this returns its promise (R5), which resolves once the
 * terminal event is durable. Cancelling a cancelled run again succeeds. Takes the thread's lock itself,
 * since the end of the run that holds the thread waits for nobody.
 * @throws run_not_active
 */
export async function cancel(scope: RunScope, line: RunLine, asked: Asked): Promise<Started> {
  const { lock } = scope.thread;
  const done =
    repeated(scope, asked.commandId) ??
    (await cancelRunner(scope, line, asked)) ??
    (await lock.run(() => cancelWaiting(scope, line, asked))) ??
    // Its turn may have come just before this had its own.
    (await cancelRunner(scope, line, asked)) ??
    (await lock.run(() => cancelAsking(scope, line, asked)));
  if (done !== undefined) return done;
  const { runId } = asked;
  if (runId !== undefined && (await recordOf(scope, runId))?.status === "cancelled") return { runId, duplicate: true };
  throw refusal(scope, "run_not_active", "There is no such run to cancel.");
}

/** Cancels the run that holds the thread, if it is this one and nothing else ends it first. */
async function cancelRunner(
  { commands }: RunScope,
  { runner }: RunLine,
  { runId, commandId }: Asked,
): Promise<Started | undefined> {
  if (runner === undefined || (runId ?? runner.runId) !== runner.runId) return undefined;
  const decided = runner.end({ type: "cancelled" }, commands.noting(commandId, runner.runId));
  const { ending, endSeq } = await runner.ended;
  if (endSeq === undefined || ending.type !== "cancelled") return undefined;
  return { runId: runner.runId, duplicate: !decided };
}

/** Cancels a start that waits. */
async function cancelWaiting(
  scope: RunScope,
  line: RunLine,
  { runId, commandId }: Asked,
): Promise<Started | undefined> {
  const { queue, handing } = line;
  const queued = runId === undefined ? handing?.queued : queue.find((request) => request.runId === runId);
  if (queued === undefined) return repeated(scope, commandId);
  // Nobody named the answer: what is to stop is the thread, which would go on to wait for another. The
  // command is noted with the last of it, so that a repeat carries on with what was left half done.
  if (runId === undefined && queued.request.resume !== undefined) {
    return cancelAsking(scope, line, { runId: queued.request.parentRunId, commandId });
  }
  await line.dequeue(queued, commandId);
  return { runId: queued.request.runId, duplicate: false };
}

/** Withdraws open questions, and what waits to go on from them, unless a run goes on. */
async function cancelAsking(scope: RunScope, line: RunLine, { runId, commandId }: Asked): Promise<Started | undefined> {
  const earlier = repeated(scope, commandId);
  if (earlier !== undefined) return earlier;
  if (scope.thread.view.runs.at(-1)?.endSeq === null) return undefined;
  const resumes = ({ resume, parentRunId }: StartRequest): boolean =>
    resume !== undefined && (runId ?? parentRunId) === parentRunId;
  const { queue } = line;
  for (let next = queue.find(resumes); next !== undefined; next = queue.find(resumes)) await line.dequeue(next);
  const told = await withdraw(scope, runId, commandId);
  return told === undefined ? undefined : { runId: told, duplicate: false };
}
