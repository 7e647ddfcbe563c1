import { availableParallelism, cpus, loadavg } from "node:os";

/** What figures depend on, in one line. A load above the benchmark's own says that they are too low. */
export function machine(): string {
  const [cpu] = cpus();
  const load = loadavg()[0]?.toFixed(1) ?? "?";
  return `${availableParallelism()} cores (${cpu?.model.trim() ?? "unknown"}), Node ${process.version}, load before the start ${load}`;
}
