import { type AguiEvent, EventType } from "@throughline/protocol";
import { type Entry, hashOf } from "../history.ts";
import { type Evidence, isFork } from "./evidence.ts";
import { isTerminal, type Slice, slicesOf } from "./slices.ts";

/** What the server itself may put between an agent's last event and the terminal. */
const CLOSINGS: ReadonlySet<string> = new Set([
  EventType.TEXT_MESSAGE_END,
  EventType.TOOL_CALL_END,
  EventType.TOOL_CALL_RESULT,
  EventType.STEP_FINISHED,
  EventType.SUBAGENT_FINISHED,
  EventType.SUBAGENT_ERROR,
  EventType.REASONING_END,
  EventType.REASONING_MESSAGE_END,
]);

/**
 * L ⊆ tried, in the order of each writer: a run's events are the first so many that its agent
 * yielded, none of them after its end was decided, then only what closes them.
 */
export function judgeWritten(evidence: Evidence): string[] {
  const tried = executionsByRun(evidence.entries);
  return [...evidence.threads]
    .filter(([thread]) => !isFork(thread))
    .flatMap(([thread, { events }]) =>
      slicesOf(thread, events).slices.flatMap((slice) => {
        // One, unless a restore took a run back and it was started anew; that is judged elsewhere.
        const verdicts = (tried.get(slice.runId) ?? [[]]).map((execution) => judgeSlice(slice, execution));
        return verdicts.find((problems) => problems.length === 0) ?? verdicts[0] ?? [];
      }),
    );
}

/** What each execution of each run yielded. */
function executionsByRun(entries: readonly Entry[]): Map<string, Entry[][]> {
  const tried = new Map<string, Entry[][]>();
  for (const entry of entries) {
    if (entry.op !== "append" || entry.run === undefined) continue;
    if (entry.what === "run") tried.set(entry.run, [...(tried.get(entry.run) ?? []), []]);
    else if (entry.what === "event") tried.get(entry.run)?.at(-1)?.push(entry);
  }
  return tried;
}

function judgeSlice({ runId, events }: Slice, tried: readonly Entry[]): string[] {
  let next = 0;
  let closing = false;
  for (const event of events.slice(1)) {
    if (isTerminal(event) || isCommanded(event)) continue;
    const attempt = closing ? undefined : tried[next];
    const same = attempt?.hash === hashOf(JSON.stringify(event));
    if (same && attempt?.flag !== true) next += 1;
    else if (CLOSINGS.has(event.type)) closing = true;
    else if (same) return [`R5: ${runId} holds what its agent yielded after the run's end`];
    else return [`L: ${runId} holds ${event.type} that nobody tried to write there, or out of order`];
  }
  return [];
}

/** What commands put among an agent's events: holds of its run, and starts withdrawn that wait behind it. */
const COMMANDED: ReadonlySet<string> = new Set(["run.paused", "run.resumed", "run.withdrawn"]);

function isCommanded(event: AguiEvent): boolean {
  return event.type === EventType.CUSTOM && COMMANDED.has(event.name);
}
