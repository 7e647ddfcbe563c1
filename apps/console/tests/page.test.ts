import type { ConnectionState } from "@throughline/client";
import { ThroughlineError } from "@throughline/protocol";
import { virtualClock } from "@throughline/testing";
import { describe, expect, test } from "vitest";
import { patiently } from "../src/app/late.ts";
import { isReachable, type Link, linkOf } from "../src/app/link.ts";
import { NEW_RUN, PLACES, TOOLS } from "../src/app/navigation.ts";
import { chartPath, routeOf, taskPath, threadPath } from "../src/app/router.tsx";
import { hueOf } from "@throughline/react";
import { threadStatus } from "../src/server/pages.ts";
import { count, duration, price, relativeTime, shortId } from "../src/ui/format.ts";

describe("addresses", () => {
  test.each(["web-1", "stream:4f/x", "100 %", "ä"])("thread %j is found under its own path", (threadId) => {
    expect(routeOf(threadPath(threadId))).toEqual({ page: "thread", threadId });
    expect(routeOf(chartPath(threadId))).toEqual({ page: "chart", threadId });
    expect(routeOf(taskPath(threadId))).toEqual({ page: "task", taskId: threadId });
  });

  test("every page of the header is found under its path", () => {
    for (const { path, pages } of [NEW_RUN, ...PLACES, ...TOOLS]) expect(routeOf(path).page).toBe(pages[0]);
  });

  test.each(["/constructor", "/threads", "/threads/", "/threads/a/b", "/threads/%", "/other/x"])(
    "%s is no page",
    (path) => {
      expect(routeOf(path)).toEqual({ page: "unknown" });
    },
  );
});

describe("the connection in words", () => {
  const live: ConnectionState = {
    state: "connected",
    attempt: 0,
    retryAt: null,
    latencyMs: 12,
    transport: "websocket",
    error: null,
    behind: 0,
  };
  const error = new ThroughlineError("forbidden", "No.");
  const down = { ...live, transport: null, latencyMs: null } as const;
  test.each<readonly [ConnectionState, Link]>([
    [live, { phase: "live" }],
    [
      { ...live, behind: 23 },
      { phase: "catching-up", behind: 23 },
    ],
    [{ ...down, state: "connecting" }, { phase: "connecting" }],
    [{ ...down, state: "disconnected" }, { phase: "connecting" }],
    [
      { ...down, state: "reconnecting", attempt: 2, retryAt: 9 },
      { phase: "reconnecting", attempt: 2, behind: null },
    ],
    [
      { ...down, state: "reconnecting", attempt: 1, behind: 3 },
      { phase: "reconnecting", attempt: 1, behind: 3 },
    ],
    [
      { ...down, state: "error", error },
      { phase: "refused", failure: { code: "forbidden", message: "No.", remedy: error.remedy, status: 403 } },
    ],
  ])("%o", (connection, link) => {
    expect(linkOf(connection)).toEqual(link);
    expect(isReachable(link)).toBe(connection.state === "connected");
  });
});

test("a part that cannot be fetched just now is asked for again, and given up in the end", async () => {
  const clock = virtualClock();
  let asked = 0;
  const load = (works: number) => (): Promise<string> =>
    (asked += 1) >= works ? Promise.resolve("here") : Promise.reject(new TypeError("no"));
  const part = patiently(load(3), clock);
  await clock.advance(500 + 1_000);
  expect([await part, asked]).toEqual(["here", 3]);
  const never = patiently(load(100), clock, [10, 10]);
  await Promise.all([expect(never).rejects.toThrow("no"), clock.advance(20)]);
  expect(asked).toBe(6);
});

test("the built-in team's members have hues of their own", () => {
  for (const analyst of ["CryptoMarketAnalyst", "MarketAnalyst"]) {
    const team = [analyst, "TechnicalAnalyst", "RiskAnalyst", "ReportWriter"];
    expect(new Set(team.map(hueOf)).size).toBe(4);
  }
});

test("a thread in which nothing has run yet is not said to be done", () => {
  const row = { id: "t", title: "", last_seq: 1, created_at: 0, updated_at: 0 };
  const statuses = [null, "scripted"].flatMap((agent) =>
    (["idle", "running"] as const).map((status) => threadStatus({ ...row, agent, status })),
  );
  expect(statuses).toEqual(["unstarted", "running", "idle", "running"]);
});

test("figures are short and say their unit", () => {
  expect([0, 84.4, 1_249, 61_000, 3_599_999].map(duration)).toEqual([
    "0 ms",
    "84 ms",
    "1.2 s",
    "1 min 01 s",
    "60 min 00 s",
  ]);
  expect([950, 1_284, 2_400_000].map(count)).toEqual(["950", "1.3k", "2.4M"]);
  expect([2_486.69, 1.5, 0.00012345].map(price)).toEqual(["2,486.69", "1.50", "0.00012"]);
  const ago = (seconds: number) => relativeTime(0, seconds * 1_000);
  expect([3, 70, 7_300, 90_000, 300_000].map(ago)).toEqual([
    "just now",
    "1 min ago",
    "2 h ago",
    "yesterday",
    "3 days ago",
  ]);
  expect([shortId("web-1"), shortId("web-g52k26ydxtqe3")]).toEqual(["web-1", "web-g52k2…tqe3"]);
});
