import type { EventType } from "@ag-ui/core";
import type { AguiEvent, Interrupt, ResumeEntry, RunAgentInput, RunFinishedEvent, RunStartedEvent } from "../events.ts";
import { lastIndex, type Draft } from "./draft.ts";
import { addMessages } from "./history.ts";
import { failWorking } from "./team.ts";
import { leaveUnfinished, noteResult } from "./tools.ts";
import type { RunView } from "./view.ts";

/** A run's life: its start, its holds, its one end. */

export function startRun(draft: Draft, event: RunStartedEvent, seq: number): void {
  const { input } = event;
  draft.list("runs").push({
    runId: event.runId,
    parentRunId: event.parentRunId ?? null,
    agent: agentOf(event),
    status: "running",
    startSeq: seq,
    endSeq: null,
    startedAt: event.timestamp ?? null,
    endedAt: null,
    error: null,
  });
  draft.view.status = "running";
  draft.view.progress = null;
  draft.view.confidence = null;
  if (input !== undefined) takeInput(draft, input, event.timestamp ?? null);
}

/** Whom a run was started with: the agent that its first event names; null where it names none. */
export function agentOf({ input }: RunStartedEvent): string | null {
  const props: unknown = input?.forwardedProps;
  const agent: unknown = typeof props === "object" && props !== null ? Reflect.get(props, "agent") : null;
  return typeof agent === "string" ? agent : null;
}

/** What came with the run: a person's messages, results of tools the application ran, answers. */
function takeInput(draft: Draft, input: RunAgentInput, at: number | null): void {
  addMessages(draft, input.messages);
  for (const message of input.messages) {
    if (message.role === "tool" && isAwaited(draft, message.toolCallId)) {
      noteResult(draft, message.toolCallId, message.content, at);
    }
  }
  if (input.resume !== undefined) takeAnswers(draft, input.runId, input.resume);
}

/** What is answered is pending no more, and stands where the conversation was. */
function takeAnswers(draft: Draft, answerRunId: string, entries: readonly ResumeEntry[]): void {
  const answers = new Map(entries.map((entry) => [entry.interruptId, entry]));
  const afterMessageId = draft.view.messages.at(-1)?.id ?? null;
  for (const pending of draft.view.pendingInterrupts) {
    const entry = answers.get(pending.interrupt.id);
    if (entry === undefined) continue;
    const { status, payload: answer = null } = entry;
    draft.list("answeredInterrupts").push({ ...pending, answerRunId, status, answer, afterMessageId });
    if (status === "cancelled") cancelWaiting(draft, pending.runId);
  }
  draft.view.pendingInterrupts = draft.view.pendingInterrupts.filter(({ interrupt }) => !answers.has(interrupt.id));
}

/** Nobody is to answer the run any more. */
function cancelWaiting(draft: Draft, runId: string): void {
  const index = lastIndex(draft.view.runs, (run) => run.runId === runId);
  if (draft.view.runs[index]?.status === "waiting") draft.edit("runs", index).status = "cancelled";
}

function isAwaited(draft: Draft, toolCallId: string): boolean {
  return draft.view.toolCalls.some((call) => call.toolCallId === toolCallId && call.status === "running");
}

export function finishRun(draft: Draft, event: RunFinishedEvent, seq: number): void {
  const { outcome, timestamp: at = null } = event;
  if (outcome?.type === "interrupt") {
    addInterrupts(draft, event.runId, outcome.interrupts);
    return endRun(draft, seq, at, "waiting", null);
  }
  if (outcome?.type !== "cancelled") {
    if (event.result !== undefined && draft.view.runs.length > 0) {
      draft.edit("runs", draft.view.runs.length - 1).result = event.result;
    }
    return endRun(draft, seq, at, "completed", null);
  }
  cutShort(draft, at);
  endRun(draft, seq, at, "cancelled", null);
}

export function failRun(draft: Draft, event: Extract<AguiEvent, { type: EventType.RUN_ERROR }>, seq: number): void {
  const { timestamp: at = null } = event;
  cutShort(draft, at);
  endRun(draft, seq, at, "failed", { code: event.code ?? null, message: event.message });
}

function cutShort(draft: Draft, at: number | null): void {
  leaveUnfinished(draft, at);
  failWorking(draft, at);
}

function endRun(
  draft: Draft,
  seq: number,
  at: number | null,
  status: RunView["status"],
  error: RunView["error"],
): void {
  const last = draft.view.runs.length - 1;
  if (last >= 0) Object.assign(draft.edit("runs", last), { status, endSeq: seq, endedAt: at, error });
  if (status === "failed") draft.view.status = "failed";
  else draft.view.status = draft.view.pendingInterrupts.length > 0 ? "waiting" : "idle";
}

function addInterrupts(draft: Draft, runId: string, interrupts: readonly Interrupt[]): void {
  const ids = new Set(interrupts.map((interrupt) => interrupt.id));
  draft.view.pendingInterrupts = [
    ...draft.view.pendingInterrupts.filter(({ interrupt }) => !ids.has(interrupt.id)),
    ...interrupts.map((interrupt) => ({ runId, interrupt })),
  ];
}

/** Holds a run or lets it go on; a run that has ended stays as it ended. */
export function holdRun(draft: Draft, runId: string, status: "paused" | "running"): void {
  const index = lastIndex(draft.view.runs, (run) => run.runId === runId);
  const run = draft.view.runs[index];
  if (run === undefined || run.endSeq !== null) return;
  draft.edit("runs", index).status = status;
  draft.view.status = status;
}

/** As many as a page may still be waiting for. */
const MOST_WITHDRAWN = 100;

/** Notes a start that never runs. */
export function withdrawRun(draft: Draft, runId: string, code: string | null): void {
  const withdrawn = draft.list("withdrawnRuns");
  withdrawn.push({ runId, code });
  if (withdrawn.length > MOST_WITHDRAWN) withdrawn.shift();
}
