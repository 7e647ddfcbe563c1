import type { Dialect, DialectContext } from "@throughline/protocol";
import type { Thread } from "../threads/thread.ts";
import type { Turns } from "../turns.ts";

/** How many events are read and stepped in one go. */
const PAGE = 256;

/**
 * The dialect's state behind the event `seq`. A dialect's state begins anew with each run, so the
 * start of the run that holds `seq` is checkpoint enough.
 */
export async function stateAt(
  thread: Thread,
  dialect: Dialect,
  context: DialectContext,
  seq: number,
  turns: Turns,
): Promise<unknown> {
  let state = dialect.initial;
  if (dialect.stateless === true) return state;
  for (let at = runStartBefore(thread, seq); at < seq;) {
    await turns.next();
    for (const event of await thread.read(at, Math.min(PAGE, seq - at))) {
      state = dialect.step(state, event, context).state;
      at = event.seq;
    }
  }
  return state;
}

/** The place just before the latest run that started at or before `seq`; 0 when none did. */
export function runStartBefore(thread: Thread, seq: number): number {
  const run = thread.view.runs.findLast(({ startSeq }) => startSeq <= seq);
  return run === undefined ? 0 : run.startSeq - 1;
}
