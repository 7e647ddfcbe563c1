import { monitorEventLoopDelay } from "node:perf_hooks";
import { Gauge, type Registry } from "prom-client";

const RESOLUTION_MS = 10;
const QUANTILES = [0.5, 0.99, 1] as const;

/**
 * The process itself: event loop, memory, processor. Part of the composition root, since it asks the
 * machine (S2). The event loop's delay is that since the scrape before.
 */
export function watchProcess(registry: Registry): { close(): void } {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const loop = new Gauge({
    name: "throughline_event_loop_delay_seconds",
    help: "How much later than asked for the event loop woke up, since the scrape before",
    labelNames: ["quantile"],
    registers: [],
    collect() {
      for (const quantile of QUANTILES) {
        const waited = quantile === 1 ? delay.max : delay.percentile(quantile * 100);
        // The histogram holds the whole time between two wakings.
        this.set({ quantile: String(quantile) }, Math.max(0, waited / 1e9 - RESOLUTION_MS / 1_000));
      }
      delay.reset();
    },
  });
  const memory = new Gauge({
    name: "process_resident_memory_bytes",
    help: "Memory of the process that is in use",
    registers: [],
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  const processor = new Gauge({
    name: "process_cpu_seconds_total",
    help: "Processor time of the process since its start, all threads together",
    registers: [],
    collect() {
      const { user, system } = process.cpuUsage();
      this.set((user + system) / 1e6);
    },
  });
  for (const gauge of [loop, memory, processor]) registry.registerMetric(gauge);
  return { close: () => delay.disable() };
}
