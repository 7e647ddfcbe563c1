import { ThroughlineError } from "@throughline/protocol";
import type { AssetClass } from "../market/catalogue.ts";
import type { Close, Timeframe } from "../market/series.ts";

/** How much it has moved and lost. Shares: 0.1 = 10 %; losses are negative. */
export interface Risk {
  /** Standard deviation of the log returns, scaled to a year. */
  readonly volatility: number;
  /** The same over the last 60 bars. */
  readonly recentVolatility: number;
  readonly drawdown: Drawdown;
  /** Where the last close stands below the highest close. */
  readonly belowHigh: number;
  readonly worst: { readonly time: number; readonly change: number };
  readonly best: { readonly time: number; readonly change: number };
  /** One bar in twenty lost at least this (the 5th percentile of the bars' changes). */
  readonly oneInTwenty: number;
}

/** The deepest fall from a high to a later low, by closes. */
export interface Drawdown {
  readonly depth: number;
  readonly peak: number;
  readonly trough: number;
  /** When the high was reached again, epoch seconds; absent if it was not. */
  readonly recovered?: number;
}

const RECENT = 60;

/** @throws ThroughlineError `invalid_input` for fewer than two bars */
export function measureRisk(points: readonly Close[], barsPerYear: number): Risk {
  const changes = points
    .slice(1)
    .map(({ time, close }, index) => ({ time, change: close / (points[index] as Close).close - 1 }));
  const sorted = [...changes].sort((a, b) => a.change - b.change);
  const [worst] = sorted;
  const best = sorted.at(-1);
  if (worst === undefined || best === undefined) throw new ThroughlineError("invalid_input", "Risk needs two bars.");
  const logs = changes.map(({ change }) => Math.log1p(change));
  const high = Math.max(...points.map(({ close }) => close));
  return {
    volatility: deviation(logs) * Math.sqrt(barsPerYear),
    recentVolatility: deviation(logs.slice(-RECENT)) * Math.sqrt(barsPerYear),
    drawdown: deepestFall(points),
    belowHigh: (points.at(-1) as Close).close / high - 1,
    worst,
    best,
    oneInTwenty: (sorted[Math.floor(sorted.length / 20)] ?? worst).change,
  };
}

/** Bars in a year: crypto trades every day, exchanges about 252. */
export function barsPerYear(timeframe: Timeframe, assetClass: AssetClass): number {
  if (timeframe === "1M") return 12;
  if (timeframe === "1W") return 52;
  return assetClass === "crypto" ? 365 : 252;
}

function deepestFall(points: readonly Close[]): Drawdown {
  let peak = points[0] as Close;
  let deepest = { depth: 0, peak, trough: peak };
  for (const point of points) {
    if (point.close > peak.close) peak = point;
    const depth = point.close / peak.close - 1;
    if (depth < deepest.depth) deepest = { depth, peak, trough: point };
  }
  const { depth, peak: high, trough } = deepest;
  const recovered = points.find(({ time, close }) => time > trough.time && close >= high.close)?.time;
  return { depth, peak: high.time, trough: trough.time, ...(recovered === undefined ? {} : { recovered }) };
}

/** Sample standard deviation. */
function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
