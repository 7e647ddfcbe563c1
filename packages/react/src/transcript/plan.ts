import type { ProgressView, ThreadView } from "@throughline/protocol";
import { type AgentTag, agentTag } from "./agent-tag.ts";
import { outcomeOf, type StepOutcome } from "./step-outcome.ts";

export interface PlanStep {
  readonly name: string;
  readonly outcome: StepOutcome;
  /** How long it took, or has taken so far; null where that is not known. */
  readonly ms: number | null;
}

/** A step as a thread's view tells of it. */
export interface StepOfRun extends PlanStep {
  /** Of its own among the thread's steps. */
  readonly id: string;
  /** Who takes it; null for the run's agent itself. */
  readonly agent: AgentTag | null;
}

export interface PlanOfRun {
  readonly steps: readonly StepOfRun[];
  readonly progress: ProgressView | null;
  /** 0 to 1. */
  readonly confidence: number | null;
}

/**
 * What the newest run of a thread has planned, for `<PlanProgress {...planOfRun(view)} />`.
 *
 * @param now the run's time, in ms since the Unix epoch, to say how long open steps have taken so far
 */
export function planOfRun(view: ThreadView, now: number | null = null): PlanOfRun {
  const run = view.runs.at(-1) ?? null;
  const members = new Map(view.subagents.map((subagent) => [subagent.subagentRunId, subagent]));
  const steps = view.steps
    .filter(({ runId }) => runId === run?.runId)
    .map((step, index): StepOfRun => {
      const outcome = outcomeOf(step, run);
      const end = step.endedAt ?? (outcome === "active" ? now : null);
      const member = members.get(step.subagentRunId ?? "");
      return {
        id: `${step.runId} ${index}`,
        name: step.name,
        outcome,
        ms: step.startedAt === null || end === null ? null : Math.max(0, end - step.startedAt),
        agent: member === undefined ? null : agentTag(member.name, member.emoji),
      };
    });
  return { steps, progress: view.progress, confidence: view.confidence };
}

/** How far it is, from 0 to 1. */
export function shareOf({ current, total }: Pick<ProgressView, "current" | "total">): number {
  return total === 0 ? 0 : current / total;
}
