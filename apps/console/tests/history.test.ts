import { emptyView, EventType as E, reduce, reduceAll } from "@throughline/protocol";
import type { AguiEvent, ThreadEvent } from "@throughline/protocol";
import { virtualClock } from "@throughline/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changesOf } from "../src/history/changes.ts";
import { kindOf, summaryOf } from "../src/history/describe.ts";
import { EventHistory, type HistorySource } from "../src/history/event-history.ts";
import { curlOf, toMarkdown, toNdjson } from "../src/history/exports.ts";
import { Rewinder } from "../src/history/rewinder.ts";
import { runSegments, workSegments } from "../src/history/track.ts";
import { proofOf } from "../src/playground/proof.ts";
import { createWorld } from "./support/world.ts";

const THREAD = "web-1";

/** A real thread's events: runs with tools, steps and texts. */
async function recorded(): Promise<readonly ThreadEvent[]> {
  await using world = await createWorld();
  for (const [index, text] of [
    "tokens=300 interval=1 tools=3 steps=2",
    "tokens=400 interval=1",
    "tokens=9 fail=4",
  ].entries()) {
    await world.run(THREAD, `run-${index}`, text);
    await world.clock.advance(2_000);
  }
  return await world.server.within(world.pages.events(THREAD, { seq: 0 }, 1_000));
}

describe("the rewinder", () => {
  test("shows at every position what folding one by one shows, whichever way one comes", async () => {
    const events = await recorded();
    expect(events.length).toBeGreaterThan(600);
    const views = [emptyView(THREAD)];
    for (const event of events) views.push(reduce(views.at(-1) ?? emptyView(THREAD), event));
    const seqs = fc.array(fc.integer({ min: 0, max: events.length }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(seqs, (path) => {
        const rewinder = new Rewinder(THREAD, events);
        for (const seq of path) expect(rewinder.at(seq)).toEqual(views[seq]);
      }),
      { numRuns: 60 },
    );
  });

  test("follows a list that grows, and stays within it", async () => {
    const events = [...(await recorded())];
    const growing = events.slice(0, 100);
    const rewinder = new Rewinder(THREAD, growing);
    expect(rewinder.at(500).lastSeq).toBe(100);
    growing.push(...events.slice(100));
    expect(rewinder.at(500)).toEqual(reduceAll(emptyView(THREAD), events.slice(0, 500)));
    expect(rewinder.at(-3).lastSeq).toBe(0);
  });

  test("shares what did not change, so that a step redraws its own part alone", async () => {
    const events = await recorded();
    const rewinder = new Rewinder(THREAD, events);
    const [near, far] = [rewinder.at(events.length - 20), rewinder.at(events.length)];
    expect(far.messages[0]).toBe(near.messages[0]);
    expect(far.runs[0]).toBe(near.runs[0]);
  });
});

describe("the history", () => {
  const event = (seq: number): ThreadEvent => ({
    seq,
    event: { type: E.CUSTOM, name: "note", value: seq },
  });

  const clock = virtualClock();

  /** A thread of `stored` events that comes in pages of three. */
  function sourceOf(stored: () => number, first = 1) {
    const listeners = new Set<(event: ThreadEvent) => void>();
    const reads: number[] = [];
    const source: HistorySource = {
      read: (after) => {
        reads.push(after);
        const seqs = Array.from({ length: stored() }, (_, index) => index + first).filter((seq) => seq > after);
        return Promise.resolve(seqs.slice(0, 3).map(event));
      },
      listen: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    return { source, reads, tell: (seq: number) => listeners.forEach((listener) => listener(event(seq))), listeners };
  }

  test("comes in pages and goes on with what is told live, each event once and in its place", async () => {
    const { source, reads, tell } = sourceOf(() => 8);
    const history = new EventHistory(source, clock);
    const loaded = history.load(8);
    tell(7);
    tell(9);
    await loaded;
    tell(9);
    tell(8);
    tell(9);
    expect(history.state.peek()).toMatchObject({ status: "ready", length: 9 });
    expect(history.state.peek().events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(reads).toEqual([0, 3, 6, 8]);
  });

  test("fetches what it has missed when a later event is told", async () => {
    let stored = 2;
    const { source, tell } = sourceOf(() => stored);
    const history = new EventHistory(source, clock);
    await history.load(2);
    stored = 6;
    tell(6);
    await history.load(6);
    expect(history.state.peek()).toMatchObject({ status: "ready", length: 6 });
  });

  test("says so when the beginning is no longer kept, and when it cannot be fetched", async () => {
    const trimmed = new EventHistory(sourceOf(() => 5, 4).source, clock);
    await trimmed.load(8);
    expect(trimmed.state.peek().status).toBe("trimmed");
    const { source } = sourceOf(() => 5);
    const broken = new EventHistory({ ...source, read: () => Promise.reject(new TypeError("no")) }, clock);
    await broken.load(5);
    expect(broken.state.peek()).toMatchObject({ status: "failed", length: 0 });
  });

  test("closed, it listens no more", async () => {
    const { source, listeners } = sourceOf(() => 3);
    const history = new EventHistory(source, clock);
    await history.load(3);
    expect(listeners.size).toBe(1);
    history.close();
    expect(listeners.size).toBe(0);
  });
});

describe("the line", () => {
  test("has a segment for each run, text and tool, by their first and last event", async () => {
    const events = await recorded();
    const view = reduceAll(emptyView(THREAD), events);
    const runs = runSegments(view.runs, view.lastSeq);
    expect(runs.map(({ from }) => events[from - 1]?.event.type)).toEqual([E.RUN_STARTED, E.RUN_STARTED, E.RUN_STARTED]);
    expect(runs.at(-1)).toMatchObject({ to: view.lastSeq, status: "failed" });
    const work = workSegments(events);
    expect(work.filter(({ kind }) => kind === "tool")).toHaveLength(3);
    expect(work.every(({ from, to }) => from <= to && to <= view.lastSeq)).toBe(true);
  });

  test("draws no more segments than can be seen, however many there are, and leaves no kind out", () => {
    const events = Array.from({ length: 4_000 }, (_, index): readonly AguiEvent[] => [
      { type: E.TEXT_MESSAGE_START, messageId: `m${index}`, role: "assistant" },
      { type: E.TEXT_MESSAGE_END, messageId: `m${index}` },
      { type: E.TOOL_CALL_START, toolCallId: `t${index}`, toolCallName: "tool" },
      { type: E.TOOL_CALL_RESULT, toolCallId: `t${index}`, messageId: `r${index}`, content: "" },
    ]).flat();
    const work = workSegments(events.map((event, index) => ({ seq: index + 1, event })));
    expect(work.length).toBeLessThanOrEqual(400);
    expect(new Set(work.map(({ kind }) => kind))).toEqual(new Set(["text", "tool"]));
    expect(work.at(-1)?.to).toBe(events.length);
  });
});

describe("what is taken elsewhere", () => {
  test("as NDJSON has a line for each event, from which the thread can be folded again", async () => {
    const events = await recorded();
    const lines = toNdjson(events).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(events);
  });

  test("as Markdown has who said what, tools in fences that hold, and how it ended", async () => {
    const view = reduceAll(emptyView(THREAD), await recorded());
    const text = toMarkdown(view);
    expect(text).toContain("# tokens=300 interval=1 tools=3 steps=2");
    expect(text).toContain("**You**\n\ntokens=9 fail=4");
    expect(text).toContain("`tool_0`\n\n```json\n");
    expect(text).toMatch(/_failed: .+_\n$/);
    const nested = { ...view, messages: view.messages.map((message) => fencedArguments(message)) };
    expect(toMarkdown(nested)).toContain("````json\n```js");
  });

  test("as curl names the thread and the place", () => {
    expect(curlOf("http://x", "task:a b", 4, 1)).toBe(
      "curl 'http://x/api/v1/threads/task%3Aa%20b/events?after=4&limit=1'",
    );
  });
});

function fencedArguments<T extends { role: string }>(message: T): T {
  if (message.role !== "assistant" || !("toolCalls" in message)) return message;
  const calls = message.toolCalls as { function: object }[];
  return {
    ...message,
    toolCalls: calls.map((call) => ({ ...call, function: { ...call.function, arguments: "```js" } })),
  };
}

test("every event has a kind and a line, also those of agents' own making", () => {
  const events: AguiEvent[] = [
    { type: E.RUN_ERROR, message: "died", code: "worker_lost" },
    { type: E.CUSTOM, name: "chart.command", value: { command: "FIT" } },
    { type: E.CUSTOM, name: "my.own", value: 1 },
    { type: E.STATE_DELTA, delta: [{ op: "add", path: "/a", value: 1 }] },
    { type: E.SUBAGENT_STARTED, subagentRunId: "s", name: "Risk" },
    { type: E.RAW, event: {} },
  ];
  expect(events.map((event) => [kindOf(event), summaryOf(event)])).toEqual([
    ["run", "worker_lost died"],
    ["chart", 'chart.command {"command":"FIT"}'],
    ["other", "my.own 1"],
    ["state", '[{"op":"add","path":"/a","value":1}]'],
    ["step", "s · Risk"],
    ["other", ""],
  ]);
});

test("a change of state is told place by place", () => {
  const before = { plan: { steps: [{ done: false }, { done: false }], owner: "a" }, gone: 1 };
  const after = { plan: { steps: [{ done: true }, { done: false }, { done: false }], owner: "a" }, "new.key": [1] };
  expect(changesOf(before, after)).toEqual([
    { path: "plan.steps[0].done", kind: "changed", before: false, after: true },
    { path: "plan.steps[2]", kind: "added", before: undefined, after: { done: false } },
    { path: "gone", kind: "removed", before: 1, after: undefined },
    { path: "new.key", kind: "added", before: undefined, after: [1] },
  ]);
  expect(changesOf(before, before)).toEqual([]);
  expect(changesOf(1, { a: 1 })).toEqual([{ path: "", kind: "changed", before: 1, after: { a: 1 } }]);
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      expect(changesOf(one, structuredClone(one))).toEqual([]);
      expect(changesOf(one, other).length === 0).toBe(
        JSON.stringify(one) === JSON.stringify(other) || isAlike(one, other),
      );
    }),
  );
});

/** JSON that says the same with its keys in another order, or with a minus before a zero. */
function isAlike(one: unknown, other: unknown): boolean {
  try {
    expect(one).toEqual(other);
    return true;
  } catch {
    return false;
  }
}

test("the playground counts each numbered word once, and the one that is still coming not yet", () => {
  expect(proofOf("t0 t1 t2 t3")).toEqual({ count: 3, missing: [], doubled: [] });
  expect(proofOf("t0 t2 t2 t4 ")).toEqual({ count: 4, missing: [1, 3], doubled: [2] });
  expect(proofOf("")).toEqual({ count: 0, missing: [], doubled: [] });
});
