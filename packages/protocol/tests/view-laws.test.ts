import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyView, reduce, reduceAll, type ThreadView } from "../src/index.ts";
import { THREAD } from "./support/events.ts";
import { deepFreeze, thread } from "./support/threads.ts";

const json = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe("the view reducer", () => {
  test("restored from a snapshot plus later events, a view equals the fold from the start", () => {
    fc.assert(
      fc.property(thread(), fc.nat(), (events, pick) => {
        const cut = pick % (events.length + 1);
        const whole = reduceAll(emptyView(THREAD), events);
        const snapshot = json(reduceAll(emptyView(THREAD), events.slice(0, cut)));
        expect(reduceAll(snapshot, events.slice(cut))).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  test("one by one or all at once, the view is the same, and it is JSON", () => {
    fc.assert(
      fc.property(thread(), (events) => {
        const oneByOne = events.reduce<ThreadView>(reduce, emptyView(THREAD));
        expect(reduceAll(emptyView(THREAD), events)).toEqual(oneByOne);
        expect(json(oneByOne)).toStrictEqual(oneByOne);
      }),
      { numRuns: 300 },
    );
  });

  test("neither the view nor the events it is given change", () => {
    fc.assert(
      fc.property(thread(), (events) => {
        deepFreeze(events);
        let view = deepFreeze(emptyView(THREAD));
        for (const at of events) view = deepFreeze(reduce(view, at));
        const middle = events.length >> 1;
        const half = deepFreeze(reduceAll(emptyView(THREAD), events.slice(0, middle)));
        expect(reduceAll(half, events.slice(middle))).toEqual(view);
      }),
      { numRuns: 300 },
    );
  });

  test("a re-delivered event changes nothing", () => {
    fc.assert(
      fc.property(thread(), (events) => {
        const view = reduceAll(emptyView(THREAD), events);
        expect(reduceAll(view, events)).toBe(view);
        for (const at of events) expect(reduce(view, at)).toBe(view);
      }),
      { numRuns: 50 },
    );
  });
});
