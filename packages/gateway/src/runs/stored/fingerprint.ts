import { createHash } from "node:crypto";
import type { StartRequest } from "./records.ts";

/** What a run id stands for, in a few bytes: its thread, agent and input (R4). */
export function fingerprint(threadId: string, request: StartRequest): string {
  const meaning = [
    threadId,
    request.agent,
    request.text ?? null,
    sorted(request.context ?? null),
    request.parentRunId ?? null,
    sorted(request.resume ?? null),
  ];
  return createHash("sha256").update(JSON.stringify(meaning)).digest("base64url");
}

/** The same value with every object's keys in order, so that equal JSON gives equal text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
