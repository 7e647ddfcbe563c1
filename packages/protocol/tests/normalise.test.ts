import fc from "fast-check";
import { expect, test } from "vitest";
import { EventType, type AguiEvent } from "../src/index.ts";
import { EventNormaliser } from "../src/run/index.ts";
import { event, innerEvent, LONG } from "./support/events.ts";
import { officiallyExpanded } from "./support/official.ts";

const id = fc.constantFrom("a", "b", undefined);
const owner = fc.constantFrom(undefined, undefined, "s1", "s2");
const delta = fc.option(fc.string({ maxLength: 4 }), { nil: undefined });
const metadata = fc.option(fc.constantFrom({ k: 1 }, { l: 2 }), { nil: undefined, freq: 4 });
const rawEvent = fc.option(fc.constant({ provider: 1 }), { nil: undefined, freq: 4 });
const base = { subagentRunId: owner, delta, metadata, rawEvent };

const chunk = fc
  .oneof(
    fc.record({
      type: fc.constant(EventType.TEXT_MESSAGE_CHUNK),
      messageId: id,
      role: fc.constantFrom(undefined, "assistant", "user"),
      name: fc.constantFrom(undefined, "n"),
      ...base,
    }),
    fc.record({
      type: fc.constant(EventType.TOOL_CALL_CHUNK),
      toolCallId: id,
      toolCallName: fc.constantFrom("load", "load", undefined),
      parentMessageId: fc.constantFrom(undefined, "p"),
      ...base,
    }),
    fc.record({ type: fc.constant(EventType.REASONING_MESSAGE_CHUNK), messageId: id, ...base }),
  )
  .map(event);

function normalised(events: readonly AguiEvent[]): AguiEvent[] | undefined {
  const normaliser = new EventNormaliser();
  const out: AguiEvent[] = [];
  for (const each of events) {
    const result = normaliser.normalise(each);
    if (result.problem !== undefined) return undefined;
    out.push(...result.events);
  }
  return out;
}

test("chunks expand as in the official client", () => {
  const any = fc.oneof({ weight: 3, arbitrary: chunk }, { weight: 1, arbitrary: innerEvent() });
  fc.assert(
    fc.property(fc.array(any, { ...LONG, maxLength: 15 }), (events) => {
      expect(normalised(events)).toEqual(officiallyExpanded(events));
    }),
    { numRuns: 2_000 },
  );
});

test("chunks expand the same when another normaliser goes on from what one was assembling", () => {
  const any = fc.oneof({ weight: 3, arbitrary: chunk }, { weight: 1, arbitrary: innerEvent() });
  fc.assert(
    fc.property(fc.array(any, { ...LONG, maxLength: 15 }), (events) => {
      const out: AguiEvent[] = [];
      let normaliser = new EventNormaliser();
      for (const each of events) {
        const stored = JSON.stringify(normaliser.assembling);
        normaliser = new EventNormaliser(JSON.parse(stored) as EventNormaliser["assembling"]);
        const result = normaliser.normalise(each);
        if (result.problem !== undefined) {
          expect(normalised(events)).toBeUndefined();
          return;
        }
        out.push(...result.events);
      }
      expect(out).toEqual(normalised(events));
    }),
    { numRuns: 1_000 },
  );
});

test("a chunk's timestamp goes with its events", () => {
  const result = normalised([event({ type: EventType.TEXT_MESSAGE_CHUNK, messageId: "m", delta: "x", timestamp: 5 })]);
  expect(result).toEqual([
    { type: EventType.TEXT_MESSAGE_START, messageId: "m", role: "assistant", timestamp: 5 },
    { type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m", delta: "x", timestamp: 5 },
  ]);
});

test("an optional null becomes absent, a required one is refused", () => {
  const start = {
    type: EventType.TEXT_MESSAGE_START,
    messageId: "m",
    name: null,
    subagentRunId: null,
    metadata: { k: null },
  };
  expect(normalised([event(start)])).toEqual([
    { type: EventType.TEXT_MESSAGE_START, messageId: "m", metadata: { k: null } },
  ]);
  expect(normalised([event({ type: EventType.TEXT_MESSAGE_START, messageId: null })])).toBeUndefined();
});

test("a task gets its defaults", () => {
  const task = {
    id: "t",
    title: "T",
    created_at: "2026-01-01T00:00:00.000Z",
    updated_at: "2026-01-01T00:00:00.000Z",
    version: 1,
  };
  const [stored] = normalised([event({ type: EventType.CUSTOM, name: "task.changed", value: { task } })]) ?? [];
  expect(stored).toMatchObject({ value: { task: { id: "t", status: "pending", checklist: [], priority: null } } });
});

test("what is no event, or has a payload of the wrong shape, is a problem and no exception", () => {
  for (const junk of [null, 1, {}, { type: "CUSTOM", name: "progress", value: {} }]) {
    expect(normalised([junk as unknown as AguiEvent])).toBeUndefined();
  }
});
