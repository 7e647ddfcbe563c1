import { type Clock, EventType, type ThreadEvent } from "@throughline/protocol";
import type { Principal } from "../access/principal.ts";
import type { Runs } from "../runs/runs.ts";
import type { Thread } from "../threads/thread.ts";
import { waitForEvents } from "../threads/wait.ts";

/** How long one wait lasts before the run's record is looked at again. */
const LOOK_MS = 5_000;

/**
 * The events of one run as they come, from RUN_STARTED to its terminal event; a run that waits for its
 * turn is waited for. Ends early when the signal fires, and without any event for a run that never
 * began.
 * @throws not_found, corrupt, unavailable
 */
export async function* runEvents(
  { runs, clock }: { readonly runs: Runs; readonly clock: Clock },
  run: { readonly principal: Principal; readonly thread: Thread; readonly runId: string },
  signal: AbortSignal,
): AsyncGenerator<ThreadEvent> {
  const { thread } = run;
  const started = await startOf();
  for (let at = started; at !== undefined;) {
    for (const event of await thread.read(at)) {
      at = event.seq;
      yield event;
      if (event.event.type === EventType.RUN_FINISHED || event.event.type === EventType.RUN_ERROR) return;
    }
    if (signal.aborted) return;
    await waitForEvents(thread, at, LOOK_MS, clock, signal);
  }

  /** The place before the run's first event; undefined for one that will not begin, or nobody waits for. */
  async function startOf(): Promise<number | undefined> {
    for (;;) {
      const head = thread.head;
      const { status, startSeq } = await runs.find(run.principal, run.runId);
      if (startSeq !== null) return startSeq - 1;
      if (status !== "queued" || signal.aborted) return undefined;
      await waitForEvents(thread, head, LOOK_MS, clock, signal);
    }
  }
}
