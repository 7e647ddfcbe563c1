import { printChartCommand, type ChartCommand } from "@throughline/protocol";
import type { Analysis } from "../analysis/analyse.ts";
import { toCents } from "../market/round.ts";

/** How many bars the chart shows at first. */
const WINDOW = 180;

/** Puts the instrument on the chart. */
export function openingCommands({ series }: Pick<Analysis, "series">): string[] {
  const label: ChartCommand[] =
    series.source === "simulated" ? [{ kind: "annotate", time: series.to, text: "Simulated data" }] : [];
  return print([
    { kind: "load", symbol: series.symbol },
    { kind: "timeframe", timeframe: series.timeframe },
    { kind: "zoom", to: Math.min(WINDOW, series.points.length) },
    ...label,
  ]);
}

/** Draws what the technical reading found: averages, bands, levels, the trend line. */
export function technicalCommands({ indicators, levels, trend }: Analysis): string[] {
  const commands: ChartCommand[] = [
    ...(indicators.sma20 === undefined ? [] : [indicator("SMA", 20)]),
    ...(indicators.sma50 === undefined ? [] : [indicator("SMA", 50)]),
    ...(indicators.bands === undefined ? [] : [indicator("BB", 20, 2)]),
    ...(indicators.rsi14 === undefined ? [] : [indicator("RSI", 14)]),
    ...levels.supports.map(({ price }) => ({ kind: "support" as const, price: toCents(price) })),
    ...levels.resistances.map(({ price }) => ({ kind: "resistance" as const, price: toCents(price) })),
    { kind: "trendline", from: rounded(trend.from), to: rounded(trend.to) },
  ];
  return print(commands);
}

/** Marks the deepest fall, where there was one. */
export function riskCommands({ risk }: Analysis): string[] {
  const { depth, peak, trough } = risk.drawdown;
  if (depth === 0) return [];
  const text = `Deepest fall ${(depth * 100).toFixed(1)}%`;
  return print([
    { kind: "highlight", from: peak, to: trough },
    { kind: "annotate", time: trough, text },
  ]);
}

function indicator(name: "SMA" | "BB" | "RSI", ...parameters: number[]): ChartCommand {
  return { kind: "indicator", indicator: name, parameters, off: false };
}

function rounded({ time, price }: { time: number; price: number }): { time: number; price: number } {
  return { time, price: toCents(price) };
}

function print(commands: readonly ChartCommand[]): string[] {
  return commands.map(printChartCommand);
}
