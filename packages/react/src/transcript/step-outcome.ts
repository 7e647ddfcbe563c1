import type { RunView, StepView } from "@throughline/protocol";

export type StepOutcome = "active" | "done" | "cut";

/**
 * How a step stands. A run that fails or is stopped first ends its open steps, as AG-UI wants it, at
 * the moment of its own end: those were cut short, not done.
 */
export function outcomeOf(step: StepView, run: RunView | null): StepOutcome {
  if (step.status === "running") return run?.endSeq === null ? "active" : "cut";
  const wasCut = run?.status === "failed" || run?.status === "cancelled";
  return wasCut && step.endedAt === run.endedAt ? "cut" : "done";
}
