import { type AguiEvent, EventType } from "@throughline/protocol";
import { recoverGrammar, type RunGrammar, type RunIds } from "@throughline/protocol/run";
import type { Thread } from "../../threads/thread.ts";
import type { Ending } from "../stored/records.ts";
import { GRAMMAR_ENDING, terminalEvent } from "../stored/terminal.ts";

/** Where a run stands in its thread. */
interface Place {
  readonly runId: string;
  readonly startSeq: number;
}

interface StoredGrammar {
  readonly grammar: RunGrammar;
  readonly ids: RunIds;
  /** Whether the run was held at any time. */
  readonly wasPaused: boolean;
}

/**
 * The grammar of a thread's last run as it stands in the log.
 * @throws corrupt when what is stored is no run
 */
export async function storedGrammar(thread: Thread, run: Place): Promise<StoredGrammar> {
  const events: AguiEvent[] = [];
  for await (const { event } of thread.range(run.startSeq - 1, thread.head)) events.push(event);
  const [started] = events;
  // A fork shares its source's events, ids and all.
  const threadId = started?.type === EventType.RUN_STARTED ? started.threadId : thread.id;
  const ids = { threadId, runId: run.runId };
  const wasPaused = events.some((event) => event.type === EventType.CUSTOM && event.name === "run.paused");
  return { grammar: recoverGrammar(ids, events), ids, wasPaused };
}

/**
 * What closes a run as it stands in the log without a runner: all that is open, then its terminal.
 * @throws corrupt when what is stored is no run
 */
export async function closingEvents(thread: Thread, run: Place, ending: Ending, now: number): Promise<AguiEvent[]> {
  const { grammar, ids } = await storedGrammar(thread, run);
  if (grammar.terminated) return [];
  const terminal = terminalEvent(ending, ids, now);
  return [...grammar.closings(now, GRAMMAR_ENDING[ending.type]), terminal];
}
