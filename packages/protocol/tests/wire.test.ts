import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeView, emptyView, encodeView, reduceAll } from "../src/index.ts";
import { THREAD } from "./support/events.ts";
import { thread } from "./support/threads.ts";

test("a view survives the wire, and a client can fold on from it", () => {
  fc.assert(
    fc.property(thread(), fc.nat(), (events, pick) => {
      const cut = pick % (events.length + 1);
      const view = reduceAll(emptyView(THREAD), events.slice(0, cut));
      const received: unknown = JSON.parse(JSON.stringify(encodeView(view, "e-1")));
      const decoded = decodeView(received);
      expect(decoded).toEqual({ view, epoch: "e-1" });
      expect(reduceAll(decoded.view, events.slice(cut))).toEqual(reduceAll(view, events.slice(cut)));
    }),
    { numRuns: 200 },
  );
});

test("our own keys are snake_case on the wire, other people's stay", () => {
  const view = {
    ...emptyView("t"),
    lastSeq: 3,
    messages: [{ id: "m", role: "assistant" as const, toolCalls: [] }],
    state: { camelCase: 1 },
    artifacts: [{ artifactId: "a", kind: "report", title: "A", content: { innerKey: 1 } }],
    pendingInterrupts: [{ runId: "r", interrupt: { id: "q", reason: "why", toolCallId: "c" } }],
  };
  expect(encodeView(view, "e")).toMatchObject({
    id: "t",
    epoch: "e",
    last_seq: 3,
    messages: [{ id: "m", toolCalls: [] }],
    state: { camelCase: 1 },
    tool_calls: [],
    artifacts: [{ artifact_id: "a", content: { innerKey: 1 } }],
    pending_interrupts: [{ run_id: "r", interrupt: { id: "q", toolCallId: "c" } }],
  });
});

test("fields a server does not send are empty, and fields we do not know are dropped", () => {
  const { view } = decodeView({ id: "t", epoch: "e", last_seq: 0, from_the_future: [1] });
  expect(view).toEqual(emptyView("t"));
});

test.each([null, 1, "t", [], {}, { id: "t", epoch: "e" }, { id: "t", epoch: 1, last_seq: 1 }])(
  "is no thread: %j",
  (json) => {
    expect(() => decodeView(json)).toThrow(expect.objectContaining({ code: "invalid_input" }));
  },
);
