import type { AguiEvent } from "@throughline/protocol";
import { RunGrammar } from "@throughline/protocol/run";
import type { Thread } from "../threads/thread.ts";
import type { Ending } from "./records.ts";
import { GRAMMAR_ENDING, terminalEvent } from "./terminal.ts";

/** What closes a run as it stands in the log without a runner: all that is open, then its terminal. */
export async function closingEvents(
  thread: Thread,
  run: { readonly runId: string; readonly startSeq: number },
  ending: Ending,
  now: number,
): Promise<AguiEvent[]> {
  const grammar = new RunGrammar({ threadId: thread.id, runId: run.runId });
  for await (const { event } of thread.range(run.startSeq - 1, thread.head)) grammar.accept(event);
  if (grammar.terminated) return [];
  const terminal = terminalEvent(ending, { threadId: thread.id, runId: run.runId }, now);
  return [...grammar.closings(now, GRAMMAR_ENDING[ending.type]), terminal];
}
