/** What a failed write means for the log. */
import { Refused } from "../core/refused.ts";
import type { GroupReply } from "../core/ops.ts";

export type WriteFault = Extract<GroupReply, { type: "failed" }>["refusal"];

/** @param error what SQLite threw */
export function writeFault(error: unknown): WriteFault {
  const { code = "", message } = error as { code?: string; message: string };
  if (error instanceof Refused && error.refusal.code === "corrupt") return { ...error.refusal, code: "corrupt" };
  if (code === "SQLITE_FULL")
    return { code: "storage_full", message: "The disk is full; nothing of this was written." };
  // Our statements are sound, so one that SQLite does not understand has met a damaged schema.
  if (code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB" || code === "SQLITE_ERROR") {
    return { code: "corrupt", message: `The log file is damaged (${code}: ${message}).` };
  }
  // After a failed sync the kernel may forget what it could not write, so trying again would prove nothing.
  return { code: "unavailable", message: `The disk failed (${code || message}); whether this was written is unknown.` };
}
