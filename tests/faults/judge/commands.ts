import { type AguiEvent, EventType, type ResumeEntry } from "@throughline/protocol";
import type { Entry } from "../history.ts";
import { type Evidence, isFork, type StoredRun, wasRestored } from "./evidence.ts";
import { type Slice, slicesOf } from "./slices.ts";

/** Acknowledged ⊆ L, and each command has one effect (R1, R4, R5). */
export function judgeCommands(evidence: Evidence): string[] {
  // What a restore takes back was rightly acknowledged; the trials without one judge that.
  if (wasRestored(evidence)) return [];
  const facts = factsOf(evidence);
  return [
    ...judgeStarts(facts),
    ...judgeRecords(facts, evidence.runs),
    ...judgeCancels(facts, evidence),
    ...judgeAnswers(facts),
    ...judgePauses(facts),
    ...judgeForks(facts, evidence),
  ];
}

interface Facts {
  readonly entries: readonly Entry[];
  readonly runs: ReadonlyMap<string, StoredRun>;
  /** By run id; more than one is a finding. */
  readonly slices: ReadonlyMap<string, readonly Slice[]>;
}

function factsOf({ entries, runs, threads }: Evidence): Facts {
  const slices = new Map<string, Slice[]>();
  for (const [thread, { events }] of threads) {
    if (isFork(thread)) continue;
    for (const slice of slicesOf(thread, events).slices) {
      slices.set(slice.runId, [...(slices.get(slice.runId) ?? []), slice]);
    }
  }
  return { entries, runs, slices };
}

function of(entries: readonly Entry[], what: string, phase?: Entry["phase"]): Entry[] {
  return entries.filter((entry) => entry.what === what && (phase === undefined || entry.phase === phase));
}

function byRun(entries: readonly Entry[]): [run: string, entries: Entry[]][] {
  return [...Map.groupBy(entries, ({ run }) => run ?? "")];
}

function judgeStarts({ entries, runs, slices }: Facts): string[] {
  const problems: string[] = [];
  for (const [run, tries] of byRun(of(entries, "start"))) {
    const accepted = new Set(tries.filter(({ phase }) => phase === "ok").map(({ about }) => about));
    const stored = slices.get(run) ?? [];
    if (accepted.size > 1) problems.push(`R4: ${run} was accepted with two inputs`);
    if (accepted.size > 0 && !runs.has(run)) problems.push(`L1: the start of ${run} was acknowledged and is lost`);
    for (const slice of stored) {
      const said = textOf(slice);
      if (accepted.size > 0 && !accepted.has(said))
        problems.push(`R4: ${run} runs with an input that was not accepted`);
      if (!tries.some(({ about }) => about === said)) problems.push(`L: ${run} has an input that nobody gave it`);
    }
    const outcomes = tries.filter(({ phase }) => phase !== "invoke");
    const refused = outcomes.length > 0 && outcomes.every(({ phase }) => phase === "fail");
    if (refused && stored.length > 0) problems.push(`R4: every start of ${run} was refused, and it ran`);
  }
  for (const [run, executions] of byRun(of(entries, "run"))) {
    if (executions.length > 1) problems.push(`R4: the agent of ${run} ran ${executions.length} times`);
  }
  return problems;
}

/** The stored record of a run says what its events say (S3). */
function judgeRecords({ slices }: Facts, runs: ReadonlyMap<string, StoredRun>): string[] {
  const problems: string[] = [];
  for (const [run, found] of slices) {
    const [slice] = found;
    const record = runs.get(run);
    if (found.length > 1) problems.push(`R4: ${run} stands in the log ${found.length} times`);
    if (slice === undefined || record === undefined) {
      problems.push(`S3: ${run} has events and no record`);
      continue;
    }
    const end = slice.from + slice.events.length - 1;
    if (record.startSeq !== slice.from)
      problems.push(`S3: ${run} starts at ${slice.from}, its record says ${record.startSeq}`);
    if (slice.ended && record.endSeq !== end)
      problems.push(`S3: ${run} ends at ${end}, its record says ${record.endSeq}`);
    const status = statusIn(slices, slice);
    if (slice.ended && record.status !== status)
      problems.push(`S3: ${run} is ${status}, its record says ${record.status}`);
  }
  for (const { runId, status } of runs.values()) {
    const rests = ["cancelled", "failed"].includes(status) || slices.has(runId);
    if (!rests) problems.push(`R1: ${runId} is ${status} and has no events`);
  }
  return problems;
}

function judgeCancels({ entries, slices, runs }: Facts, { cancels }: Evidence): string[] {
  const problems: string[] = [];
  const asked = new Set(of(entries, "cancel", "invoke").map(({ run }) => run));
  for (const { run = "" } of of(entries, "cancel", "ok")) {
    const slice = slices.get(run)?.[0];
    if (runs.get(run)?.status !== "cancelled")
      problems.push(`R5: the cancel of ${run} was acknowledged, and it is not cancelled`);
    else if (slice !== undefined && statusIn(slices, slice) !== "cancelled")
      problems.push(`R5: ${run} was cancelled and ended otherwise`);
  }
  for (const { runId, parentRunId, status } of runs.values()) {
    if (status !== "cancelled" || asked.has(runId) || cancels.byInterrupt || cancels.byLeaving) continue;
    // One that only tells of questions which somebody's cancel has withdrawn.
    if (slices.get(runId)?.some((slice) => entriesOf(slice).some((entry) => entry.status === "cancelled"))) continue;
    // One that was to go on from a question of a run whose cancel took the answer back.
    if (asked.has(parentRunId ?? undefined)) continue;
    problems.push(`R5: ${runId} is cancelled, and nobody asked for it`);
  }
  return problems;
}

/** One answer to a question wins; it is the one that was acknowledged, and the run that goes on has it. */
function judgeAnswers({ entries, slices }: Facts): string[] {
  const problems: string[] = [];
  const cancelled = new Set(of(entries, "cancel", "invoke").map(({ run }) => run));
  const given = Map.groupBy(of(entries, "answer"), ({ about = "" }) => about.slice(0, about.indexOf(" ")));
  const used = Map.groupBy(
    [...slices.values()].flat().flatMap((slice) => resumesOf(slice)),
    ({ question }) => question,
  );
  for (const [question, resumptions] of used) {
    if (resumptions.length > 1) problems.push(`R4: ${resumptions.length} runs go on from ${question}`);
    const tried = given.get(question)?.some(({ about }) => about === `${question} ${resumptions[0]?.answer}`);
    if (tried !== true) problems.push(`L: ${question} has an answer that nobody gave`);
  }
  for (const [question, answers] of given) {
    const accepted = new Set(answers.filter(({ phase }) => phase === "ok").map(({ about }) => about));
    if (accepted.size > 1) problems.push(`R4: ${question} was answered ${accepted.size} times`);
    const stored = used.get(question)?.[0];
    // A cancel of the run that asked takes back what has not begun.
    const mayBeTakenBack = answers.some(({ run }) => cancelled.has(run));
    for (const about of accepted) {
      if (stored === undefined && mayBeTakenBack) continue;
      if (stored === undefined) problems.push(`L1: the answer to ${question} was acknowledged and is lost`);
      else if (about !== `${question} ${stored.answer}`)
        problems.push(`R4: another answer to ${question} than the accepted`);
    }
  }
  return problems;
}

function judgePauses({ entries, slices }: Facts): string[] {
  return of(entries, "pause", "ok").flatMap(({ run = "" }) => {
    const events = slices.get(run)?.[0]?.events ?? [];
    const held = events.some((event) => event.type === EventType.CUSTOM && event.name === "run.paused");
    return held ? [] : [`L1: the pause of ${run} was acknowledged and is lost`];
  });
}

/** A fork shares its source's events, and closes what it cuts. */
function judgeForks({ entries }: Facts, { threads }: Evidence): string[] {
  return of(entries, "fork", "ok").flatMap(({ thread = "", about = "" }) => {
    const [target = "", at = ""] = about.split("@");
    const source = threads.get(thread)?.events.slice(0, Number(at));
    const fork = threads.get(target)?.events;
    if (fork === undefined) return [`L1: the fork ${target} was acknowledged and is lost`];
    const same = JSON.stringify(fork.slice(0, Number(at))) === JSON.stringify(source);
    return same ? [] : [`L6: the fork ${target} does not begin as its source`];
  });
}

function statusOf(event: AguiEvent | undefined): string {
  if (event?.type === EventType.RUN_ERROR) return "failed";
  const outcome = event?.type === EventType.RUN_FINISHED ? event.outcome?.type : undefined;
  return outcome === "cancelled" ? "cancelled" : outcome === "interrupt" ? "waiting" : "completed";
}

/** What its record has to say of a run. One that asked is cancelled with the withdrawal of its questions. */
function statusIn(slices: Facts["slices"], { events }: Slice): string {
  const last = events.at(-1);
  const status = statusOf(last);
  if (last?.type !== EventType.RUN_FINISHED || last.outcome?.type !== "interrupt") return status;
  const asked = new Set(last.outcome.interrupts.map(({ id }) => id));
  const entries = [...slices.values()].flat().flatMap((slice) => entriesOf(slice));
  const withdrawn = entries.some((entry) => entry.status === "cancelled" && asked.has(entry.interruptId));
  return withdrawn ? "cancelled" : status;
}

function textOf({ events }: Slice): string | undefined {
  const [started] = events;
  const content = started?.type === EventType.RUN_STARTED ? started.input?.messages.at(-1)?.content : undefined;
  return typeof content === "string" ? content : undefined;
}

/** The answers that a run goes on from; what was withdrawn is none. */
function resumesOf(slice: Slice): { question: string; answer: string }[] {
  return entriesOf(slice)
    .filter(({ status }) => status !== "cancelled")
    .map(({ interruptId, payload }) => ({ question: interruptId, answer: String(payload) }));
}

function entriesOf({ events }: Slice): readonly ResumeEntry[] {
  const [started] = events;
  return started?.type === EventType.RUN_STARTED ? (started.input?.resume ?? []) : [];
}
