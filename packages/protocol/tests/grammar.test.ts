import fc from "fast-check";
import { EventSchemas } from "@ag-ui/core/schemas";
import { describe, expect, test } from "vitest";
import { EventType, type AguiEvent } from "../src/index.ts";
import { recoverGrammar, RunGrammar } from "../src/run/index.ts";
import { FLAT_TYPES, shapeProblem } from "../src/run/shape.ts";
import {
  event,
  innerEvent,
  LONG,
  messages,
  mutated,
  NARROW,
  runFinished,
  runStarted,
  THREAD,
} from "./support/events.ts";
import { officiallyValid } from "./support/official.ts";

const RUN = "run-1";
const IDS = { threadId: THREAD, runId: RUN };

const start = fc.oneof(messages(), messages(NARROW)).map((history) => runStarted(RUN, { messages: history }));
const valid = fc.oneof(innerEvent(), innerEvent(NARROW));
const inner = fc.oneof({ weight: 12, arbitrary: valid }, { weight: 1, arbitrary: mutated(valid) });

/** Feeds events to a grammar and returns the ones it took. */
function taken(grammar: RunGrammar, events: readonly AguiEvent[]): AguiEvent[] {
  return events.filter((each) => grammar.accept(each) === undefined);
}

describe("RunGrammar beside the official verifier", () => {
  const rare = innerEvent(NARROW).filter((each) => /^ACTIVITY|^REASONING|^MESSAGES|^TOOL_CALL_START/.test(each.type));

  test.each([
    ["any events", inner],
    ["events that seldom meet", rare],
  ])("R2: takes an event exactly when AG-UI does: %s", (_, some) => {
    fc.assert(
      fc.property(start, fc.array(some, LONG), (first, rest) => {
        const grammar = new RunGrammar(IDS);
        const prefix: AguiEvent[] = [];
        for (const each of [first, ...rest]) {
          const problem = grammar.accept(each);
          expect(problem === undefined, `${JSON.stringify(each)}: ${problem?.message}`).toBe(
            officiallyValid([...prefix, each]),
          );
          if (problem === undefined) prefix.push(each);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("R2: every prefix, closed and ended, is valid", () => {
    const ending = fc.constantFrom("success", "interrupt", "cancelled", "failed");
    fc.assert(
      fc.property(start, fc.array(valid, LONG), ending, (first, rest, how) => {
        const grammar = new RunGrammar(IDS);
        const prefix = taken(grammar, [first, ...rest]);
        const closings = grammar.closings(1_000, how);
        for (const each of [...closings, runFinished(RUN)]) expect(grammar.accept(each)).toBeUndefined();
        expect(grammar.terminated).toBe(true);
        expect(officiallyValid([...prefix, ...closings, runFinished(RUN)])).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("R2: a grammar rebuilt from the stored events closes what the first one would", () => {
    fc.assert(
      fc.property(start, fc.array(valid, LONG), (first, rest) => {
        const grammar = new RunGrammar(IDS);
        const stored = JSON.parse(JSON.stringify(taken(grammar, [first, ...rest]))) as AguiEvent[];
        expect(recoverGrammar(IDS, stored).closings(5)).toEqual(grammar.closings(5));
      }),
      { numRuns: 200 },
    );
  });

  test("the hand-written checks agree with the schema", () => {
    const flat = innerEvent().filter((each) => FLAT_TYPES.includes(each.type));
    fc.assert(
      fc.property(fc.oneof(flat, mutated(flat)), (each) => {
        expect(shapeProblem(each) === undefined).toBe(EventSchemas.safeParse(each).success);
      }),
      { numRuns: 2_000 },
    );
    expect(FLAT_TYPES).toContain(EventType.TEXT_MESSAGE_CONTENT);
  });
});

describe("RunGrammar where it is stricter than AG-UI", () => {
  const content = event({ type: EventType.TEXT_MESSAGE_START, messageId: "m" });
  const failed = event({ type: EventType.RUN_ERROR, message: "no" });

  function after(...events: AguiEvent[]): RunGrammar {
    return recoverGrammar(IDS, [runStarted(RUN), ...events]);
  }

  test("a run begins with its own RUN_STARTED", () => {
    expect(new RunGrammar(IDS).accept(failed)?.message).toMatch("before RUN_STARTED");
    expect(new RunGrammar(IDS).accept(runStarted("other"))?.message).toMatch("names run 'other'");
    expect(after().accept(runStarted(RUN))?.message).toMatch("RUN_STARTED twice");
  });

  test("R1: nothing follows the terminal event, and it names this run", () => {
    const grammar = after();
    expect(grammar.accept(runFinished("other"))?.message).toMatch("names run 'other'");
    expect(grammar.terminated).toBe(false);
    expect(grammar.accept(runFinished(RUN))).toBeUndefined();
    expect(grammar.accept(failed)?.message).toMatch("after the run's end");
    expect(grammar.accept(runStarted(RUN))?.message).toMatch("after the run's end");
    expect(grammar.closings(1)).toEqual([]);
  });

  test.each([failed, runFinished(RUN)])("nothing is open at a terminal event: $type", (terminal) => {
    expect(after(content).accept(terminal)?.message).toMatch("while text message 'm' is open");
  });

  test("chunks are refused", () => {
    expect(after().accept(event({ type: EventType.TEXT_MESSAGE_CHUNK, messageId: "m" }))?.message).toMatch(
      "must be expanded",
    );
  });

  test("CUSTOM payloads we know are checked, others pass", () => {
    const custom = (name: string, value: unknown) => after().accept(event({ type: EventType.CUSTOM, name, value }));
    expect(custom("confidence", { confidence: 2 })?.message).toMatch("CUSTOM 'confidence': value.confidence");
    expect(custom("confidence", { confidence: 0.5, why: "more" })).toBeUndefined();
    expect(custom("toString", 1)).toBeUndefined();
  });

  test("A3: a value of more than 64 levels is refused, one within itself too", () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : { in: nested(levels - 1) });
    const snapshot = (value: unknown) => event({ type: EventType.STATE_SNAPSHOT, snapshot: value });
    expect(after().accept(snapshot(nested(64)))).toBeUndefined();
    expect(after().accept(snapshot(nested(65)))?.message).toMatch("snapshot: has more than 64 levels");
    const endless: Record<string, unknown> = {};
    Object.assign(endless, { a: endless, b: endless });
    expect(after().accept(snapshot(endless))?.message).toMatch("64 levels");
    const token = event({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m", delta: "x", rawEvent: endless });
    expect(after(content).accept(token)?.message).toMatch("rawEvent: has more than 64 levels");
  });

  test("a null owner is refused even where AG-UI describes none", () => {
    const snapshot = { ...event({ type: EventType.MESSAGES_SNAPSHOT, messages: [] }), subagentRunId: null };
    expect(after().accept(snapshot as unknown as AguiEvent)?.message).toMatch("subagentRunId");
    expect(officiallyValid([runStarted(RUN), snapshot as unknown as AguiEvent])).toBe(false);
  });

  test("what is no event at all is refused", () => {
    for (const junk of [null, 1, "RUN_STARTED", [], {}, { type: "NOPE" }]) {
      expect(new RunGrammar(IDS).accept(junk as unknown as AguiEvent)).toBeDefined();
    }
  });

  test("stored events that could not have been stored are corrupt", () => {
    expect(() => recoverGrammar(IDS, [content])).toThrow(expect.objectContaining({ code: "corrupt" }));
  });
});

test("open subagents finish with a run that succeeds and fail with one that does not", () => {
  const started = ["s1", "s2"].map((subagentRunId) =>
    event({ type: EventType.SUBAGENT_STARTED, subagentRunId, name: subagentRunId }),
  );
  const grammar = recoverGrammar(IDS, [runStarted(RUN), ...started]);
  expect(grammar.closings(7, "success")).toEqual([
    { type: EventType.SUBAGENT_FINISHED, subagentRunId: "s2", timestamp: 7 },
    { type: EventType.SUBAGENT_FINISHED, subagentRunId: "s1", timestamp: 7 },
  ]);
  expect(grammar.closings(7, "interrupt")[0]).toMatchObject({ outcome: { type: "suspended" } });
  expect(grammar.closings(7, "cancelled")[0]).toMatchObject({
    type: EventType.SUBAGENT_ERROR,
    message: "The run was cancelled.",
  });
  expect(grammar.closings(7)[0]).toMatchObject({ type: EventType.SUBAGENT_ERROR });
});
