import {
  type AckFrame,
  type CommandFrame,
  ERRORS,
  type ErrorCode,
  type Logger,
  type Outcome,
  ThroughlineError,
} from "@throughline/protocol";
import { authorize } from "../access/authorize.ts";
import type { Principal } from "../access/principal.ts";
import { type ForkPorts, forkThread } from "../runs/lifecycle/fork.ts";
import { checkId } from "../threads/names.ts";
import { carryOut, type CarryOutPorts } from "../transports/carry-out.ts";

export interface CommandPorts extends CarryOutPorts, ForkPorts {
  readonly logger: Logger;
  /** Who answers a start in a thread without runs that names nobody; undefined on a server without agents. */
  readonly defaultAgent: string | undefined;
}

/** Who gives commands. */
export interface CommandSource {
  readonly principal: Principal;
  readonly clientId: string;
}

export const NATIVE_DIALECT = "native";

/** Does what the command asks for and says what came of it (N17). Never rejects. */
export async function carryOutFrame(
  ports: CommandPorts,
  by: CommandSource,
  { id, thread, command }: CommandFrame,
): Promise<AckFrame> {
  try {
    checkId("id", id);
    checkId("thread", thread);
    if (command.type === "fork") return await fork(ports, by, { id, thread, command });
    const agent = command.type === "start" ? (command.agent ?? (await agentOf(ports, by, thread))) : "";
    const address = { clientId: by.clientId, threadId: thread, agent, named: true };
    const commander = { principal: by.principal, address, dialect: NATIVE_DIALECT };
    return acknowledged(id, await carryOut(ports, commander, { ...command, id }));
  } catch (cause) {
    const { code, message } = ThroughlineError.from(cause);
    if (code === "internal") ports.logger.error("a command failed", { command: command.type, error: cause });
    return refused(id, code, code === "internal" ? "Something went wrong in the server." : message);
  }
}

function acknowledged(id: string, outcome: Outcome): AckFrame {
  if (!outcome.ok) return refused(id, outcome.code, outcome.message);
  const { runId, duplicate } = outcome;
  return {
    type: "ack",
    id,
    ok: true,
    ...(runId === undefined || runId === "" ? {} : { run_id: runId }),
    ...(duplicate === true ? { duplicate } : {}),
  };
}

function refused(id: string, code: ErrorCode, message: string): AckFrame {
  return { type: "ack", id, ok: false, code, message, remedy: ERRORS[code].remedy };
}

/**
 * Who answers a start that names nobody (N19).
 * @throws invalid_input
 */
async function agentOf(ports: CommandPorts, { principal }: CommandSource, thread: string): Promise<string> {
  authorize(principal, "start", thread);
  const { view } = await ports.threads.open(principal.tenant, thread);
  const agent = view.runs.at(-1)?.agent ?? ports.defaultAgent;
  if (agent === undefined) throw new ThroughlineError("invalid_input", '"agent" names nobody, and nobody is served.');
  return agent;
}

/** @throws forbidden, not_found, stream_exists, invalid_input, trimmed */
async function fork(
  ports: CommandPorts,
  { principal, clientId }: CommandSource,
  { id, thread, command }: { id: string; thread: string; command: CommandFrame["command"] & { type: "fork" } },
): Promise<AckFrame> {
  const noted = { action: "fork", dialect: NATIVE_DIALECT, tenant: principal.tenant, threadId: thread, clientId };
  const note = (details: Record<string, string>): void =>
    ports.audit.note({ ...noted, subject: principal.subject, details });
  try {
    authorize(principal, "fork", thread);
    const commandId = JSON.stringify([principal.subject, `${clientId}:${id}`]);
    const options = { target: command.thread, at: command.at, commandId };
    const { thread: made, duplicate } = await forkThread(ports, principal.tenant, thread, options);
    note({ outcome: "ok", thread: made.id });
    return { type: "ack", id, ok: true, thread: made.id, ...(duplicate ? { duplicate } : {}) };
  } catch (error) {
    note({ outcome: "refused", code: ThroughlineError.from(error).code });
    throw error;
  }
}
