import { ThroughlineError } from "@throughline/protocol";
import { keys, placeIn } from "../../threads/names.ts";
import type { Threads } from "../../threads/threads.ts";
import { ReportedNames } from "../remote/reported-names.ts";
import { StoredAssembly } from "../remote/stored-assembly.ts";
import { closingEvents } from "../run/closing.ts";
import type { RunPorts } from "../run/ports.ts";
import { type Compose, inOneBatch, RunBatches } from "../stored/batches.ts";
import type { ActiveRun, Ending, RunRecord } from "../stored/records.ts";
import { forEachThread } from "./each-for-itself.ts";
import { finishForks } from "./fork.ts";

/** What an earlier process left behind. */
export interface LeftBehind {
  /** Runs it was executing, now ended with `worker_lost`. */
  readonly ended: number;
  /** Threads with a run that is worked on elsewhere, and goes on. */
  readonly elsewhere: readonly { readonly tenant: string; readonly threadId: string }[];
  /** Threads in whose queue something waits. */
  readonly waiting: readonly { readonly tenant: string; readonly threadId: string }[];
}

interface Lease {
  readonly tenant: string;
  readonly threadId: string;
  /** As it is stored. */
  readonly lease: string;
  readonly held: ActiveRun;
}

const LOST: Ending = {
  type: "error",
  code: "worker_lost",
  message: "The server stopped while the agent was running.",
};

/**
 * Ends every run whose process has died (R1, R3). An in-process lease follows its process's life, so
 * all that an earlier incarnation holds is lost, at once, however fresh it looks. A run that is worked
 * on elsewhere outlives the process, as long as there is still a way to its worker.
 */
export async function recoverRuns(ports: RunPorts, threads: Threads): Promise<LeftBehind> {
  const leases = (await ports.log.controls(keys.allActive, { limit: Number.MAX_SAFE_INTEGER }))
    .map(({ key, value }) => ({ ...placeIn(key), lease: value, held: JSON.parse(value) as ActiveRun }))
    .filter(({ held }) => held.incarnation !== ports.incarnation);
  const goesOn = ({ held, threadId }: Lease): boolean =>
    held.elsewhere === true && ports.workers?.serves(threadId) === true;
  const lost = leases.filter((one) => !goesOn(one));
  const ended = await forEachThread(ports.logger, lost, (one) => endLostRun(ports, threads, one));
  await finishForks({ log: ports.log, threads, clock: ports.clock }, ports.logger);
  const queues = await ports.log.controls(keys.allQueues, { limit: Number.MAX_SAFE_INTEGER });
  const waiting = new Map(queues.map(({ key }) => [key.slice(0, key.lastIndexOf("/")), placeIn(key)]));
  return { ended, elsewhere: leases.filter(goesOn), waiting: [...waiting.values()] };
}

async function endLostRun(ports: RunPorts, threads: Threads, { tenant, threadId, lease, held }: Lease): Promise<void> {
  const { runId } = held;
  const thread = await threads.open(tenant, threadId);
  const stored = await ports.log.control(keys.run(tenant, runId));
  if (stored === undefined) throw new ThroughlineError("corrupt", `Run "${runId}" holds a thread but is not recorded.`);
  const record = JSON.parse(stored) as RunRecord;
  const run = { runId, startSeq: record.startSeq ?? 1 };
  const events = await closingEvents(thread, run, LOST, ports.clock.now());
  const ended = new RunBatches(thread, ports).ended(record, lease, LOST, events);
  const names = await ReportedNames.load(ports.log, tenant, threadId, runId);
  const assembly = await StoredAssembly.load(ports.log, tenant, threadId, runId);
  const forget: Compose = () => ({ records: [], controls: [...names.removal(), ...assembly.writes([])] });
  await thread.writer.write({ compose: inOneBatch([ended, forget]) });
}
