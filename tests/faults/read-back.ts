import type { StreamLog } from "@throughline/log";
import type { AguiEvent } from "@throughline/protocol";
import type { StoredRun } from "./judge/evidence.ts";

/** The events of one life of a thread. */
export interface Generation {
  readonly epoch: string;
  readonly events: readonly AguiEvent[];
}

/** What a log holds. */
export interface Contents {
  readonly threads: Map<string, Generation>;
  readonly runs: Map<string, StoredRun>;
}

const ALL = 10_000;
/** Before the id in the name of a thread's stream; the audit has streams of other names. */
const TENANT = "default/";

/** Reads all that a log holds, as one who has just opened it, and closes it. */
export async function readBack(log: StreamLog): Promise<Contents> {
  const threads = new Map<string, Generation>();
  for (const { name, epoch, head } of await log.list(TENANT, { limit: ALL })) {
    const events: AguiEvent[] = [];
    while (events.length < head) {
      const { records } = await log.read(name, { after: events.length });
      for (const record of records) events.push(JSON.parse(Buffer.from(record).toString()) as AguiEvent);
    }
    threads.set(name.slice(TENANT.length), { epoch, events });
  }
  const records = await log.controls("run/", { limit: ALL });
  await log.close();
  const runs = records.map(({ value }) => JSON.parse(value) as StoredRun);
  return { threads, runs: new Map(runs.map((run) => [run.runId, run])) };
}
