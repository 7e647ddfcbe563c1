import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 1;

export interface Metered {
  readonly seconds: number;
  /** CPU time of the process, all its threads, over the time; 1 = one core. */
  readonly cores: number;
  /** How much later than asked for the event loop woke up. */
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  readonly rssMb: number;
}

/** Measures this process from now on, until the returned function is called. */
export function startMeter(): () => Metered {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const cpu = process.cpuUsage();
  const start = performance.now();
  return () => {
    const seconds = (performance.now() - start) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    delay.disable();
    return {
      seconds,
      cores: (user + system) / 1e6 / seconds,
      // The histogram holds the whole time between two wakings.
      loopDelayP99Ms: delay.percentile(99) / 1e6 - RESOLUTION_MS,
      loopDelayMaxMs: delay.max / 1e6 - RESOLUTION_MS,
      rssMb: process.memoryUsage.rss() / 2 ** 20,
    };
  };
}
