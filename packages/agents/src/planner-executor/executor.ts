import { type JsonObject, type Json, type Random, ThroughlineError } from "@throughline/protocol";
import { Asked } from "../builder/questions.ts";
import type { Run } from "../builder/run.ts";
import type { Pace } from "../pace.ts";
import { changeStep, planIn, type Plan, type PlanStep, stepFacts } from "./plan.ts";
import { toolNamed, type Workshop } from "./tools/toolbox.ts";

const MOST_TRIES = 3;
/** The wait before the second try; the third waits twice as long. */
const BACK_OFF_MS = 400;
const THINK_MS = 300;

/**
 * Runs the steps that are not completed, in their order. A step that fails for good takes with it those
 * that need it; the others go on.
 * @returns the plan as it is then
 */
export async function executePlan(run: Run, workshop: Workshop, pace: Pace): Promise<Plan> {
  for (const { stepId } of currentPlan(run).steps) {
    const plan = currentPlan(run);
    const step = plan.steps.find((one) => one.stepId === stepId);
    if (step === undefined || step.status === "completed") continue;
    await run.progress(step.order - 1, plan.steps.length, step.title);
    await pace.think(run, THINK_MS);
    await new StepRunner(run, workshop).perform(step, plan);
  }
  const { steps } = currentPlan(run);
  await run.progress(steps.length, steps.length);
  return currentPlan(run);
}

/** @throws ThroughlineError `agent_error` when somebody else has taken the plan out of the state */
function currentPlan(run: Run): Plan {
  const plan = planIn(run.state.value);
  if (plan === undefined) throw new ThroughlineError("agent_error", "The plan is no longer in the thread's state.");
  return plan;
}

/** Does one step: settles what it is called with, tries it, keeps the plan current. */
class StepRunner {
  readonly #run: Run;
  readonly #workshop: Workshop;

  constructor(run: Run, workshop: Workshop) {
    this.#run = run;
    this.#workshop = workshop;
  }

  async perform(step: PlanStep, plan: Plan): Promise<void> {
    const ready = await this.#settle(step, plan);
    const begun: PlanStep = "problem" in ready ? step : { ...step, args: ready.args };
    const running = await changeStep(this.#run, begun, { status: "running", args: begun.args, attempts: 1 });
    await this.#run.step(
      step.stepId,
      () => ("problem" in ready ? this.#fail(running, ready.problem) : this.#try(running)),
      { metadata: stepFacts(running), outcome: stepFacts },
    );
  }

  /** What the step is called with, or why it cannot be called. A question is asked here, before the step begins. */
  async #settle(step: PlanStep, plan: Plan): Promise<{ readonly args: JsonObject } | { readonly problem: string }> {
    const missing = plan.steps.find(({ stepId, status }) => step.needs.includes(stepId) && status !== "completed");
    if (missing !== undefined) return { problem: `It needs "${missing.title}", which failed.` };
    try {
      const { settle } = toolNamed(step.tool);
      return { args: settle === undefined ? step.args : await settle(this.#run, step, plan) };
    } catch (error) {
      if (error instanceof Asked || this.#run.signal.aborted) throw error;
      return { problem: ThroughlineError.from(error).message };
    }
  }

  async #try(step: PlanStep): Promise<PlanStep> {
    const { work } = toolNamed(step.tool);
    for (let attempt = 1; ; attempt += 1) {
      try {
        const call = (signal: AbortSignal): unknown => work(this.#workshop, this.#run, step.args, signal);
        const result = await this.#run.tool(step.tool, step.args, call);
        return await changeStep(this.#run, step, { status: "completed", result: (result ?? null) as Json });
      } catch (error) {
        if (error instanceof Asked || this.#run.signal.aborted) throw error;
        const { message, status } = ThroughlineError.from(error);
        // What is refused for what it is will be refused again.
        if (attempt === MOST_TRIES || status < 500) return await this.#fail(step, message);
        await this.#waitFor(step, attempt + 1, message);
      }
    }
  }

  /** Waits before another try, and says so. */
  async #waitFor(step: PlanStep, attempt: number, message: string): Promise<void> {
    const { steps } = currentPlan(this.#run);
    const note = `${step.title}: ${message} Trying again (${attempt} of ${MOST_TRIES}).`;
    await this.#run.progress(step.order - 1, steps.length, note);
    await changeStep(this.#run, step, { attempts: attempt });
    await this.#run.sleep(backOff(attempt, this.#workshop.random));
  }

  #fail(step: PlanStep, message: string): Promise<PlanStep> {
    return changeStep(this.#run, step, { status: "failed", message });
  }
}

/** Half of the wait is certain, the other half chance, so that many plans do not come back at once. */
function backOff(attempt: number, random: Random): number {
  return BACK_OFF_MS * 2 ** (attempt - 2) * (0.5 + random.next() / 2);
}
