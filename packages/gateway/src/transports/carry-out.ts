import { type Command, type Logger, type Outcome, ThroughlineError } from "@throughline/protocol";
import type { Principal } from "../access/principal.ts";
import type { Audit } from "../audit/audit.ts";
import type { Address } from "../dialects/registry.ts";
import type { Runs } from "../runs/runs.ts";
import { checkId } from "../threads/names.ts";

/** Who gives a command, and where. */
export interface Commander {
  readonly principal: Principal;
  readonly address: Address;
  readonly dialect: string;
}

export interface CarryOutPorts {
  readonly runs: Runs;
  readonly audit: Audit;
  readonly logger: Logger;
}

/** Does what a client's command asks for, and notes it. Never rejects. */
export async function carryOut(ports: CarryOutPorts, by: Commander, command: Command): Promise<Outcome> {
  const outcome = await attempt(ports, by, command);
  const { threadId, clientId } = by.address;
  const { subject, tenant } = by.principal;
  const details = outcome.ok
    ? { outcome: "ok", ...(outcome.runId === undefined ? {} : { run_id: outcome.runId }) }
    : { outcome: "refused", code: outcome.code };
  ports.audit.note({ action: command.type, dialect: by.dialect, tenant, threadId, clientId, subject, details });
  return outcome;
}

async function attempt({ runs, logger }: CarryOutPorts, by: Commander, command: Command): Promise<Outcome> {
  try {
    return await obey(runs, by, command);
  } catch (cause) {
    const error = ThroughlineError.from(cause);
    if (error.code === "internal") logger.error("a command failed", { command: command.type, error: cause });
    return { ok: false, code: error.code, message: error.message };
  }
}

async function obey(runs: Runs, { principal, address }: Commander, command: Command): Promise<Outcome> {
  const { threadId, clientId, agent } = address;
  const commandId = command.id === undefined ? undefined : `${clientId}:${checkId("id", command.id)}`;
  switch (command.type) {
    case "start": {
      const { runId, input, history } = command;
      const start = { runId, agent: command.agent ?? agent, input, history, clientId, commandId };
      return done(await runs.start(principal, threadId, start));
    }
    case "cancel":
      return done(await runs.cancel(principal, threadId, command.runId, commandId));
    case "answer": {
      const { interruptId, answer } = command;
      return done(await runs.answer(principal, threadId, { interruptId, answer, commandId }));
    }
    case "pause":
      return done(await runs.pause(principal, threadId, command.runId, commandId));
    case "resume":
      return done(await runs.resume(principal, threadId, command.runId, commandId));
  }
}

function done(started: { readonly runId: string; readonly duplicate: boolean }): Outcome {
  return { ok: true, ...started };
}
