import { describe, expect, test } from "vitest";
import type { RunView } from "@throughline/protocol";
import {
  argsPreview,
  endingOf,
  type Entry,
  lengthOf,
  optionsIn,
  outgoingWords,
  payloadText,
  watcherTag,
} from "../src/index.ts";

const RUN: RunView = {
  runId: "r",
  parentRunId: null,
  agent: "writer",
  status: "completed",
  startSeq: 1,
  endSeq: 9,
  startedAt: 1_000,
  endedAt: 4_200,
  error: null,
};

describe("endingOf", () => {
  test("a run that is done says in how long", () => {
    const words = { outcome: "done", label: "Done", took: "in 3.2 s", code: null, reason: null };
    expect(endingOf(RUN)).toEqual(words);
    expect(endingOf({ ...RUN, startedAt: null }).took).toBeNull();
  });

  test("one that was stopped says after how long, and has no reason to give", () => {
    const words = { outcome: "stopped", label: "Stopped", took: "after 3.2 s", code: null, reason: null };
    expect(endingOf({ ...RUN, status: "cancelled" })).toEqual(words);
  });

  test("one that failed says why: in the agent's words, or in ours where no agent could say it", () => {
    const failed = { ...RUN, status: "failed" } as const;
    expect(endingOf({ ...failed, error: { code: "agent_error", message: "No prices." } })).toEqual({
      outcome: "failed",
      label: "The run was cut short",
      took: "after 3.2 s",
      code: "agent_error",
      reason: "No prices.",
    });
    const lost = endingOf({ ...failed, error: { code: "worker_lost", message: "lease expired" } });
    expect(lost.reason).toContain("What ran the agent died.");
    expect(endingOf({ ...failed, error: { code: null, message: "No." } })).toMatchObject({ code: null, reason: "No." });
  });
});

describe("a tool call", () => {
  test.each([
    ['{"symbol":"BTC","days":30,"tags":["a"]}', 'symbol: BTC  days: 30  tags: ["a"]'],
    ['{"symbol":"BT', '{"symbol":"BT'],
    [{ symbol: "BTC" }, "symbol: BTC"],
    ["42", "42"],
    ["", ""],
    [null, ""],
    [undefined, ""],
  ])("argsPreview of %j is %j", (args, line) => {
    expect(argsPreview(args)).toBe(line);
  });

  test.each([
    ['{"a":1}', '{\n  "a": 1\n}'],
    [{ a: 1 }, '{\n  "a": 1\n}'],
    ['{"a":', '{"a":'],
    ['"said"', "said"],
    [null, ""],
    [undefined, ""],
  ])("payloadText of %j is %j", (value, text) => {
    expect(payloadText(value)).toBe(text);
  });
});

test("lengthOf counts each thing an agent did", () => {
  const part = { kind: "text", id: "m", text: "hi", isOpen: false } as const;
  const entries: readonly Entry[] = [
    { kind: "user", id: "u", text: "hello" },
    { kind: "turn", id: "t", agent: null, parts: [part, { ...part, id: "n" }] },
  ];
  expect(lengthOf(entries)).toBe(3);
});

test("outgoingWords says where a message is, and what it waits for", () => {
  expect(outgoingWords({ status: "sending" })).toBe("Sending…");
  expect(outgoingWords({ status: "sending" }, false)).toBe("Waiting for the connection");
  expect(outgoingWords({ status: "accepted" }, false)).toBe("Waiting for its turn");
  const error = { message: "It is going down." };
  expect(outgoingWords({ status: "waiting", error })).toBe("Waiting for the server. It is going down.");
  expect(outgoingWords({ status: "failed", error: { message: "Too long." } })).toBe("Not sent. Too long.");
  expect(outgoingWords({ status: "failed", error: null })).toBe("Not sent.");
});

test("watcherTag names a watcher, and who looks at it as such", () => {
  const ada = { client_id: "a", name: "ada", typing: false };
  const nobody = { client_id: "b", name: null, typing: false };
  expect(watcherTag(ada, "b")).toMatchObject({ name: "ada", initial: "A", isSelf: false });
  expect(watcherTag(ada, "a")).toMatchObject({ name: "ada (you)", initial: "A", isSelf: true });
  expect(watcherTag(nobody, "a")).toMatchObject({ name: "Somebody", initial: null });
  expect(watcherTag(nobody, "b")).toMatchObject({ name: "You", initial: null });
  expect(watcherTag({ ...nobody, client_id: "c" }, null).hue).toBe(watcherTag({ ...ada, name: "c" }, null).hue);
});

test("optionsIn gives the texts of a list, whatever an agent has put there", () => {
  expect(optionsIn(["yes", 1, null, "no"])).toEqual(["yes", "no"]);
  expect(optionsIn("yes")).toEqual([]);
  expect(optionsIn(undefined)).toEqual([]);
});
