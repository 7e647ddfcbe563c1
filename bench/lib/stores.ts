/** Stream logs to measure, each in a folder that goes with it. */
import { createMemoryLog, type Durability, openSqliteLog, type StreamLog } from "@throughline/log";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clock, random } from "./seams.ts";

/** On the disk, not in a memory file system, or a sync would cost nothing. */
export function scratchFolder(): Promise<string> {
  return mkdtemp(join(process.env.THROUGHLINE_BENCH_DIR ?? tmpdir(), "throughline-bench-"));
}

/** Opens a log of that level in `dir`. */
export async function openLog(dir: string, durability: Durability): Promise<StreamLog> {
  return durability === "memory"
    ? createMemoryLog({ clock, random })
    : openSqliteLog({ clock, random, dir, durability });
}

/** Gives `use` a folder of its own. */
export async function inScratch<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await scratchFolder();
  try {
    return await use(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}
