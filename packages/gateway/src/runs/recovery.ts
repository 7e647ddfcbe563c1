import { ThroughlineError } from "@throughline/protocol";
import { keys, placeIn } from "../threads/names.ts";
import type { Threads } from "../threads/threads.ts";
import { RunBatches } from "./batches.ts";
import { closingEvents } from "./closing.ts";
import { finishForks } from "./fork.ts";
import { eachForItself } from "./each-for-itself.ts";
import type { RunPorts } from "./ports.ts";
import type { ActiveRun, Ending, RunRecord } from "./records.ts";

/** What an earlier process left behind. */
export interface LeftBehind {
  /** Runs it was executing, now ended with `worker_lost`. */
  readonly ended: number;
  /** Threads in whose queue something waits. */
  readonly waiting: readonly { readonly tenant: string; readonly threadId: string }[];
}

const LOST: Ending = {
  type: "error",
  code: "worker_lost",
  message: "The server stopped while the agent was running.",
};

/** How many threads are mended at once. */
const AT_ONCE = 16;

/**
 * Ends every run whose process has died (R1, R3). An in-process lease follows its process's life, so
 * all that an earlier incarnation holds is lost, at once, however fresh it looks.
 */
export async function recoverRuns(ports: RunPorts, threads: Threads): Promise<LeftBehind> {
  const leases = await ports.log.controls(keys.allActive, { limit: Number.MAX_SAFE_INTEGER });
  let ended = 0;
  const lost = leases.filter(({ value }) => (JSON.parse(value) as ActiveRun).incarnation !== ports.incarnation);
  for (let at = 0; at < lost.length; at += AT_ONCE) {
    const mended = await Promise.all(
      lost
        .slice(at, at + AT_ONCE)
        .map(({ key, value }) => eachForItself(ports.logger, { key }, () => endLostRun(ports, threads, key, value))),
    );
    ended += mended.filter(Boolean).length;
  }
  await finishForks({ log: ports.log, threads, clock: ports.clock }, ports.logger);
  const queues = await ports.log.controls(keys.allQueues, { limit: Number.MAX_SAFE_INTEGER });
  const waiting = new Map(queues.map(({ key }) => [key.slice(0, key.lastIndexOf("/")), placeIn(key)]));
  return { ended, waiting: [...waiting.values()] };
}

async function endLostRun(ports: RunPorts, threads: Threads, key: string, lease: string): Promise<void> {
  const { tenant, threadId } = placeIn(key);
  const { runId } = JSON.parse(lease) as ActiveRun;
  const thread = await threads.open(tenant, threadId);
  const stored = await ports.log.control(keys.run(tenant, runId));
  if (stored === undefined) throw new ThroughlineError("corrupt", `Run "${runId}" holds a thread but is not recorded.`);
  const record = JSON.parse(stored) as RunRecord;
  const run = { runId, startSeq: record.startSeq ?? 1 };
  const events = await closingEvents(thread, run, LOST, ports.clock.now());
  const compose = new RunBatches(thread, ports).ended(record, lease, LOST, events);
  await thread.writer.write({ compose });
}
