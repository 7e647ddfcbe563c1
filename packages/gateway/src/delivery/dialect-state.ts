import type { Dialect, DialectContext } from "@throughline/protocol";
import type { Thread } from "../threads/thread.ts";

/**
 * The dialect's state behind the event `seq`. A dialect's state begins anew with each run, so the
 * start of the run that holds `seq` is checkpoint enough.
 */
export async function stateAt(
  thread: Thread,
  dialect: Dialect,
  context: DialectContext,
  seq: number,
): Promise<unknown> {
  let state = dialect.initial;
  for await (const at of thread.range(runStartBefore(thread, seq), seq)) {
    state = dialect.step(state, at, context).state;
  }
  return state;
}

/** The place just before the latest run that started at or before `seq`; 0 when none did. */
export function runStartBefore(thread: Thread, seq: number): number {
  const run = thread.view.runs.findLast(({ startSeq }) => startSeq <= seq);
  return run === undefined ? 0 : run.startSeq - 1;
}
