import type { ControlWrite } from "@throughline/log";
import { idsOf } from "@throughline/protocol/run";
import { agentInput, runStarted } from "../run/run-input.ts";
import { refusal, type RunScope } from "../run/scope.ts";
import type { ActiveRun, StartRequest } from "../stored/records.ts";
import { Runner } from "./runner.ts";

/**
 * Begins a run of an agent of this process.
 * @throws unknown_agent, and what the log refuses
 */
export async function beginLocal(
  scope: RunScope,
  request: StartRequest,
  extra: {
    readonly commandId?: string | undefined;
    readonly writes?: readonly ControlWrite[];
    /** Where it waited, if it did. */
    readonly queueKey?: string;
  },
): Promise<Runner> {
  const { thread, ports, batches, commands } = scope;
  const agent = ports.agents.get(request.agent);
  if (agent === undefined) throw refusal(scope, "unknown_agent", `There is no agent "${request.agent}".`);
  const { clock, random, incarnation } = ports;
  const view = thread.view;
  const started = runStarted(thread.id, request, view, clock);
  const lease = JSON.stringify({ runId: request.runId, incarnation } satisfies ActiveRun);
  const batch = batches.started(started, request, lease, extra.queueKey, extra.writes ?? []);
  const { first } = await thread.writer.write({
    // What was promised a turn gets it, however long the disk is full.
    insist: extra.queueKey !== undefined,
    compose: commands.noting(extra.commandId, request.runId)(batch),
  });
  const record = batches.projection.begun(request, first);
  const logger = ports.logger.child({ threadId: thread.id, runId: request.runId, agent: request.agent });
  return new Runner({
    thread,
    started,
    clientId: request.clientId,
    clock,
    turns: ports.turns,
    logger,
    batches: {
      ended: (ending, events) => batches.ended(record, lease, ending, events),
      event: (event) => batches.event(event),
    },
    agent,
    input: agentInput(started, view),
    context: { logger, clock, ids: idsOf(random), view, ...ports.publishers(thread.tenant) },
  });
}
