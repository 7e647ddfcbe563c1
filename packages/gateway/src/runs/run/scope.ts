import { type ErrorCode, ThroughlineError } from "@throughline/protocol";
import type { ControlWrite } from "@throughline/log";
import { keys } from "../../threads/names.ts";
import type { Thread } from "../../threads/thread.ts";
import type { Compose, RunBatches } from "../stored/batches.ts";
import type { CommandLog } from "../stored/command-log.ts";
import type { RunRecord } from "../stored/records.ts";
import type { RunPorts } from "./ports.ts";

/** What all that works on one thread's runs shares. */
export interface RunScope {
  readonly thread: Thread;
  readonly ports: RunPorts;
  readonly batches: RunBatches;
  readonly commands: CommandLog;
}

/** Commits control records alone, and what joins them. */
export async function writeControls(
  { thread }: RunScope,
  controls: readonly ControlWrite[],
  joined: (batch: Compose) => Compose = (batch) => batch,
): Promise<void> {
  await thread.writer.write({ compose: joined(() => ({ records: [], controls })) });
}

/** What is stored of a run, whichever thread it is of. */
export async function recordOf({ thread, ports }: RunScope, runId: string): Promise<RunRecord | undefined> {
  const value = await ports.log.control(keys.run(thread.tenant, runId));
  return value === undefined ? undefined : (JSON.parse(value) as RunRecord);
}

export function refusal({ thread }: RunScope, code: ErrorCode, message: string): ThroughlineError {
  return new ThroughlineError(code, message, { details: { thread_id: thread.id } });
}
