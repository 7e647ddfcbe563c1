import { type Agent, type Json, ThroughlineError } from "@throughline/protocol";
import { defineAgent } from "../builder/define-agent.ts";
import type { Run, Subagent } from "../builder/run.ts";
import { createPace, type Pace } from "../pace.ts";
import { askOnce } from "./ask-once.ts";
import { executePlan } from "./executor.ts";
import { type Plan, planIn, reopened, stepFacts, writePlan } from "./plan.ts";
import { makeSteps } from "./planner.ts";
import { HELP, reportMarkdown, summaryLine } from "./report.ts";
import { isAgain } from "./request.ts";
import type { Workshop } from "./tools/toolbox.ts";

export interface PlannerExecutorOptions extends Workshop {
  /** How long it takes over things: 1 (default) so that people can watch, 0 = at once. */
  readonly pace?: number;
}

const THOUGHT: Subagent = { name: "thought-agent", emoji: "🧠", description: "Makes the plan" };
const EXECUTOR: Subagent = { name: "executor-agent", emoji: "⚙️", description: "Runs the plan's steps with tools" };
const THINK_MS = 600;

const QUESTION = "What should be done?";
const EXAMPLES = ["Compare AAPL and MSFT and make a task for the better one", "What is 12% of 3450?"];

/**
 * One agent that plans and one that does: steps with real tools (prices, a calculator, tasks, HTTP GET to
 * an allowlist), asked about where the request leaves something open. The plan lies in the shared
 * state, so a run that carries on from an answer does no finished step again.
 */
export function plannerExecutor(options: PlannerExecutorOptions): Agent {
  const about = {
    name: "planner-executor",
    description: "Plans a request as steps and runs them with tools: prices, calculator, tasks, HTTP.",
  };
  const pace = createPace(options.pace ?? 1);
  return defineAgent(about, async (run) => {
    const plan = (await carriedOn(run)) ?? (await think(run, options, pace));
    if (plan.steps.length === 0) {
      await run.say(pace.typed(run, HELP));
      return resultOf(plan);
    }
    const done = await run.subagent(EXECUTOR, (sub) => execute(sub, options, pace), { show: counts });
    await run.say(pace.typed(run, reportMarkdown(done)));
    return resultOf(done);
  });
}

/** The plan of an earlier run that this one goes on with: after an answer, or when asked to try again. */
async function carriedOn(run: Run): Promise<Plan | undefined> {
  const plan = planIn(run.state.value);
  if (plan === undefined || plan.steps.length === 0) return undefined;
  if (run.answer !== undefined) return plan;
  if (!isAgain(run.text) || plan.steps.every(({ status }) => status === "completed")) return undefined;
  const again = reopened(plan);
  await writePlan(run, again);
  return again;
}

/** 🧠 makes the plan and puts it into the shared state. */
function think(run: Run, { data }: Workshop, pace: Pace): Promise<Plan> {
  const makePlan = async (sub: Run): Promise<Plan> => {
    const known = run.answer === undefined ? undefined : planIn(sub.state.value);
    // An earlier request's plan and answers have nothing to say in this one.
    if (known === undefined) await writePlan(sub, { request: run.text, answers: {}, steps: [] });
    await pace.think(sub, THINK_MS);
    const asRequested = await makeSteps(sub, known?.request ?? run.text, data);
    const steps = asRequested.length > 0 ? asRequested : await stepsAskedFor(sub, data);
    const plan = { request: run.text, answers: {}, ...planIn(sub.state.value), steps };
    await writePlan(sub, plan);
    return plan;
  };
  return run.subagent(THOUGHT, makePlan, { show: ({ steps }) => ({ plan: { steps: steps.map(stepFacts) } }) });
}

/** A request in which nothing can be done is asked about once. */
async function stepsAskedFor(sub: Run, data: Workshop["data"]): Promise<Plan["steps"]> {
  const answer = await askOnce(sub, "request", QUESTION, EXAMPLES);
  return answer.trim() === "" ? [] : makeSteps(sub, answer, data);
}

/** ⚙️ runs the steps. A plan of which nothing could be done is a failure of its own. */
async function execute(sub: Run, workshop: Workshop, pace: Pace): Promise<Plan> {
  const plan = await executePlan(sub, workshop, pace);
  if (plan.steps.some(({ status }) => status === "completed")) return plan;
  const [first] = plan.steps;
  const reason = `"${first?.title}" failed: ${first?.message ?? "no reason given"}`;
  throw new ThroughlineError("agent_error", `No step of the plan could be done. ${reason}`);
}

function counts(plan: Plan): Json {
  const completed = plan.steps.filter(({ status }) => status === "completed").length;
  return { summary: summaryLine(plan), completed, failed: plan.steps.length - completed };
}

function resultOf(plan: Plan): Json {
  return { summary: summaryLine(plan), steps: plan.steps.map(stepFacts) };
}
