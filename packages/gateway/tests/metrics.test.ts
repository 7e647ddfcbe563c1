import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createMetrics, type Levels } from "../src/index.ts";

const levels: Levels = {
  lags: () => [0, 7, 3],
  elsewhereRuns: () => 4,
  activeRuns: () => 2,
  queuedRuns: () => 1,
  queuedBytes: () => 512,
  writable: () => true,
};

describe("metrics", () => {
  test("a flush counts once, whoever follows", async () => {
    const metrics = createMetrics();
    metrics.flushed({ events: 3, emittedAt: 1_000, writes: 2, bytes: 600 }, 1_030);
    metrics.flushed({ events: 1, emittedAt: undefined, writes: 0, bytes: 0 }, 2_000);
    const text = await metrics.render();
    metrics.close();
    expect(text).toContain("throughline_flush_events_sum 4");
    expect(text).toContain("throughline_written_bytes_total 600");
    expect(text).toContain("throughline_writes_total 2");
    expect(text).toContain("throughline_delivery_latency_seconds_count 1");
    expect(text).toContain("throughline_delivery_latency_seconds_sum 0.03");
  });

  test("levels are read when somebody asks", async () => {
    const metrics = createMetrics();
    metrics.watch(levels);
    const text = await metrics.render();
    metrics.close();
    for (const line of [
      "throughline_lag_events 10",
      "throughline_lag_events_max 7",
      "throughline_runs_active 2",
      "throughline_runs_queued 1",
      "throughline_log_queue_bytes 512",
      "throughline_log_writable 1",
    ]) {
      expect(text).toContain(line);
    }
    expect(text).toMatch(/throughline_event_loop_delay_seconds\{quantile="0.99"\} [\d.e-]+/);
  });

  test("a clock that was set back gives no negative latency", async () => {
    const metrics = createMetrics();
    metrics.flushed({ events: 1, emittedAt: 5_000, writes: 1, bytes: 1 }, 1_000);
    expect(await metrics.render()).toContain("throughline_delivery_latency_seconds_sum 0\n");
    metrics.close();
  });

  test("two gateways in a process do not mix", async () => {
    const [one, two] = [createMetrics(), createMetrics()];
    one.attemptFailed("forbidden");
    expect(await one.render()).toContain('throughline_connection_failures_total{code="forbidden"} 1');
    expect(await two.render()).not.toContain("forbidden");
    one.close();
    two.close();
  });
});

describe("the Grafana dashboard", () => {
  test("asks only for metrics that exist, and for every one of them", async () => {
    const metrics = createMetrics();
    metrics.watch(levels);
    const text = await metrics.render();
    metrics.close();
    const exposed = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = "", type = ""]) => ({ name, type }));
    const names = exposed.flatMap(({ name, type }) =>
      type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    );
    const file = readFileSync(new URL("../../../docs/grafana/throughline.json", import.meta.url), "utf8");
    const { panels } = JSON.parse(file) as { panels: { title: string; targets?: { expr: string }[] }[] };
    const asked = panels.flatMap(({ targets = [] }) =>
      targets.flatMap(({ expr }) => [...expr.matchAll(/\b(?:throughline|process)_\w+/g)].map(([name]) => name)),
    );
    expect(asked.filter((name) => !names.includes(name))).toEqual([]);
    const families = new Set(asked.map((name) => name.replace(/_(?:bucket|sum|count)$/, "")));
    expect(exposed.map(({ name }) => name).filter((name) => !families.has(name))).toEqual([]);
  });
});
