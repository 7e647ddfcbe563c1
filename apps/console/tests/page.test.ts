import { describe, expect, test } from "vitest";
import { NEW_RUN, PLACES, TOOLS } from "../src/app/navigation.ts";
import { chartPath, routeOf, taskPath, threadPath } from "../src/app/router.tsx";
import { LatencyProbe } from "../src/live/latency.ts";
import { linkOfLatency } from "../src/live/link.ts";
import { ThrottledStore } from "../src/live/store.ts";
import { hueOf } from "@throughline/react";
import { count, duration, price, relativeTime, shortId } from "../src/ui/format.ts";
import { createWorld } from "./support/world.ts";

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

test("the store publishes the first change at once, then at most every 50 ms, the last one always", () => {
  const due: (() => void)[] = [];
  const store = new ThrottledStore(0, 50, (_, fn) => due.push(fn));
  const seen: number[] = [];
  store.subscribe(() => seen.push(store.get()));
  for (const value of [1, 2, 3]) store.set(value);
  expect([seen, store.get(), store.peek()]).toEqual([[1], 1, 3]);
  due.shift()?.();
  expect(seen).toEqual([1, 3]);
  due.shift()?.();
  store.set(4);
  expect(seen).toEqual([1, 3, 4]);
});

test("latency is measured again and again, and a server that is away is not taken for slow", async () => {
  await using world = await createWorld();
  const probe = new LatencyProbe(world.api, world.system);
  probe.start();
  await world.clock.advance(100);
  expect(linkOfLatency(probe.latency.get())).toEqual({ phase: "live" });
  world.wire.isDown = true;
  await world.clock.advance(10_100);
  expect(probe.latency.get()).toEqual({ ms: null, reachable: false });
  world.wire.isDown = false;
  await world.clock.advance(2_100);
  expect(probe.latency.get().reachable).toBe(true);
  probe.stop();
  world.wire.requests.length = 0;
  await world.clock.advance(60_000);
  expect(world.wire.requests).toEqual([]);
});

test("the built-in team's members have hues of their own", () => {
  for (const analyst of ["CryptoMarketAnalyst", "MarketAnalyst"]) {
    const team = [analyst, "TechnicalAnalyst", "RiskAnalyst", "ReportWriter"];
    expect(new Set(team.map(hueOf)).size).toBe(4);
  }
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
