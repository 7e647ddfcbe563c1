import { describe, expect, test } from "vitest";
import { emptyView, EventType, reduceAll, type AguiEvent, type ThreadView } from "../src/index.ts";
import { event, runStarted, THREAD } from "./support/events.ts";

function fold(...events: AguiEvent[]): ThreadView {
  return reduceAll(
    emptyView(THREAD),
    events.map((each, index) => ({ seq: index + 1, event: each })),
  );
}

const E = EventType;

describe("state", () => {
  const state = (...deltas: object[][]) => {
    const snapshot = event({ type: E.STATE_SNAPSHOT, snapshot: { a: { b: [1, 2] }, n: null } });
    return fold(runStarted("r1"), snapshot, ...deltas.map((delta) => event({ type: E.STATE_DELTA, delta }))).state;
  };
  const before = { a: { b: [1, 2] }, n: null };

  test("is patched by RFC 6902", () => {
    expect(
      state([
        { op: "add", path: "/a/b/-", value: 3 },
        { op: "move", from: "/a/b/0", path: "/first" },
      ]),
    ).toEqual({ a: { b: [2, 3] }, n: null, first: 1 });
    expect(
      state([
        { op: "test", path: "/n", value: null },
        { op: "replace", path: "", value: 7 },
      ]),
    ).toBe(7);
    expect(state([{ op: "remove", path: "" }])).toBeNull();
  });

  test.each([
    [{ op: "replace", path: "/missing", value: 1 }],
    [{ op: "remove", path: "/a/b/length" }],
    [{ op: "replace", path: "/a/b/-", value: 1 }],
    [{ op: "add", path: "/a/b/5", value: 1 }],
    [{ op: "copy", from: "/toString", path: "/t" }],
    [{ op: "move", from: "/a", path: "/a/b/0" }],
    [{ op: "test", path: "/n", value: 0 }],
    [{ op: "add", path: "/__proto__/polluted", value: 1 }],
    [{ op: "add", path: "/constructor", value: 1 }],
    [{ op: "add", path: "/n/x", value: 1 }],
    [{ op: "add", path: "/v", value: JSON.parse('{"__proto__":{"polluted":1}}') as unknown }],
    [{ op: "add", path: "/v", value: JSON.parse(`${"[".repeat(20_000)}${"]".repeat(20_000)}`) as unknown }],
  ])("stays as it is when an operation does not apply: %#", (operation) => {
    expect(state([{ op: "add", path: "/new", value: 1 }, operation])).toEqual(before);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test("A3: a patch that would make it deeper than 64 levels is left out, however it gets there", () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });
    const of = (snapshot: unknown, ...deltas: object[]) =>
      fold(
        runStarted("r1"),
        event({ type: E.STATE_SNAPSHOT, snapshot }),
        ...deltas.map((operation) => event({ type: E.STATE_DELTA, delta: [operation] })),
      ).state;
    const add = (at: number, levels: number) => ({ op: "add", path: "/a".repeat(at), value: nested(levels) });
    const depth = (value: unknown): number =>
      typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;
    expect(depth(of({}, add(1, 60), add(61, 3)))).toBe(64);
    expect(depth(of({}, add(1, 60), add(61, 4)))).toBe(61);
    expect(depth(of({ a: nested(40) }, { op: "copy", from: "/a", path: "/a/a/b" }))).toBe(43);
    expect(depth(of({ a: nested(40) }, { op: "copy", from: "/a", path: `${"/a".repeat(30)}/b` }))).toBe(41);
  });

  test("A3: copies that double it come to an end", () => {
    const doubling = Array.from({ length: 60 }, (_, n) =>
      event({ type: E.STATE_DELTA, delta: [{ op: "copy", from: "/a", path: `/a/b${n}` }] }),
    );
    const { state: grown } = fold(event({ type: E.STATE_SNAPSHOT, snapshot: { a: {} } }), ...doubling);
    expect(JSON.stringify(grown).length).toBeLessThan(10_000_000);
  });

  test("a value of an event is never changed by a later patch", () => {
    const value = Object.freeze({ list: Object.freeze([1]) });
    expect(
      state([
        { op: "add", path: "/v", value },
        { op: "add", path: "/v/list/-", value: 2 },
      ]),
    ).toMatchObject({ v: { list: [1, 2] } });
    expect(value).toEqual({ list: [1] });
  });
});
