import fc from "fast-check";
import { EventType, type AguiEvent, type ThreadEvent } from "../../src/index.ts";
import { RunGrammar } from "../../src/run/index.ts";
import { event, innerEvent, messages, runStarted, THREAD, type Pools } from "./events.ts";

/** Whole threads: valid runs, one after the other, with CUSTOM records inside and between them. */

const TIME = "2026-01-01T00:00:00.000Z";
const shortId = fc.constantFrom("a", "b", "__proto__");

const task = fc
  .record({ id: shortId, title: fc.string({ minLength: 1, maxLength: 5 }), version: fc.nat({ max: 9 }) })
  .map((fields) => ({
    ...fields,
    description: "",
    status: "pending",
    priority: null,
    agent: null,
    checklist: [],
    tags: [],
    progress: null,
    confidence: null,
    created_at: TIME,
    updated_at: TIME,
  }));

export const chartCommand: fc.Arbitrary<{ command: string; commandType: "chart_command" | "raw" }> = fc
  .oneof(
    fc.constantFrom("LOAD:AAPL", "LOAD:BTC-USD", "TIMEFRAME:1D", "TIMEFRAME:1H", "RESET", "CLEAR"),
    fc.constantFrom(
      "INDICATOR:SMA",
      "INDICATOR:SMA:20",
      "INDICATOR:SMA:50",
      "INDICATOR:SMA:20:OFF",
      "INDICATOR:SMA:OFF",
      "INDICATOR:BB:20:2",
    ),
    fc.constantFrom("SUPPORT:1", "ENTRY:2.5", "TRENDLINE:1:2:3:4", "ANNOTATE:5:a:b", "ZOOM:IN", "ZOOM:90", "ZOOM:FIT"),
    fc.constantFrom("CLEAR:support", "CLEAR:zoom", "CLEAR:indicator", "CLEAR:timeframe", "DRAW:own", "LOAD:"),
  )
  .chain((command) =>
    fc.constantFrom("chart_command", "chart_command", "raw").map((type) => ({ command, commandType: type as "raw" })),
  );

/** One of our own CUSTOM events, with a valid payload. */
const custom: fc.Arbitrary<AguiEvent> = fc
  .oneof(
    fc.tuple(fc.constant("chart.command"), chartCommand),
    fc.tuple(
      fc.constant("chart.created"),
      fc.record({ chartId: shortId, url: fc.constant("/c"), symbol: fc.constant("S"), interval: fc.constant("1D") }),
    ),
    fc.tuple(
      fc.constant("artifact"),
      fc.record({ artifactId: shortId, kind: fc.constant("report"), title: fc.string(), content: fc.jsonValue() }),
    ),
    fc.tuple(fc.constant("progress"), fc.record({ current: fc.nat({ max: 9 }), total: fc.nat({ max: 9 }) })),
    fc.tuple(fc.constant("confidence"), fc.record({ confidence: fc.constantFrom(0, 0.5, 1) })),
    fc.tuple(
      fc.constantFrom("run.paused", "run.resumed"),
      fc.record({ runId: fc.constantFrom("run-1", "run-2", "run-9") }),
    ),
    fc.tuple(
      fc.constant("run.withdrawn"),
      fc.record({ runId: shortId, code: fc.constantFrom("unknown_agent") }, { requiredKeys: ["runId"] }),
    ),
    fc.tuple(fc.constant("task.changed"), fc.record({ task, deleted: fc.boolean() })),
    fc.tuple(fc.constant("notification"), fc.record({ title: fc.string() })),
    fc.tuple(fc.constant("mine"), fc.jsonValue()),
  )
  .map(([name, value]) => event({ type: EventType.CUSTOM, name, value }));

type End = "success" | "interrupt" | "cancelled" | "failed";

const interrupts = fc
  .uniqueArray(fc.constantFrom("q1", "q2", "q3"), { minLength: 1, maxLength: 2 })
  .map((ids) => ids.map((id) => ({ id, reason: "input_required" })));

function terminal(runId: string, end: End, asked: object[]): AguiEvent {
  if (end === "failed") return event({ type: EventType.RUN_ERROR, message: "no", code: "agent_error" });
  const outcome = end === "interrupt" ? { type: end, interrupts: asked } : { type: end };
  return event({ type: EventType.RUN_FINISHED, threadId: THREAD, runId, outcome });
}

interface RunPlan {
  readonly history: Parameters<typeof runStarted>[1];
  readonly inner: readonly AguiEvent[];
  readonly end: End | undefined;
  readonly asked: object[];
  readonly after: readonly AguiEvent[];
}

function runPlan(pools: Pools | undefined, size: number): fc.Arbitrary<RunPlan> {
  const resume = fc.array(
    fc.constantFrom("q1", "q2", "q3").map((interruptId) => ({ interruptId, status: "resolved" as const })),
    { maxLength: 2 },
  );
  const props = fc.constantFrom(undefined, {}, { agent: "market-analyst" });
  return fc.record({
    history: fc.record({ messages: messages(pools), resume, forwardedProps: props }),
    inner: fc.array(fc.oneof({ weight: 5, arbitrary: innerEvent(pools) }, { weight: 1, arbitrary: custom }), {
      maxLength: size,
      size: "max",
    }),
    end: fc.constantFrom<End | undefined>("success", "interrupt", "cancelled", "failed", undefined),
    asked: interrupts,
    after: fc.array(custom, { maxLength: 3 }),
  });
}

/** The events of a run that a grammar accepts; without an end the run is still going. */
function written(plan: RunPlan, runId: string): AguiEvent[] {
  const grammar = new RunGrammar({ threadId: THREAD, runId });
  const events = [runStarted(runId, plan.history), ...plan.inner].filter((each) => grammar.accept(each) === undefined);
  if (plan.end === undefined) return events;
  return [...events, ...grammar.closings(1_000, plan.end), terminal(runId, plan.end, plan.asked), ...plan.after];
}

/** The events of a thread of up to three runs; only the last may be unfinished. */
export function thread(options: { pools?: Pools; size?: number } = {}): fc.Arbitrary<ThreadEvent[]> {
  return fc.array(runPlan(options.pools, options.size ?? 25), { minLength: 1, maxLength: 3 }).map((plans) =>
    plans
      .flatMap((plan, index) => {
        const isLast = index === plans.length - 1;
        return written({ ...plan, end: plan.end ?? (isLast ? undefined : "success") }, `run-${index + 1}`);
      })
      .map((each, index) => ({ seq: index + 1, event: JSON.parse(JSON.stringify(each)) as AguiEvent })),
  );
}

/** Freezes a value through and through, so that a change to it throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const child of Object.values(value)) deepFreeze(child);
  return value;
}
