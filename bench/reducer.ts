/**
 * How many token deltas a second one core folds into a view, and checks against a run's grammar.
 * Exits with 1 when one of them is below a million.
 *
 *     node --conditions=@throughline/source bench/reducer.ts
 */
import {
  type AguiEvent,
  emptyView,
  EventType,
  reduce,
  reduceAll,
  type ThreadEvent,
  type ThreadView,
} from "@throughline/protocol";
import { RunGrammar } from "@throughline/protocol/run";

const TARGET = 1_000_000;
const DELTAS = 200_000;
const ROUNDS = 7;
const HISTORY = 500;
const THREAD = "thread-1";
const RUN = "run-1";

const start = { type: EventType.RUN_STARTED, threadId: THREAD, runId: RUN } satisfies AguiEvent;
const open: AguiEvent = { type: EventType.TEXT_MESSAGE_START, messageId: "live" };

/** A thread with a history, in which a message has just been opened. */
function openThread(): ThreadView {
  const messages = Array.from({ length: HISTORY }, (_, index) => ({
    id: `m${index}`,
    role: index % 2 === 0 ? ("user" as const) : ("assistant" as const),
    content: `message ${index}`,
  }));
  const input = { threadId: THREAD, runId: RUN, messages, tools: [], context: [] };
  return reduceAll(emptyView(THREAD), [
    { seq: 1, event: { ...start, input } },
    { seq: 2, event: open },
  ]);
}

/** One long message, in tokens. */
function deltas(): ThreadEvent[] {
  return Array.from({ length: DELTAS }, (_, index) => ({
    seq: index + 3,
    event: { type: EventType.TEXT_MESSAGE_CONTENT, messageId: "live", delta: `t${index} `, timestamp: index },
  }));
}

const view = openThread();
const events = deltas();

const measures: Readonly<Record<string, () => unknown>> = {
  "reduce, one by one": () => {
    let folded = view;
    for (const at of events) folded = reduce(folded, at);
    return folded;
  },
  reduceAll: () => reduceAll(view, events),
  "RunGrammar.accept": () => {
    const grammar = new RunGrammar({ threadId: THREAD, runId: RUN });
    for (const event of [start, open]) grammar.accept(event);
    return events.every(({ event }) => grammar.accept(event) === undefined);
  },
};

/** Deltas a second, the median of some rounds; the first, in which code is compiled, does not count. */
function rate(measure: () => unknown): number {
  const rates = Array.from({ length: ROUNDS + 1 }, () => {
    const begun = performance.now();
    measure();
    return DELTAS / ((performance.now() - begun) / 1_000);
  });
  return rates.slice(1).sort((a, b) => a - b)[ROUNDS >> 1] ?? 0;
}

console.log(`${DELTAS} token deltas into one message of a thread with ${HISTORY} messages, one core`);
for (const [name, measure] of Object.entries(measures)) {
  const perSecond = rate(measure);
  const verdict = perSecond >= TARGET ? "ok" : `below the target of ${TARGET}/s`;
  console.log(`${name.padEnd(20)} ${(perSecond / 1e6).toFixed(2).padStart(7)} M/s  ${verdict}`);
  if (perSecond < TARGET) process.exitCode = 1;
}
