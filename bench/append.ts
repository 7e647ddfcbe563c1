/**
 * Durable appends: how many events a second each store and level takes, how long an acknowledgement
 * takes, and how late the event loop gets meanwhile. Beside it, in the same run, what one gets by
 * writing a row per event to SQLite. Exits with 1 when the durable log misses a target.
 *
 *     node --conditions=@throughline/source bench/append.ts
 */
import type { Durability, StreamLog } from "@throughline/log";
import { spawnSync } from "node:child_process";
import { rowPerEvent } from "./append/row-per-event.ts";
import { type Metered, startMeter } from "./lib/meter.ts";
import { quantile } from "./lib/quantile.ts";
import { inScratch, openLog } from "./lib/stores.ts";

const STREAMS = 1_000;
const IN_FLIGHT = 2_000;
const RECORD = new Uint8Array(250).fill(120);
const WARM_UP_MS = 2_000;
const MEASURE_MS = 8_000;

const TARGETS = { perSecond: 150_000, ackP99Ms: 50, loopDelayP99Ms: 10 };

interface Result extends Metered {
  readonly perSecond: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
}

type AppendOne = (stream: number) => Promise<unknown>;

/** Keeps a number of appends under way, each writer over the streams in turn. */
async function drive(append: AppendOne): Promise<Result> {
  const acks: number[] = [];
  const phase = { measuring: false, running: true };
  const writer = async (start: number): Promise<void> => {
    for (let stream = start; phase.running; stream = (stream + 7) % STREAMS) {
      const begun = performance.now();
      await append(stream);
      if (phase.measuring) acks.push(performance.now() - begun);
    }
  };
  const writers = Array.from({ length: IN_FLIGHT }, (_, i) => writer(i % STREAMS));
  await pause(WARM_UP_MS);
  phase.measuring = true;
  const stop = startMeter();
  await pause(MEASURE_MS);
  phase.measuring = false;
  const metered = stop();
  phase.running = false;
  await Promise.all(writers);
  return {
    ...metered,
    perSecond: acks.length / metered.seconds,
    ackP50Ms: quantile(acks, 0.5),
    ackP99Ms: quantile(acks, 0.99),
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function appender(log: StreamLog): AppendOne {
  const names = Array.from({ length: STREAMS }, (_, i) => `bench/thread-${i}`);
  const create = {};
  const records = [RECORD];
  return (stream) => log.append({ appends: [{ stream: names[stream] ?? "", records, create }] });
}

async function measureLog(durability: Durability): Promise<Result> {
  return inScratch(async (dir) => {
    const log = await openLog(dir, durability);
    const result = await drive(appender(log));
    await log.close();
    return result;
  });
}

async function measureBaseline(): Promise<Result> {
  return inScratch(async (dir) => {
    const store = await rowPerEvent(dir);
    const result = await drive((stream) => store.append(stream, RECORD));
    await store.close();
    return result;
  });
}

function print(name: string, cells: readonly string[]): void {
  console.log(name.padEnd(24) + cells.map((cell) => cell.padStart(12)).join(""));
}

function cellsOf(result: Result): string[] {
  return [
    Math.round(result.perSecond).toLocaleString("en"),
    result.ackP50Ms.toFixed(1),
    result.ackP99Ms.toFixed(1),
    result.loopDelayP99Ms.toFixed(1),
    result.cores.toFixed(2),
    result.rssMb.toFixed(0),
  ];
}

const CASES: Readonly<Record<string, () => Promise<Result>>> = {
  "row per event, full": measureBaseline,
  memory: () => measureLog("memory"),
  "sqlite, os": () => measureLog("os"),
  "sqlite, full": () => measureLog("full"),
};

/** Runs one case in a process of its own, so that none pays for another's garbage. */
function inChild(name: string): Result {
  const child = spawnSync(process.execPath, [...process.execArgv, import.meta.filename, name], { encoding: "utf8" });
  if (child.status !== 0) throw new Error(`${name}: ${child.stderr}`);
  return JSON.parse(child.stdout) as Result;
}

function compareAll(): void {
  console.log(
    `${RECORD.byteLength} B records over ${STREAMS} streams, ${IN_FLIGHT} in flight, ${MEASURE_MS / 1_000} s each`,
  );
  print("", ["events/s", "ack p50 ms", "ack p99 ms", "loop p99 ms", "cores", "RSS MB"]);
  const results = Object.keys(CASES).map((name) => {
    const result = inChild(name);
    print(name, cellsOf(result));
    return result;
  });
  judge(results.at(-1));
}

function judge(durable: Result | undefined): void {
  const misses = [
    ...((durable?.perSecond ?? 0) < TARGETS.perSecond ? ["events/s"] : []),
    ...((durable?.ackP99Ms ?? Infinity) >= TARGETS.ackP99Ms ? ["ack p99"] : []),
    ...((durable?.loopDelayP99Ms ?? Infinity) >= TARGETS.loopDelayP99Ms ? ["event-loop delay p99"] : []),
  ];
  if (misses.length === 0) return;
  console.log(`missed: ${misses.join(", ")} (targets ${JSON.stringify(TARGETS)})`);
  process.exitCode = 1;
}

const asked = process.argv[2];
const single = asked === undefined ? undefined : CASES[asked];
if (single === undefined) compareAll();
else console.log(JSON.stringify(await single()));
