import { type AguiEvent, EventType } from "@throughline/protocol";

/** One run's events in its thread. */
export interface Slice {
  readonly runId: string;
  /** Seq of RUN_STARTED. */
  readonly from: number;
  /** From RUN_STARTED to the terminal event, or to the thread's end. */
  readonly events: readonly AguiEvent[];
  readonly ended: boolean;
}

export function isTerminal(event: AguiEvent): boolean {
  return event.type === EventType.RUN_FINISHED || event.type === EventType.RUN_ERROR;
}

/** Cuts a thread into its runs, and says what stands where it must not (R1, R2). */
export function slicesOf(thread: string, events: readonly AguiEvent[]): { slices: Slice[]; problems: string[] } {
  const slices: Slice[] = [];
  const problems: string[] = [];
  let open: { runId: string; from: number; events: AguiEvent[] } | undefined;
  for (const [index, event] of events.entries()) {
    const place = `${thread}/${index + 1}`;
    if (event.type === EventType.RUN_STARTED) {
      if (open !== undefined) problems.push(`R1: ${place} starts a run inside ${open.runId}`);
      open = { runId: event.runId, from: index + 1, events: [] };
    }
    if (open === undefined) {
      if (isTerminal(event)) problems.push(`R1: ${place} is a second terminal event`);
      else if (event.type !== EventType.CUSTOM) problems.push(`R2: ${place} is ${event.type} outside any run`);
      continue;
    }
    open.events.push(event);
    if (!isTerminal(event)) continue;
    slices.push({ ...open, ended: true });
    open = undefined;
  }
  if (open !== undefined) slices.push({ ...open, ended: false });
  return { slices, problems };
}
