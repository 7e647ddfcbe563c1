import { type Json, ThroughlineError } from "@throughline/protocol";
import type { ControlWrite, StreamLog } from "@throughline/log";
import { keys } from "../threads/names.ts";
import type { AskRecord, StartRequest } from "./records.ts";

/** What an answer comes to. */
export interface Answered {
  /** Commits the answer; refused when somebody else's came first. */
  readonly write: ControlWrite;
  /** The run that asked. */
  readonly askedBy: string;
  /** The run to start, once all questions of the asking run are answered. */
  readonly resumption?: StartRequest;
}

/**
 * Takes one answer to a question of the thread's.
 * @param by who answers, as the thread will show it
 * @param runId of the run to start
 * @throws not_found, already_answered
 */
export async function answerQuestion(
  log: StreamLog,
  at: { readonly tenant: string; readonly threadId: string },
  answer: { readonly interruptId: string; readonly value: Json; readonly by: string; readonly runId: string },
): Promise<Answered> {
  const key = keys.ask(at.tenant, at.threadId, answer.interruptId);
  const stored = await log.control(key);
  if (stored === undefined) throw new ThroughlineError("not_found", `There is no question "${answer.interruptId}".`);
  const ask = JSON.parse(stored) as AskRecord;
  if (ask.answer !== undefined) throw new ThroughlineError("already_answered", "Somebody answered first.");
  const answered: AskRecord = { ...ask, answer: { value: answer.value, by: answer.by } };
  const write = { key, value: JSON.stringify(answered), expect: stored };
  const siblings = await siblingsOf(log, at, answered);
  if (siblings.some((sibling) => sibling.answer === undefined)) return { write, askedBy: ask.runId };
  return { write, askedBy: ask.runId, resumption: resumption(answer.runId, answered, siblings) };
}

/** The other questions of the run that asked this one. */
async function siblingsOf(
  log: StreamLog,
  at: { readonly tenant: string; readonly threadId: string },
  ask: AskRecord,
): Promise<AskRecord[]> {
  const found = await log.controls(keys.asks(at.tenant, at.threadId));
  return found
    .map(({ value }) => JSON.parse(value) as AskRecord)
    .filter((other) => other.runId === ask.runId && other.interruptId !== ask.interruptId);
}

function resumption(runId: string, last: AskRecord, others: readonly AskRecord[]): StartRequest {
  return {
    runId,
    agent: last.agent,
    parentRunId: last.runId,
    resume: [...others, last].map(({ interruptId, answer }) => ({
      interruptId,
      status: "resolved" as const,
      payload: answer?.value,
      metadata: { answeredBy: answer?.by },
    })),
  };
}
