import type { RunView } from "@throughline/protocol";
import { duration } from "../format.ts";

/** How a run ended, in words. */
export interface EndingWords {
  readonly outcome: "done" | "stopped" | "failed";
  /** `Done`, `Stopped`, `The run was cut short`. */
  readonly label: string;
  /** `in 3.2 s`, `after 3.2 s`; null where its times are not known. */
  readonly took: string | null;
  /** What failed, as a stable code; null for what did not fail or has none. */
  readonly code: string | null;
  /** Why it failed; null for what did not fail. */
  readonly reason: string | null;
}

/** What became of a run that has ended. */
export function endingOf({ status, startedAt, endedAt, error }: RunView): EndingWords {
  const outcome = status === "completed" ? "done" : status === "failed" ? "failed" : "stopped";
  const took = startedAt === null || endedAt === null ? null : duration(endedAt - startedAt);
  const code = outcome === "failed" ? (error?.code ?? null) : null;
  return {
    outcome,
    label: LABELS[outcome],
    took: took === null ? null : `${outcome === "done" ? "in" : "after"} ${took}`,
    code,
    reason: outcome === "failed" ? (REASONS[code ?? ""] ?? error?.message ?? null) : null,
  };
}

const LABELS: Readonly<Record<EndingWords["outcome"], string>> = {
  done: "Done",
  stopped: "Stopped",
  failed: "The run was cut short",
};

/** What the reader wants to know of an end that no agent has words for. */
const REASONS: Readonly<Record<string, string>> = {
  worker_lost: "What ran the agent died. All that was said until then is kept; ask again to start over.",
  server_restart: "The server restarted before the agent was done. All that was said until then is kept.",
};
