import type { CrashPoint } from "../../src/sqlite/hooks.ts";

/** What a process that is to die is told, as JSON in its first argument. */
export interface CrashPlan {
  readonly dir: string;
  readonly point: CrashPoint;
  /** Dies at this passing of the point. */
  readonly times: number;
  readonly batches: number;
  readonly recordBytes: number;
  readonly durability: "full" | "os";
}

/** The n-th record of the stream. */
export function recordOf(stream: string, n: number, bytes: number): Buffer {
  return Buffer.from(`${stream}${n}`.padEnd(bytes, "."));
}
