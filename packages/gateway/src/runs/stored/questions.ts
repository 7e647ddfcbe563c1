import { type Json, type ResumeEntry, ThroughlineError } from "@throughline/protocol";
import type { ControlWrite, StreamLog } from "@throughline/log";
import { keys } from "../../threads/names.ts";
import type { Thread } from "../../threads/thread.ts";
import { isInterruptId } from "./bounds.ts";
import { askWrites } from "./inbox.ts";
import type { AskRecord, RunRecord, StartRequest } from "./records.ts";

/** What an answer comes to. */
export interface Answered {
  /** Commits the answer; refused when somebody else's came first. */
  readonly writes: readonly ControlWrite[];
  /** The run that asked. */
  readonly askedBy: string;
  /** The run to start, once all questions of the asking run are answered. */
  readonly resumption?: StartRequest;
}

/**
 * Takes one answer to a question of the thread's.
 * @param by who answers, as the thread will show it
 * @param runId of the run to start
 * @throws invalid_input, not_found, already_answered
 */
export async function answerQuestion(
  log: StreamLog,
  thread: Thread,
  answer: { readonly interruptId: string; readonly value: Json; readonly by: string; readonly runId: string },
): Promise<Answered> {
  const { interruptId } = answer;
  if (!isInterruptId(interruptId)) throw new ThroughlineError("invalid_input", "That can be no question's id.");
  // AG-UI has no room for it in the RUN_STARTED that hands the answers over.
  if (answer.value === null) throw new ThroughlineError("invalid_input", "Nothing, or null, is no answer.");
  const askedBy = askerOf(thread, interruptId);
  const key = askedBy === undefined ? undefined : keys.ask(thread.tenant, thread.id, askedBy, interruptId);
  const stored = key === undefined ? undefined : await log.control(key);
  if (key === undefined || stored === undefined)
    throw new ThroughlineError("not_found", `There is no question "${interruptId}".`);
  const ask = JSON.parse(stored) as AskRecord;
  if (ask.answer !== undefined) throw new ThroughlineError("already_answered", "Somebody answered first.");
  if (ask.withdrawn === true) throw new ThroughlineError("already_answered", "The question was cancelled.");
  const answered: AskRecord = { ...ask, answer: { value: answer.value, by: answer.by } };
  const writes = askWrites(thread, answered, stored);
  const siblings = await siblingsOf(log, thread, answered);
  if (siblings.some((sibling) => sibling.answer === undefined)) return { writes, askedBy: ask.runId };
  return { writes, askedBy: ask.runId, resumption: resumption(answer.runId, answered, siblings) };
}

/** The run that asked the question last. */
function askerOf({ view }: Thread, interruptId: string): string | undefined {
  const asked = [...view.answeredInterrupts, ...view.pendingInterrupts];
  return asked.findLast(({ interrupt }) => interrupt.id === interruptId)?.runId;
}

/** The other questions of the run that asked this one. */
async function siblingsOf(log: StreamLog, { tenant, id }: Thread, ask: AskRecord): Promise<AskRecord[]> {
  const found = await log.controls(keys.asks(tenant, id, ask.runId), { limit: Number.MAX_SAFE_INTEGER });
  return found
    .map(({ value }) => JSON.parse(value) as AskRecord)
    .filter(({ interruptId }) => interruptId !== ask.interruptId);
}

function resumption(runId: string, last: AskRecord, others: readonly AskRecord[]): StartRequest {
  return {
    runId,
    agent: last.agent,
    parentRunId: last.runId,
    resume: [...others, last].map(resumeEntry),
  };
}

function resumeEntry({ interruptId, answer }: AskRecord): ResumeEntry {
  if (answer === undefined) return { interruptId, status: "cancelled" };
  return { interruptId, status: "resolved", payload: answer.value, metadata: { answeredBy: answer.by } };
}

/** What becomes of open questions that nobody is to answer any more. */
export interface Withdrawal {
  /** Closes them; refused when an answer came first. */
  readonly writes: readonly ControlWrite[];
  /** The run that tells the thread so, and is cancelled as it begins. */
  readonly request: StartRequest;
  /** The runs that asked, and wait for no answer any more. */
  readonly asked: readonly RunRecord[];
}

/**
 * Withdraws the thread's open questions: a later answer is refused with `already_answered`.
 * @param runId of the run that tells
 * @param askedBy only those of this run
 * @returns undefined when none is open
 */
export async function withdrawQuestions(
  log: StreamLog,
  thread: Thread,
  runId: string,
  askedBy?: string,
): Promise<Withdrawal | undefined> {
  const pending = thread.view.pendingInterrupts.filter((one) => askedBy === undefined || one.runId === askedBy);
  const stored = await Promise.all(
    pending.map(async (one) => {
      const key = keys.ask(thread.tenant, thread.id, one.runId, one.interrupt.id);
      const value = await log.control(key);
      return value === undefined ? [] : [{ value, ask: JSON.parse(value) as AskRecord }];
    }),
  );
  const asks = stored.flat();
  const last = asks.at(-1)?.ask;
  if (last === undefined) return undefined;
  const writes = asks
    .filter(({ ask }) => ask.answer === undefined)
    .flatMap(({ value, ask }) => askWrites(thread, { ...ask, withdrawn: true }, value));
  const resume = asks.map(({ ask }) => resumeEntry(ask));
  const asked = await recordsOf(log, thread, new Set(asks.map(({ ask }) => ask.runId)));
  return { writes, request: { runId, agent: last.agent, parentRunId: last.runId, resume }, asked };
}

/** The runs' records; a fork knows the questions of runs that are its source's. */
async function recordsOf(log: StreamLog, { tenant, id }: Thread, runIds: Iterable<string>): Promise<RunRecord[]> {
  const stored = await Promise.all([...runIds].map((runId) => log.control(keys.run(tenant, runId))));
  return stored
    .flatMap((value) => (value === undefined ? [] : [JSON.parse(value) as RunRecord]))
    .filter(({ threadId, status }) => threadId === id && status === "waiting");
}

/**
 * Opens the question again whose answer was to start this run, which never begins; nothing for a start
 * of another kind.
 */
export async function reopenQuestion(
  log: StreamLog,
  { tenant, id }: Thread,
  { parentRunId, resume }: StartRequest,
): Promise<ControlWrite[]> {
  const last = resume?.at(-1);
  if (parentRunId === undefined || last === undefined) return [];
  const key = keys.ask(tenant, id, parentRunId, last.interruptId);
  const stored = await log.control(key);
  if (stored === undefined) return [];
  const { answer: _undone, ...ask } = JSON.parse(stored) as AskRecord;
  return askWrites({ tenant, id }, ask, stored);
}
