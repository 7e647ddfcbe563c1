import { type Json, type JsonObject, newTask, type Random, ThroughlineError } from "@throughline/protocol";
import type { Run } from "../../builder/run.ts";
import type { MarketData } from "../../market/market-data.ts";
import type { Plan, PlanStep } from "../plan.ts";
import { describeResult } from "../report.ts";
import { evaluate } from "./expression.ts";
import type { HttpGet } from "./http-get.ts";
import { compareSeries, type Comparison, loadSeries, statisticsOf } from "./market.ts";

/** What the executor works with. */
export interface Workshop {
  readonly data: MarketData;
  readonly http: HttpGet;
  /** Spreads the waits between tries. */
  readonly random: Random;
}

/** Something a step can be done with. */
interface Tool {
  /**
   * Makes the arguments final before the step begins, asking the person where that takes them.
   * @throws ThroughlineError `invalid_input` where they cannot be made so
   */
  readonly settle?: (run: Run, step: PlanStep, plan: Plan) => Promise<JsonObject>;
  /** Does it once. A repeat with the same arguments does no harm. */
  readonly work: (workshop: Workshop, run: Run, args: JsonObject, signal: AbortSignal) => unknown;
}

/** What is kept of a fetched body; the rest would weigh on everybody who follows the thread. */
const SHOWN_CHARACTERS = 2_000;

const TOOLBOX: ReadonlyMap<string, Tool> = new Map<string, Tool>([
  ["load_series", { work: ({ data }, _run, args) => loadSeries(data, text(args, "symbol"), timeframe(args)) }],
  ["series_statistics", { work: ({ data }, _run, args) => statisticsOf(data, text(args, "symbol"), timeframe(args)) }],
  ["compare_series", { work: ({ data }, _run, args) => compareSeries(data, symbols(args), timeframe(args)) }],
  ["calculate", { work: (_workshop, _run, args) => ({ value: evaluate(text(args, "expression")) }) }],
  ["http_get", { work: ({ http }, _run, args, signal) => fetchPage(http, text(args, "url"), signal) }],
  ["create_task", { settle: settleTask, work: (_workshop, run, args) => createTask(run, args) }],
]);

/** @throws ThroughlineError `invalid_input` for a tool there is not, such as in a plan of an older version */
export function toolNamed(name: string): Tool {
  const tool = TOOLBOX.get(name);
  if (tool === undefined) throw new ThroughlineError("invalid_input", `There is no tool "${name}".`);
  return tool;
}

async function fetchPage(http: HttpGet, url: string, signal: AbortSignal): Promise<Json> {
  const { text: body, truncated, ...answer } = await http(url, signal);
  if (body === undefined) return { ...answer, truncated };
  return { ...answer, truncated: truncated || body.length > SHOWN_CHARACTERS, text: body.slice(0, SHOWN_CHARACTERS) };
}

async function createTask(run: Run, args: JsonObject): Promise<Json> {
  const { clock, tasks } = run.host;
  const id = text(args, "task_id");
  const title = text(args, "title");
  const content = { title, description: text(args, "description"), tags: ["planner-executor"] };
  await tasks.put(newTask(id, content, clock.now()));
  return { task_id: id, title };
}

/** Finds out what the task is about, and gives it the id that all tries share. */
async function settleTask(run: Run, step: PlanStep, plan: Plan): Promise<JsonObject> {
  const id = typeof step.args["task_id"] === "string" ? step.args["task_id"] : run.host.ids.next("task");
  const needed = plan.steps.find(({ stepId }) => step.needs.includes(stepId));
  const description = needed === undefined ? "" : describeResult(needed);
  const about = step.args["about"];
  const title = typeof step.args["title"] === "string" ? step.args["title"] : undefined;
  if (title !== undefined) return { ...step.args, title, description, task_id: id };
  const chosen =
    about === "previous" || needed === undefined
      ? (needed?.title ?? step.title)
      : await pick(run, step, needed.result as unknown as Comparison, about === "worse");
  return { ...step.args, title: `Look into: ${chosen}`, description, task_id: id };
}

/** The better or worse of those compared. Where gain and risk disagree, the person decides. */
async function pick(run: Run, step: PlanStep, comparison: Comparison, worse: boolean): Promise<string> {
  const at = worse ? -1 : 0;
  const byChange = comparison.by_change.at(at) ?? "";
  const byRisk = comparison.by_change_per_risk.at(at) ?? "";
  if (byChange === byRisk) return nameOf(comparison, byChange);
  const rank = worse ? "worst" : "best";
  const question = `${byChange} did ${rank}, but for its risk ${byRisk} did. Which one do you mean?`;
  const answer = await run.ask(question, { key: `choose:${step.stepId}`, options: [byChange, byRisk] });
  const named = [byChange, byRisk].filter((symbol) => answer.toUpperCase().includes(symbol));
  if (named.length === 1) return nameOf(comparison, named[0] ?? "");
  throw new ThroughlineError("invalid_input", `"${answer}" does not say whether ${byChange} or ${byRisk} is meant.`);
}

function nameOf({ rows }: Comparison, symbol: string): string {
  const name = rows.find((row) => row.symbol === symbol)?.name ?? symbol;
  return name === symbol ? symbol : `${name} (${symbol})`;
}

function text(args: JsonObject, name: string): string {
  const value = args[name];
  if (typeof value === "string") return value;
  throw new ThroughlineError("invalid_input", `The argument "${name}" is missing.`);
}

function timeframe(args: JsonObject): string | undefined {
  return typeof args["timeframe"] === "string" ? args["timeframe"] : undefined;
}

function symbols(args: JsonObject): string[] {
  const given = args["symbols"];
  return Array.isArray(given) ? given.filter((symbol) => typeof symbol === "string") : [];
}
