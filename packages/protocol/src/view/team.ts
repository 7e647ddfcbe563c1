import type { EventType } from "@ag-ui/core";
import type { AguiEvent, SubagentStartedEvent } from "../events.ts";
import { lastIndex, type Draft } from "./draft.ts";
import type { SubagentView } from "./view.ts";

type Of<Type extends EventType> = Extract<AguiEvent, { type: Type }>;

/** The named agents of every run, and the steps of the newest run that had any. */

export function startSubagent(draft: Draft, event: SubagentStartedEvent, runId: string): void {
  const emoji: unknown = event.metadata?.["emoji"];
  draft.list("subagents").push({
    subagentRunId: event.subagentRunId,
    runId,
    parentSubagentRunId: event.parentSubagentRunId ?? null,
    name: event.name,
    emoji: typeof emoji === "string" ? emoji : null,
    status: "working",
    message: null,
    startedAt: event.timestamp ?? null,
    endedAt: null,
  });
}

export function finishSubagent(draft: Draft, event: Of<EventType.SUBAGENT_FINISHED>): void {
  const status = event.outcome?.type === "suspended" ? "suspended" : "completed";
  endSubagent(draft, event.subagentRunId, status, null, event.timestamp ?? null);
}

export function failSubagent(draft: Draft, event: Of<EventType.SUBAGENT_ERROR>): void {
  endSubagent(draft, event.subagentRunId, "failed", event.message, event.timestamp ?? null);
}

function endSubagent(
  draft: Draft,
  id: string,
  status: SubagentView["status"],
  message: string | null,
  at: number | null,
): void {
  const index = lastIndex(draft.view.subagents, (subagent) => subagent.subagentRunId === id);
  if (index < 0) return;
  Object.assign(draft.edit("subagents", index), { status, message, endedAt: at });
}

/** A run that fails takes with it whoever still worked. */
export function failWorking(draft: Draft, at: number | null): void {
  for (const { status, subagentRunId } of draft.view.subagents) {
    if (status === "working") endSubagent(draft, subagentRunId, "failed", null, at);
  }
}

export function startStep(draft: Draft, event: Of<EventType.STEP_STARTED>, runId: string): void {
  if (draft.view.steps.at(-1)?.runId !== runId) draft.view.steps = [];
  draft.list("steps").push({
    name: event.stepName,
    runId,
    subagentRunId: event.subagentRunId ?? null,
    status: "running",
    startedAt: event.timestamp ?? null,
    endedAt: null,
  });
}

export function finishStep(draft: Draft, event: Of<EventType.STEP_FINISHED>): void {
  const owner = event.subagentRunId ?? null;
  const index = lastIndex(
    draft.view.steps,
    (step) => step.status === "running" && step.name === event.stepName && step.subagentRunId === owner,
  );
  if (index >= 0) Object.assign(draft.edit("steps", index), { status: "completed", endedAt: event.timestamp ?? null });
}
