import type { Analysis } from "../analysis/analyse.ts";
import type { Level } from "../analysis/levels.ts";
import { bar, change, count, dataLine, label, number, percent, price } from "./format.ts";

/** What the members of the team say while they work: a sentence or three each. */

export function marketNote(analysis: Analysis): string {
  const { series, last, high } = analysis;
  const [first] = analysis.changes;
  const moved = first === undefined ? "" : `, ${change(first.change)} over ${first.span}`;
  return (
    `**${label(analysis)}**: ${dataLine(series)}. ` +
    `The last close is ${price(last.close, analysis)} (${bar(last.time, analysis)})${moved}. ` +
    `The highest close was ${price(high.close, analysis)} (${bar(high.time, analysis)}).\n\n`
  );
}

export function technicalNote(analysis: Analysis): string {
  const { trend, indicators, signals, levels } = analysis;
  const up = signals.filter(({ leaning }) => leaning === "up").length;
  const down = signals.filter(({ leaning }) => leaning === "down").length;
  const rsi = indicators.rsi14 === undefined ? "" : ` RSI is ${number(indicators.rsi14)}.`;
  return (
    `Over the last ${trend.bars} bars the trend line is ${trendWords(analysis)}. ` +
    `Of ${signals.length} readings, ${up} lean up and ${down} down.${rsi} ` +
    `${capital(nearest("support", levels.supports[0], analysis))}; ${nearest("resistance", levels.resistances[0], analysis)}.\n\n`
  );
}

export function riskNote(analysis: Analysis): string {
  const { risk } = analysis;
  const { drawdown } = risk;
  const end =
    drawdown.recovered === undefined
      ? "and has not been made up since"
      : `and was made up by ${bar(drawdown.recovered, analysis)}`;
  const fall =
    drawdown.depth === 0
      ? "There was no fall below an earlier close. "
      : `The deepest fall, ${percent(drawdown.depth)}, ran from ${bar(drawdown.peak, analysis)} to ${bar(drawdown.trough, analysis)} ${end}. `;
  return (
    `Volatility is ${percent(risk.volatility)} a year (${percent(risk.recentVolatility)} over the last 60 bars). ${fall}` +
    `The worst single bar was ${change(risk.worst.change)} (${bar(risk.worst.time, analysis)}).\n\n`
  );
}

/** `rising 1.2% a bar (R² 0.90)` */
export function trendWords({ trend }: Analysis): string {
  const fit = `R² ${number(trend.fit)}`;
  if (trend.direction === "sideways") return `flat within its scatter (${fit})`;
  return `${trend.direction === "up" ? "rising" : "falling"} ${percent(Math.abs(trend.perBar))} a bar (${fit})`;
}

/** What the team says when it finds nothing to look at. */
export function helpText(available: readonly { readonly name: string; readonly symbol: string }[]): string {
  const list = available.map(({ name, symbol }) => (name === symbol ? symbol : `${name} (${symbol})`)).join(", ");
  return (
    "I could not find an instrument in that. Name one by its name, ticker or cashtag, for example " +
    '"Analyze Bitcoin", "compare AAPL and MSFT" or "$TSLA monthly".\n\n' +
    `There are real data for ${count(available.length)}: ${list}. Any other symbol is simulated, and labelled so.`
  );
}

function nearest(side: string, level: Level | undefined, analysis: Analysis): string {
  if (level === undefined) return `nothing stands out as ${side}`;
  return `the nearest ${side} is ${price(level.price, analysis)}`;
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
