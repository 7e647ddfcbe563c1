/**
 * How long a log with a million events stored takes from opening to its first append and its first
 * cold read, after a kill -9; and the same when the index is lost. Exits with 1 when it misses the
 * target.
 *
 *     node --conditions=@throughline/source bench/restart.ts
 */
import { spawnSync } from "node:child_process";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { inScratch, openLog } from "./lib/stores.ts";

const EVENTS = 1_000_000;
const STREAMS = 1_000;
const IN_FLIGHT = 2_000;
const RECORD = new Uint8Array(250).fill(120);
const TARGET_MS = 2_000;

function nameOf(stream: number): string {
  return `bench/thread-${stream}`;
}

/** Stores the events, says so, and waits to be killed. */
async function fill(dir: string): Promise<void> {
  const log = await openLog(dir, "full");
  let next = 0;
  const writer = async (): Promise<void> => {
    while (next < EVENTS) {
      const stream = nameOf(next++ % STREAMS);
      await log.append({ appends: [{ stream, records: [RECORD], create: {} }] });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, writer));
  process.kill(process.pid, "SIGKILL");
}

interface Times {
  readonly openMs: number;
  readonly appendMs: number;
  readonly readMs: number;
  readonly events: number;
}

/** Opens what was left, in this process, and uses it. */
async function reopen(dir: string): Promise<Times> {
  const begun = performance.now();
  const log = await openLog(dir, "full");
  const openMs = performance.now() - begun;
  await log.append({ appends: [{ stream: nameOf(7), records: [RECORD] }] });
  const appendMs = performance.now() - begun;
  const { records } = await log.read(nameOf(STREAMS - 1), { after: 0 });
  if (records.length === 0) throw new Error("Nothing was read.");
  const readMs = performance.now() - begun;
  let events = -1;
  for (const info of await log.list("bench/", { limit: STREAMS })) events += info.head;
  process.stdout.write(JSON.stringify({ openMs, appendMs, readMs, events } satisfies Times));
  // As if killed: the next opening has as much to catch up with.
  process.kill(process.pid, "SIGKILL");
  return { openMs, appendMs, readMs, events };
}

function child(task: "fill" | "reopen", dir: string): string {
  const result = spawnSync(process.execPath, [...process.execArgv, import.meta.filename, task, dir], {
    encoding: "utf8",
  });
  if (result.signal !== "SIGKILL") throw new Error(`${task}: ${result.stderr}`);
  return result.stdout;
}

function report(name: string, { openMs, appendMs, readMs }: Times): void {
  const cells = [openMs, appendMs, readMs].map((ms) => `${Math.round(ms)} ms`.padStart(12));
  console.log(name.padEnd(32) + cells.join(""));
}

async function compare(): Promise<void> {
  await inScratch(async (dir) => {
    const begun = performance.now();
    child("fill", dir);
    const size = Math.round(statSync(join(dir, "log.db")).size / 2 ** 20);
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
    console.log(`${EVENTS.toLocaleString("en")} events of ${RECORD.byteLength} B, ${size} MB, stored in ${seconds} s`);
    console.log("".padEnd(32) + ["ready", "+ append", "+ cold read"].map((cell) => cell.padStart(12)).join(""));
    const killed = JSON.parse(child("reopen", dir)) as Times;
    report("after kill -9", killed);
    for (const suffix of ["", "-wal", "-shm"]) rmSync(join(dir, `index.db${suffix}`), { force: true });
    report("after kill -9, index lost", JSON.parse(child("reopen", dir)) as Times);
    if (killed.events < EVENTS) throw new Error(`Only ${killed.events} events are there.`);
    if (killed.readMs >= TARGET_MS) {
      console.log(`missed: ready in ${TARGET_MS} ms`);
      process.exitCode = 1;
    }
  });
}

const [task, dir] = process.argv.slice(2);
if (task === "fill") await fill(dir ?? "");
else if (task === "reopen") await reopen(dir ?? "");
else await compare();
