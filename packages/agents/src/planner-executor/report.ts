import { bytes, change, count, number, percent } from "../analyst/format.ts";
import type { Plan, PlanStep } from "./plan.ts";
import type { HttpAnswer } from "./tools/http-get.ts";
import type { Comparison, Loaded, Statistics } from "./tools/market.ts";

/** What the person is told in the end: Markdown from what the steps came to. */

export const HELP =
  "I can compare and describe prices (*compare AAPL and MSFT*), calculate (*what is 12% of 3450*), fetch a page " +
  "(*fetch https://…*) and make tasks (*make a task for the better one*), one after the other in one request.";

/** How each tool's result reads; a result has the shape its tool gave it. */
const WORDS: { readonly [tool: string]: ((result: never) => string) | undefined } = {
  load_series: seriesLine,
  series_statistics: statisticsLine,
  compare_series: comparisonLine,
  calculate: ({ value }: { readonly value: number }) => `The result is ${figure(value)}.`,
  http_get: pageLine,
  create_task: ({ title, task_id }: { readonly title: string; readonly task_id: string }) =>
    `The task "${title}" is stored (${task_id}).`,
};

/** What a completed step came to, in a sentence or two; empty for one that is not completed. */
export function describeResult({ tool, result, status }: PlanStep): string {
  const words = WORDS[tool] as ((result: unknown) => string) | undefined;
  return status === "completed" && result !== undefined ? (words?.(result) ?? JSON.stringify(result)) : "";
}

/** The whole report. Loading speaks for itself, so it is left out unless it failed or is all there was. */
export function reportMarkdown(plan: Plan): string {
  const onlyLoads = plan.steps.every(({ tool }) => tool === "load_series");
  const told = plan.steps.filter(({ tool, status }) => onlyLoads || tool !== "load_series" || status === "failed");
  return [...told.map(section), `${summaryLine(plan)}\n`].join("\n");
}

/** One sentence on how the plan went. */
export function summaryLine({ steps }: Plan): string {
  const failed = steps.filter(({ status }) => status === "failed");
  if (steps.length === 0) return "There was nothing to do.";
  if (failed.length === 0) return steps.length === 1 ? "The one step is done." : `All ${steps.length} steps are done.`;
  return `${steps.length - failed.length} of ${steps.length} steps are done; ${failed.length} failed.`;
}

function section(step: PlanStep): string {
  if (step.status === "failed") return `**${step.title}** failed: ${step.message ?? "no reason given"}\n`;
  const table = step.tool === "compare_series" ? `\n${comparisonTable(step.result as unknown as Comparison)}` : "";
  return `**${step.title}.** ${describeResult(step)}\n${table}`;
}

function seriesLine({ name, bars, from, to, source, last_close }: Loaded): string {
  return `${name}: ${count(bars)} bars from ${from} to ${to} (${source}), last close ${number(last_close)}.`;
}

function statisticsLine(row: Statistics): string {
  const risk = `${percent(row.yearly_volatility)} volatility a year, deepest fall ${percent(row.deepest_fall)}`;
  return `${seriesLine(row)} Change ${change(row.change)} (${change(row.yearly_change)} a year), ${risk}.`;
}

function comparisonLine({ rows, period, by_change, by_change_per_risk }: Comparison): string {
  const shown = rows.map((row) => `${row.symbol}${simulated(row)} ${change(row.change)}`).join(", ");
  const when =
    period === "common" ? `${rows[0]?.from} to ${rows[0]?.to}` : "each over its own time, as they share none";
  const best =
    by_change[0] === by_change_per_risk[0] ? `and for its risk too` : `${by_change_per_risk[0]} for its risk`;
  return `${shown} (${when}). ${by_change[0]} did best, ${best}.`;
}

function comparisonTable({ rows }: Comparison): string {
  const lines = rows.map(
    (row) =>
      `| ${row.symbol}${simulated(row)} | ${change(row.change)} | ${change(row.yearly_change)} | ` +
      `${percent(row.yearly_volatility)} | ${percent(row.deepest_fall)} |`,
  );
  return [
    "| | change | a year | volatility | deepest fall |",
    "| --- | ---: | ---: | ---: | ---: |",
    ...lines,
    "",
  ].join("\n");
}

/** Made-up prices are never shown without saying so. */
function simulated({ source }: Loaded): string {
  return source === "simulated" ? " (simulated)" : "";
}

function pageLine({ url, status, type, bytes: size, truncated, text }: HttpAnswer): string {
  const cut = truncated ? ", cut" : "";
  const body = text === undefined ? "" : `\n\n\`\`\`\n${excerpt(text)}\n\`\`\``;
  return `${url} answered ${status} (${type === "" ? "no type" : type}, ${bytes(size)}${cut}).${body}`;
}

function excerpt(text: string): string {
  const lines = text.trim().replaceAll("```", "'''").slice(0, 400).split("\n").slice(0, 8);
  return lines.join("\n");
}

const FIGURE = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 15 });

function figure(value: number): string {
  return FIGURE.format(value);
}
