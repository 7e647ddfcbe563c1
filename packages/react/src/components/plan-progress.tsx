import type { ReactNode } from "react";
import type { ProgressView } from "@throughline/protocol";
import { duration, percent, whole } from "../format.ts";
import { type PlanStep, shareOf } from "../transcript/plan.ts";
import type { StepOutcome } from "../transcript/step-outcome.ts";
import { Icon } from "./icon.tsx";

export interface PlanProgressProps {
  readonly steps?: readonly PlanStep[];
  readonly progress?: ProgressView | null;
  /** 0 to 1. */
  readonly confidence?: number | null;
  readonly className?: string;
  /** Shows one step. */
  readonly children?: (step: PlanStep) => ReactNode;
}

/** How far a run is in its plan, and how sure. Shows nothing where neither is known. */
export function PlanProgress({ steps = [], progress = null, confidence = null, ...rest }: PlanProgressProps) {
  if (steps.length === 0 && progress === null && confidence === null) return null;
  const { className, children } = rest;
  const done = steps.filter(({ outcome }) => outcome === "done").length;
  return (
    <section data-tl="plan-progress" aria-label="Plan" className={className}>
      {progress !== null && (
        <Measure
          label="Progress"
          value={shareOf(progress)}
          words={`${whole(progress.current)} / ${whole(progress.total)}`}
        />
      )}
      {progress?.message != null && <p data-tl="detail">{progress.message}</p>}
      {steps.length > 0 && (
        <>
          <p data-tl="summary">
            Plan {done} / {steps.length}
          </p>
          <ol>
            {steps.map((step, index) => (
              <li key={index} data-state={step.outcome}>
                {children === undefined ? <Step {...step} /> : children(step)}
              </li>
            ))}
          </ol>
        </>
      )}
      {confidence !== null && <Measure label="Confidence" value={confidence} words={confidence.toFixed(2)} />}
    </section>
  );
}

const ICONS = { done: "check", active: "clock", cut: "cut" } as const;
const WORDS: Readonly<Record<StepOutcome, string>> = { done: "done", active: "under way", cut: "not finished" };

function Step({ name, outcome, ms }: PlanStep) {
  return (
    <>
      <Icon name={ICONS[outcome]} />
      <span data-tl="name">{name}</span>
      <span data-tl="detail">{ms === null ? WORDS[outcome] : duration(ms)}</span>
    </>
  );
}

interface MeasureProps {
  readonly label: string;
  /** 0 to 1. */
  readonly value: number;
  readonly words: string;
}

function Measure({ label, value, words }: MeasureProps) {
  const full = percent(value);
  return (
    <div data-tl="measure">
      <span>{label}</span>
      <span data-tl="detail">{words}</span>
      <div role="progressbar" aria-label={label} aria-valuenow={full} aria-valuemin={0} aria-valuemax={100}>
        <div style={{ width: `${full}%` }} />
      </div>
    </div>
  );
}
