import type { Analysis } from "../analysis/analyse.ts";
import type { Level } from "../analysis/levels.ts";
import { bar, change, dataLine, label, number, percent, price } from "./format.ts";
import { trendWords } from "./notes.ts";

/** The team's report in Markdown. It describes what prices did; it advises nothing. */
export function reportMarkdown(analyses: readonly Analysis[]): string {
  const title = `# ${reportTitle(analyses)}`;
  const comparison = analyses.length > 1 ? [comparisonSection(analyses)] : [];
  const sections = analyses.flatMap((analysis) => instrumentSections(analysis, analyses.length > 1));
  return `${[title, ...analyses.map(summary), ...comparison, ...sections, dataSection(analyses)].join("\n\n")}\n`;
}

export function reportTitle(analyses: readonly Analysis[]): string {
  return `${analyses.map(label).join(" and ")}: market report`;
}

function summary(analysis: Analysis): string {
  const { last, risk, trend } = analysis;
  const place = risk.belowHigh === 0 ? "its highest close" : `${percent(-risk.belowHigh)} below its highest close`;
  return (
    `${label(analysis)} closed at ${price(last.close, analysis)} (${bar(last.time, analysis)}), ${place}. ` +
    `The trend line of its last ${trend.bars} bars is ${trendWords(analysis)}, and volatility over the last 60 bars ran at ` +
    `${percent(risk.recentVolatility)} a year, against ${percent(risk.volatility)} over the whole range.`
  );
}

function comparisonSection(analyses: readonly Analysis[]): string {
  const header = ["", ...analyses.map(label)];
  const spans = ["1 month", "3 months", "1 year", "whole range"];
  const changeOver = (analysis: Analysis, span: string): string => {
    const found = analysis.changes.find((one) => one.span === span);
    return found === undefined ? "n/a" : change(found.change);
  };
  return `## Side by side\n\n${table([
    header,
    ["Last close", ...analyses.map((one) => `${price(one.last.close, one)} (${bar(one.last.time, one)})`)],
    ...spans.map((span) => [`Change, ${span}`, ...analyses.map((one) => changeOver(one, span))]),
    ["Trend", ...analyses.map(trendWords)],
    ["Volatility a year", ...analyses.map(({ risk }) => percent(risk.volatility))],
    ["Deepest fall", ...analyses.map(({ risk }) => percent(risk.drawdown.depth))],
  ])}`;
}

function instrumentSections(analysis: Analysis, several: boolean): string[] {
  const sections = [priceSection(analysis), trendSection(analysis), levelSection(analysis), riskSection(analysis)];
  return several ? [`## ${label(analysis)}`, ...sections.map((section) => `#${section}`)] : sections;
}

function priceSection(analysis: Analysis): string {
  const { last, high, low, changes } = analysis;
  return `## Price\n\n${table([
    ["Measure", "Value", "When"],
    ["Last close", price(last.close, analysis), bar(last.time, analysis)],
    ["Highest close", price(high.close, analysis), bar(high.time, analysis)],
    ["Lowest close", price(low.close, analysis), bar(low.time, analysis)],
    ...changes.map((one) => [`Change, ${one.span}`, change(one.change), `to ${bar(last.time, analysis)}`]),
  ])}`;
}

function trendSection(analysis: Analysis): string {
  const { trend, signals } = analysis;
  const rows = signals.map(({ name, leaning, note }) => [name, reading(name, analysis), leaning, note]);
  return (
    `## Trend and indicators\n\nThe line that fits the last ${trend.bars} bars best is ${trendWords(analysis)}: ` +
    `from ${price(trend.from.price, analysis)} (${bar(trend.from.time, analysis)}) to ${price(trend.to.price, analysis)} (${bar(trend.to.time, analysis)}).\n\n` +
    `${table([["Indicator", "Reading", "Leans", "Note"], ...rows])}\n\n${agreementSentence(analysis)}`
  );
}

function agreementSentence({ signals, confidence }: Analysis): string {
  const count = (way: string): number => signals.filter(({ leaning }) => leaning === way).length;
  const [up, down, neutral] = [count("up"), count("down"), count("neutral")];
  return `${up} readings lean up, ${down} down, ${neutral} neither way. Confidence ${number(confidence)}: how far they agree, and how good the data are.`;
}

/** The figures behind a signal. */
function reading(name: string, { indicators, last, trend, ...rest }: Analysis): string {
  const { sma20, sma50, rsi14, macd, bands } = indicators;
  const show = (value: number | undefined): string => (value === undefined ? "n/a" : price(value, rest));
  if (name.startsWith("Trend")) return `${change(trend.perBar)} a bar`;
  if (name.startsWith("Price")) return `${show(last.close)} / ${show(sma50)}`;
  if (name.startsWith("SMA")) return `${show(sma20)} / ${show(sma50)}`;
  if (name.startsWith("MACD")) return macd === undefined ? "n/a" : `${number(macd.line)} / ${number(macd.signal)}`;
  if (name.startsWith("RSI")) return rsi14 === undefined ? "n/a" : number(rsi14);
  return `${show(bands?.lower)} to ${show(bands?.upper)}`;
}

function levelSection(analysis: Analysis): string {
  const { levels, last } = analysis;
  const row =
    (kind: string) =>
    (level: Level): string[] => [
      kind,
      price(level.price, analysis),
      change(level.price / last.close - 1),
      String(level.touches),
      bar(level.lastTouch, analysis),
    ];
  const rows = [...levels.resistances.toReversed().map(row("Resistance")), ...levels.supports.map(row("Support"))];
  const body =
    rows.length === 0
      ? "No turning points stand out."
      : table([["Level", "Price", "From last close", "Turns", "Last turn"], ...rows]);
  return `## Support and resistance\n\n${body}`;
}

function riskSection(analysis: Analysis): string {
  const { risk } = analysis;
  const { drawdown } = risk;
  const span = drawdown.depth === 0 ? "" : `${bar(drawdown.peak, analysis)} to ${bar(drawdown.trough, analysis)}`;
  return `## Risk\n\n${table([
    ["Measure", "Value", "When"],
    ["Volatility a year", percent(risk.volatility), "whole range"],
    ["Volatility a year", percent(risk.recentVolatility), "last 60 bars"],
    ["Deepest fall", percent(drawdown.depth), span],
    [
      "Made up again",
      drawdown.depth === 0 ? "n/a" : drawdown.recovered === undefined ? "not yet" : "yes",
      drawdown.recovered === undefined ? "" : bar(drawdown.recovered, analysis),
    ],
    ["Below the highest close", percent(risk.belowHigh), bar(analysis.last.time, analysis)],
    ["Worst bar", change(risk.worst.change), bar(risk.worst.time, analysis)],
    ["Best bar", change(risk.best.change), bar(risk.best.time, analysis)],
    ["5th percentile of changes a bar", change(risk.oneInTwenty), "whole range"],
  ])}`;
}

function dataSection(analyses: readonly Analysis[]): string {
  const lines = analyses.map((analysis) => `- ${label(analysis)}: ${dataLine(analysis.series)}.`);
  const simulated = analyses.some(({ series }) => series.source === "simulated");
  const warning = simulated
    ? "\n\n**Simulated prices are made up from the symbol's letters. They say nothing about the real market.**"
    : "";
  return `## Data\n\n${lines.join("\n")}\n\nEvery figure above is computed from these prices alone and holds for their last date.${warning}`;
}

function table([header = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
