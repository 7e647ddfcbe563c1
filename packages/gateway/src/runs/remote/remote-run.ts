import { ThroughlineError } from "@throughline/protocol";
import { recoverGrammar, type RunGrammar } from "@throughline/protocol/run";
import { encodeEvent } from "../../threads/codec.ts";
import { keys } from "../../threads/names.ts";
import { storedGrammar } from "../run/closing.ts";
import { agentInput, runStarted } from "../run/run-input.ts";
import { recordOf, type RunScope, writeControls } from "../run/scope.ts";
import type { Assignment, Workers } from "../run/workers.ts";
import { inOneBatch } from "../stored/batches.ts";
import type { ActiveRun, RunRecord, StartRequest } from "../stored/records.ts";
import { awaiting } from "./awaited.ts";
import type { HandOver } from "./hand-over.ts";
import { RemoteRunner } from "./remote-runner.ts";
import { ReportedNames } from "./reported-names.ts";
import { StoredAssembly } from "./stored-assembly.ts";

/** What a worker elsewhere is given of a start whose turn has come. */
export function assignmentOf({ thread, ports }: RunScope, request: StartRequest): Assignment {
  const { tenant, id, view } = thread;
  const started = runStarted(id, request, view, ports.clock);
  const questions = view.pendingInterrupts.map(({ interrupt }) => interrupt);
  return { tenant, threadId: id, request, input: agentInput(started, view), questions };
}

/**
 * Begins a run that a worker elsewhere has got, or is to get.
 * @throws what the log refuses for good
 */
export async function beginRemote(
  scope: RunScope,
  { queued: { key, request }, missing }: Pick<HandOver, "queued" | "missing">,
  workers: Workers,
): Promise<RemoteRunner> {
  const { thread, ports, batches } = scope;
  const started = runStarted(thread.id, request, thread.view, ports.clock);
  const lease = leaseOf(scope, request.runId);
  const more = missing === undefined ? [] : [awaiting(missing, ports.clock.now())];
  const compose = inOneBatch([
    batches.started(started, request, lease, key, []),
    () => ({ records: more.map(encodeEvent), controls: [] }),
  ]);
  const { first } = await thread.writer.write({ compose, insist: true });
  const grammar = recoverGrammar({ threadId: thread.id, runId: request.runId }, [started, ...more]);
  const place = [thread.tenant, thread.id, request.runId] as const;
  const [names, assembly] = [new ReportedNames(...place), StoredAssembly.none(...place)];
  const record = batches.projection.begun(request, first);
  return runnerOf(scope, { record, lease, workers, grammar, wasPaused: false, names, assembly });
}

/**
 * Takes over a run that an earlier process watched, as it stands in the log; its worker has gone on
 * meanwhile.
 * @param stored the lease as it is stored
 * @throws corrupt, and what the log refuses
 */
export async function restoreRemote(scope: RunScope, stored: string, workers: Workers): Promise<RemoteRunner> {
  const { thread, ports } = scope;
  const { runId } = JSON.parse(stored) as ActiveRun;
  const record = await recordOf(scope, runId);
  if (record === undefined) throw new ThroughlineError("corrupt", `Run "${runId}" holds a thread but is not recorded.`);
  const { grammar, wasPaused } = await storedGrammar(thread, { runId, startSeq: record.startSeq ?? 1 });
  const names = await ReportedNames.load(ports.log, thread.tenant, thread.id, runId);
  const assembly = await StoredAssembly.load(ports.log, thread.tenant, thread.id, runId);
  const lease = leaseOf(scope, runId);
  await writeControls(scope, [{ key: keys.active(thread.tenant, thread.id), value: lease, expect: stored }]);
  return runnerOf(scope, { record, lease, workers, grammar, wasPaused, names, assembly });
}

function leaseOf({ ports }: RunScope, runId: string): string {
  return JSON.stringify({ runId, incarnation: ports.incarnation, elsewhere: true } satisfies ActiveRun);
}

function runnerOf(
  { thread, ports, batches }: RunScope,
  run: {
    readonly record: RunRecord;
    readonly lease: string;
    readonly workers: Workers;
    readonly grammar: RunGrammar;
    readonly wasPaused: boolean;
    readonly names: ReportedNames;
    readonly assembly: StoredAssembly;
  },
): RemoteRunner {
  const { record, lease, workers, grammar, wasPaused, names, assembly } = run;
  const { runId, agent } = record;
  return new RemoteRunner({
    thread,
    runId,
    agent,
    clientId: record.clientId ?? undefined,
    paused: record.status === "paused",
    wasPaused,
    clock: ports.clock,
    logger: ports.logger.child({ threadId: thread.id, runId, agent }),
    workers,
    leaseMs: ports.workerLeaseMs,
    batches: {
      ended: (ending, events) => batches.ended(record, lease, ending, events),
      event: (event) => batches.event(event),
    },
    grammar,
    names,
    assembly,
    handedAt: record.createdAt,
  });
}
