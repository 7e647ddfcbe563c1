import { ThroughlineError } from "@throughline/protocol";
import type { Instrument } from "../market/catalogue.ts";
import type { Close, Series } from "../market/series.ts";
import { readIndicators, type Indicators } from "./indicators.ts";
import { findLevels, type Levels } from "./levels.ts";
import { barsPerYear, measureRisk, type Risk } from "./risk.ts";
import { readSignals, type Signal } from "./signals.ts";
import { fitTrend, type Trend } from "./trend.ts";

/** Everything the team knows about one instrument. All of it follows from the series alone. */
export interface Analysis {
  readonly instrument: Instrument;
  readonly series: Series;
  readonly last: Close;
  readonly high: Close;
  readonly low: Close;
  readonly changes: readonly Change[];
  readonly indicators: Indicators;
  readonly levels: Levels;
  readonly trend: Trend;
  readonly risk: Risk;
  readonly signals: readonly Signal[];
  /** 0 to 1: how far the readings agree, and how good the data are. */
  readonly confidence: number;
}

/** How the price changed over a span that ends at the last bar. */
export interface Change {
  readonly span: string;
  /** 0.1 = 10 %. */
  readonly change: number;
}

const DAY = 86_400;
const SPANS = [
  { span: "1 month", days: 30 },
  { span: "3 months", days: 91 },
  { span: "1 year", days: 365 },
] as const;

/** @throws ThroughlineError `invalid_input` for a series of fewer than two bars */
export function analyse(instrument: Instrument, series: Series): Analysis {
  const points: readonly Close[] = series.points;
  const last = points.at(-1);
  if (last === undefined || points.length < 2) {
    throw new ThroughlineError("invalid_input", `${series.symbol} has too few bars for an analysis.`);
  }
  const indicators = readIndicators(points.map(({ close }) => close));
  const trend = fitTrend(points);
  const signals = readSignals(last.close, indicators, trend);
  return {
    instrument,
    series,
    last,
    high: points.reduce((high, point) => (point.close > high.close ? point : high)),
    low: points.reduce((low, point) => (point.close < low.close ? point : low)),
    changes: changes(points, last),
    indicators,
    levels: findLevels(series),
    trend,
    risk: measureRisk(points, barsPerYear(series.timeframe, instrument.assetClass)),
    signals,
    confidence: (agreement(signals) + quality(series)) / 2,
  };
}

function changes(points: readonly Close[], last: Close): Change[] {
  const spans = SPANS.flatMap(({ span, days }) => {
    const before = points.findLast(({ time }) => time <= last.time - days * DAY);
    return before === undefined ? [] : [{ span, change: last.close / before.close - 1 }];
  });
  const [first = last] = points;
  return [...spans, { span: "whole range", change: last.close / first.close - 1 }];
}

/** The largest share of signals that lean the same way. */
function agreement(signals: readonly Signal[]): number {
  if (signals.length === 0) return 0;
  const shares = (["up", "down", "neutral"] as const).map(
    (way) => signals.filter(({ leaning }) => leaning === way).length,
  );
  return Math.max(...shares) / signals.length;
}

/** Made-up prices say nothing; closes say less than candles; few bars less than many. */
function quality({ source, kind, points }: Series): number {
  if (source === "simulated") return 0;
  return (kind === "ohlcv" ? 1 : 0.8) * Math.min(1, points.length / 250);
}
