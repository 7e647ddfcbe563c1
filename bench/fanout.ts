/**
 * Fan-out: the gateway next to a plain `ws` broadcast server and Socket.IO, in one run, with the same
 * frames and clients. Exits with 1 when the gateway misses its target or a client misses an event.
 *
 *     node --conditions=@throughline/source bench/fanout.ts
 *
 * BENCH_CPU_PROFILE=folder writes a CPU profile of each server there.
 */
import { runCase, type Result } from "./fanout/run-case.ts";
import type { Case, Kind } from "./fanout/task.ts";
import { machine } from "./lib/machine.ts";

const MEASURED_MS = 4_000;
const SUBSCRIBERS = 1_000;
/** Messages a second, Throughline's over Socket.IO's, one thread to all subscribers. */
const TARGET = 10;

interface Scenario {
  readonly title: string;
  readonly kinds: readonly Kind[];
  readonly load: Omit<Case, "kind">;
}

const ALL: readonly Kind[] = ["throughline", "native", "ws", "socket.io"];
const SATURATED: readonly Scenario[] = [
  {
    title: "1 thread to 1,000 subscribers, saturated",
    kinds: ALL,
    load: { threads: 1, subscribers: SUBSCRIBERS, rate: 0 },
  },
  {
    title: "1,000 threads with 1 subscriber each, saturated",
    kinds: ALL,
    load: { threads: 1_000, subscribers: SUBSCRIBERS, rate: 0 },
  },
];
const PACED: readonly Scenario[] = [20, 100].map((rate) => ({
  title: `1 thread to 1,000 subscribers, ${rate} events/s`,
  kinds: ["throughline", "native", "socket.io"],
  load: { threads: 1, subscribers: SUBSCRIBERS, rate },
}));

console.log(machine());
const [fanOut] = await run(SATURATED);
await run(PACED);
const ratio = fanOut ?? 0;
const reached = ratio >= TARGET;
console.log(`\nfan-out, ours over Socket.IO: ${ratio.toFixed(1)} (target ${TARGET}) ${reached ? "reached" : "MISSED"}`);
process.exitCode = reached ? (process.exitCode ?? 0) : 1;

/** Runs the scenarios; for each the messages per second of ours over Socket.IO's. */
async function run(scenarios: readonly Scenario[]): Promise<number[]> {
  const ratios: number[] = [];
  for (const { title, kinds, load } of scenarios) {
    console.log(`\n${title}`);
    const results: Result[] = [];
    for (const kind of kinds) {
      const result = await runCase({ kind, ...load }, MEASURED_MS);
      report(result);
      results.push(result);
    }
    const perSecond = (kind: Kind): number => results.find(({ task }) => task.kind === kind)?.perSecond ?? Number.NaN;
    const ratio = perSecond("throughline") / perSecond("socket.io");
    ratios.push(ratio);
    if (load.rate === 0)
      console.log(
        `  ours/Socket.IO ${ratio.toFixed(1)}   ours/ws ${(perSecond("throughline") / perSecond("ws")).toFixed(1)}`,
      );
  }
  return ratios;
}

function report({ task, perSecond, bytes, messages, cores, server, p50Ms, p99Ms, checked }: Result): void {
  const { gaps, fewest, most } = checked;
  const words = [
    `  ${task.kind.padEnd(12)}`,
    `${Math.round(perSecond).toLocaleString("en").padStart(10)} msg/s`,
    `${Math.round(bytes / messages)} B`,
    `${((server.cores / perSecond) * 1e6).toFixed(2)} µs CPU each`,
    `server ${server.cores.toFixed(2)} cores, ${Math.round(server.rssMb)} MB`,
    `loop p99 ${server.loopDelayP99Ms.toFixed(1)} max ${server.loopDelayMaxMs.toFixed(1)} ms`,
    `clients ${cores.toFixed(2)} cores`,
    `latency p50 ${p50Ms.toFixed(1)} p99 ${p99Ms.toFixed(1)} ms`,
    gaps === 0 && (fewest === most || task.threads > 1) ? "no gap" : `${gaps} gaps, ${fewest} to ${most}`,
  ];
  console.log(words.join("  "));
  if (task.kind === "throughline" && (gaps > 0 || (task.threads === 1 && fewest !== most))) process.exitCode = 1;
}
