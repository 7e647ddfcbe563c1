import type { Json, JsonObject } from "@throughline/protocol";
import { isObject } from "../builder/input.ts";
import type { Run } from "../builder/run.ts";

export type StepStatus = "pending" | "running" | "completed" | "failed";

/** One step: a tool and what it is to be called with. Everything here is JSON, as it lies in the shared state. */
export interface PlanStep {
  readonly stepId: string;
  /** Counts from 1. */
  readonly order: number;
  readonly tool: string;
  readonly title: string;
  readonly status: StepStatus;
  readonly args: JsonObject;
  /** Steps that must be completed before this one can begin. */
  readonly needs: readonly string[];
  /** How often it has been tried; absent while it is pending. */
  readonly attempts?: number;
  readonly result?: Json;
  /** Why it failed. */
  readonly message?: string;
}

/**
 * What is to be done for one request. It lives in the thread's shared state under `plan`, so that
 * clients see it grow and an answer, or another try, goes on where the last run stopped.
 */
export interface Plan {
  readonly request: string;
  /** What people have answered while it was made, by the question's key. */
  readonly answers: { readonly [key: string]: string };
  readonly steps: readonly PlanStep[];
}

/** The plan in a thread's state; undefined where there is none of this shape. */
export function planIn(state: unknown): Plan | undefined {
  const plan = isObject(state) ? state["plan"] : undefined;
  if (!isObject(plan) || typeof plan["request"] !== "string" || !isObject(plan["answers"])) return undefined;
  const steps = plan["steps"];
  return Array.isArray(steps) && steps.every(isStep) ? (plan as unknown as Plan) : undefined;
}

function isStep(step: unknown): boolean {
  if (!isObject(step)) return false;
  const texts = [step["stepId"], step["tool"], step["title"], step["status"]];
  return texts.every((text) => typeof text === "string") && isObject(step["args"]) && Array.isArray(step["needs"]);
}

/** Puts a plan into the state, beside whatever else is there. */
export async function writePlan(run: Run, plan: Plan): Promise<void> {
  const { value } = run.state;
  await run.state.set({ ...(isObject(value) ? value : {}), plan: plan as unknown as Json });
}

/** Changes one step in the state. @returns the step as it is now */
export async function changeStep(run: Run, step: PlanStep, change: Partial<PlanStep>): Promise<PlanStep> {
  const path = `/plan/steps/${step.order - 1}`;
  const operations = Object.entries(change).map(([field, value]) => ({
    op: "add" as const,
    path: `${path}/${field}`,
    value,
  }));
  await run.state.patch(operations);
  return { ...step, ...change };
}

/** What a step's events and the run's result tell of it. */
export function stepFacts(step: PlanStep): { readonly [field: string]: Json } {
  const { stepId, order, tool, title, status, result, message } = step;
  return {
    stepId,
    order,
    tool,
    title,
    status,
    ...(result === undefined ? {} : { result }),
    ...(message === undefined ? {} : { message }),
  };
}

/** Makes the steps that are not completed ready for another try. */
export function reopened(plan: Plan): Plan {
  const steps = plan.steps.map((step): PlanStep => {
    if (step.status === "completed") return step;
    const { attempts: _attempts, message: _message, ...rest } = step;
    return { ...rest, status: "pending" };
  });
  return { ...plan, steps };
}
