import { createMetrics } from "@throughline/gateway";
import { describe, expect, test } from "vitest";
import { bucketsOf, figuresOf, parseMetrics, quantileOf, sumOf } from "../src/metrics/exposition.ts";
import { drawingOf, type Reading } from "../src/metrics/history.ts";

/** A reading of the server's own figures, as `/metrics` gives them. */
async function readings(...acts: ((metrics: ReturnType<typeof createMetrics>) => void)[]): Promise<Reading[]> {
  const metrics = createMetrics();
  const result: Reading[] = [];
  try {
    for (const [index, act] of acts.entries()) {
      act(metrics);
      result.push({ at: index * 2_000, figures: figuresOf(parseMetrics(await metrics.render())) });
    }
    return result;
  } finally {
    metrics.close();
  }
}

describe("the figures", () => {
  test("are read back as the server has written them", async () => {
    const [reading] = await readings((metrics) => {
      metrics.connectionOpened("native", "websocket", true);
      metrics.connectionOpened("agui", "sse", false);
      metrics.runEnded("scripted", "error", 'a "quoted" code');
      for (const seconds of [0.001, 0.004, 0.004, 0.2]) metrics.committed(seconds);
    });
    const { figures } = reading!;
    expect(sumOf(figures, "throughline_connections")).toBe(2);
    expect(sumOf(figures, "throughline_reconnections_total")).toBe(1);
    expect(sumOf(figures, "no_such_thing")).toBe(0);
    const ended = figures.get("throughline_runs_ended_total");
    expect(ended?.kind).toBe("counter");
    expect(ended?.samples[0]?.labels).toEqual({ agent: "scripted", outcome: "error", code: 'a "quoted" code' });
    const commits = figures.get("throughline_commit_duration_seconds")!;
    expect(bucketsOf(commits).at(-1)).toEqual({ le: Infinity, count: 4 });
    expect(quantileOf(0.5, commits)).toBeGreaterThan(0.001);
    expect(quantileOf(0.5, commits)).toBeLessThanOrEqual(0.005);
    expect(quantileOf(1, commits)).toBeLessThanOrEqual(0.25);
    expect(quantileOf(0.5, commits, commits)).toBeNull();
  });

  test("are drawn by what they say of themselves", async () => {
    const all = await readings(
      (metrics) => metrics.runStarted("scripted"),
      (metrics) => {
        for (let run = 0; run < 6; run++) metrics.runStarted("scripted");
        metrics.connectionOpened("agui", "sse", false);
        metrics.committed(0.01);
      },
    );
    expect(drawingOf("throughline_runs_started_total", all)).toEqual({
      unit: "per second",
      curves: [{ label: "scripted", points: [null, 3], total: 7 }],
    });
    expect(drawingOf("throughline_connections", all)).toEqual({
      unit: "count",
      curves: [{ label: "agui · sse", points: [null, 1], total: null }],
    });
    const commits = drawingOf("throughline_commit_duration_seconds", all);
    expect(commits.unit).toBe("seconds");
    expect(commits.curves.map(({ label }) => label)).toEqual(["p50", "p95", "p99"]);
    expect(drawingOf("throughline_commit_failures_total", all).curves).toEqual([]);
    const delays = drawingOf("throughline_event_loop_delay_seconds", all);
    expect(delays.curves.map(({ label }) => label)).toEqual(["p50", "p99", "max"]);
  });
});
