import { describe, expect, test } from "vitest";
import { backoff } from "../src/live/backoff.ts";
import { SILENCE_MS, transition } from "../src/live/connection.ts";
import type { Connection, ConnectionEvent } from "../src/live/connection.ts";
import type { Failure } from "../src/server/failure.ts";

const lost: Failure = { code: "network", message: "", remedy: "", status: 0 };
const gone: Failure = { code: "not_found", message: "", remedy: "", status: 404 };
const NOW = 1_000_000;
const ENV = { now: NOW, random: 0.5 };

type Phase = Connection["phase"];
type Event = ConnectionEvent["type"];

const STATES: { readonly [P in Phase]: Extract<Connection, { phase: P }> } = {
  idle: { phase: "idle" },
  loading: { phase: "loading", attempt: 2 },
  opening: { phase: "opening", attempt: 2 },
  live: { phase: "live", attempt: 2, heardAt: NOW - 25_000 },
  waiting: { phase: "waiting", attempt: 2, retryAt: NOW + 100, next: "open", failure: lost },
  refused: { phase: "refused", failure: gone },
  stopped: { phase: "stopped" },
};

const EVENTS: { readonly [E in Event]: Extract<ConnectionEvent, { type: E }> } = {
  start: { type: "start" },
  loaded: { type: "loaded" },
  opened: { type: "opened" },
  heard: { type: "heard" },
  reset: { type: "reset" },
  failed: { type: "failed", failure: lost },
  silent: { type: "silent" },
  due: { type: "due" },
  nudge: { type: "nudge" },
  stop: { type: "stop" },
};

/** Where each event leads from each state, with the effects in order; `-` = nothing happens. */
const TABLE: { readonly [P in Phase]: { readonly [E in Event]: string } } = {
  idle: {
    start: "loading abort load",
    loaded: "-",
    opened: "-",
    heard: "-",
    reset: "-",
    failed: "-",
    silent: "-",
    due: "-",
    nudge: "-",
    stop: "stopped abort",
  },
  loading: {
    start: "-",
    loaded: "opening abort open",
    opened: "-",
    heard: "-",
    reset: "-",
    failed: "waiting abort wait",
    silent: "-",
    due: "-",
    nudge: "-",
    stop: "stopped abort",
  },
  opening: {
    start: "-",
    loaded: "-",
    opened: "live watch",
    heard: "-",
    reset: "loading abort load",
    failed: "waiting abort wait",
    silent: "-",
    due: "-",
    nudge: "-",
    stop: "stopped abort",
  },
  live: {
    start: "-",
    loaded: "-",
    opened: "-",
    heard: "live watch",
    reset: "loading abort load",
    failed: "waiting abort wait",
    silent: "waiting abort wait",
    due: "-",
    nudge: "opening abort open",
    stop: "stopped abort",
  },
  waiting: {
    start: "-",
    loaded: "-",
    opened: "-",
    heard: "-",
    reset: "-",
    failed: "-",
    silent: "-",
    due: "opening abort open",
    nudge: "opening abort open",
    stop: "stopped abort",
  },
  refused: {
    start: "loading abort load",
    loaded: "-",
    opened: "-",
    heard: "-",
    reset: "-",
    failed: "-",
    silent: "-",
    due: "-",
    nudge: "-",
    stop: "stopped abort",
  },
  stopped: {
    start: "loading abort load",
    loaded: "-",
    opened: "-",
    heard: "-",
    reset: "-",
    failed: "-",
    silent: "-",
    due: "-",
    nudge: "-",
    stop: "-",
  },
};

const cases = Object.entries(TABLE).flatMap(([phase, row]) =>
  Object.entries(row).map(([event, expected]) => ({ phase: phase as Phase, event: event as Event, expected })),
);

test.each(cases)("$event in $phase: $expected", ({ phase, event, expected }) => {
  const { state, effects } = transition(STATES[phase], EVENTS[event], ENV);
  const told = [state.phase, ...effects.map((effect) => effect.type)].join(" ");
  expect(expected === "-" ? state : told).toEqual(expected === "-" ? STATES[phase] : expected);
  expect(expected === "-" ? effects : []).toEqual([]);
});

describe("attempts", () => {
  test("grow with each failure and end with the first bytes, not with the first answer", () => {
    const failed = transition(STATES.opening, EVENTS.failed, ENV).state;
    expect(failed).toMatchObject({ attempt: 3, next: "open" });
    const opened = transition(STATES.opening, EVENTS.opened, ENV).state;
    expect(opened).toMatchObject({ attempt: 2 });
    expect(transition(opened, EVENTS.heard, ENV).state).toMatchObject({ attempt: 0 });
  });

  test("a view that could not be fetched is fetched again; events go on where they stopped", () => {
    expect(transition(STATES.loading, EVENTS.failed, ENV).state).toMatchObject({ next: "load" });
    expect(transition(STATES.live, EVENTS.silent, ENV).state).toMatchObject({ next: "open" });
    expect(transition({ ...STATES.waiting, next: "load" }, EVENTS.due, ENV).state.phase).toBe("loading");
  });

  test("what waiting cannot mend is refused; too many requests and faults of the server are waited out", () => {
    const after = (status: number) =>
      transition(STATES.loading, { type: "failed", failure: { ...gone, status } }, ENV).state.phase;
    expect([400, 401, 403, 404].map(after)).toEqual(Array(4).fill("refused"));
    expect([0, 429, 500, 503].map(after)).toEqual(Array(4).fill("waiting"));
  });
});

test("a nudge trusts a connection that was heard just now", () => {
  const fresh: Connection = { phase: "live", attempt: 0, heardAt: NOW - 5_000 };
  expect(transition(fresh, EVENTS.nudge, ENV)).toEqual({ state: fresh, effects: [] });
});

test("the watch outlasts two keep-alives of 15 s", () => {
  expect(transition(STATES.opening, EVENTS.opened, ENV).effects).toEqual([{ type: "watch", ms: SILENCE_MS }]);
  expect(SILENCE_MS).toBeGreaterThan(30_000);
});

describe("back-off", () => {
  test("doubles up to a cap, anywhere below it", () => {
    expect([1, 2, 3, 4, 5, 6, 50].map((attempt) => backoff(attempt, 1))).toEqual([
      500, 1000, 2000, 4000, 8000, 15_000, 15_000,
    ]);
    expect(backoff(4, 0)).toBe(0);
  });

  test("waits at least as long as the server asked for", () => {
    expect(backoff(1, 0, 3_000)).toBe(3_000);
    const asked: Failure = { ...lost, status: 503, retryAfterMs: 3_000 };
    expect(transition(STATES.opening, { type: "failed", failure: asked }, ENV).state).toMatchObject({
      retryAt: NOW + 4_000,
    });
  });
});
