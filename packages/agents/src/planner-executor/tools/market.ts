import { ThroughlineError } from "@throughline/protocol";
import { barsPerYear, measureRisk } from "../../analysis/risk.ts";
import { day } from "../../analyst/format.ts";
import type { Instrument } from "../../market/catalogue.ts";
import type { MarketData } from "../../market/market-data.ts";
import { toCents } from "../../market/round.ts";
import type { Close, Series, SeriesSource, Timeframe } from "../../market/series.ts";

/** What a series is. */
export interface Loaded {
  readonly symbol: string;
  readonly name: string;
  readonly timeframe: Timeframe;
  readonly source: SeriesSource;
  readonly bars: number;
  /** First and last day, ISO. */
  readonly from: string;
  readonly to: string;
  readonly last_close: number;
}

/** What a series did. Shares: 0.1 = 10 %. */
export interface Statistics extends Loaded {
  readonly change: number;
  /** The change a year would have brought. */
  readonly yearly_change: number;
  readonly yearly_volatility: number;
  /** The deepest fall from a high; negative. */
  readonly deepest_fall: number;
  /** Yearly change for each unit of volatility. */
  readonly change_per_risk: number;
}

/** Several instruments over the same time, where they have one. */
export interface Comparison {
  /** `common`: all rows cover the same time. `own`: there is none that all cover. */
  readonly period: "common" | "own";
  readonly rows: readonly Statistics[];
  /** Symbols, the best first. */
  readonly by_change: readonly string[];
  readonly by_change_per_risk: readonly string[];
}

const DAYS_PER_YEAR = 365.25;
const DAY = 86_400;

export async function loadSeries(data: MarketData, symbol: string, timeframe?: string): Promise<Loaded> {
  return loaded(await data.series(symbol, timeframe));
}

/** @throws ThroughlineError `invalid_input` for a series of fewer than two bars */
export async function statisticsOf(data: MarketData, symbol: string, timeframe?: string): Promise<Statistics> {
  const [instrument] = await data.find(symbol);
  return measured(await data.series(symbol, timeframe), instrument);
}

/** @throws ThroughlineError `invalid_input` for a series of fewer than two bars */
export async function compareSeries(
  data: MarketData,
  symbols: readonly string[],
  timeframe?: string,
): Promise<Comparison> {
  const all = await Promise.all(symbols.map((symbol) => data.series(symbol, timeframe)));
  const shared = withinCommonTime(all);
  const rows = await Promise.all(
    (shared ?? all).map(async (series) => measured(series, (await data.find(series.symbol))[0])),
  );
  const ranked = (figure: "change" | "change_per_risk"): string[] =>
    rows.toSorted((a, b) => b[figure] - a[figure]).map(({ symbol }) => symbol);
  return {
    period: shared === undefined ? "own" : "common",
    rows,
    by_change: ranked("change"),
    by_change_per_risk: ranked("change_per_risk"),
  };
}

/** Each series cut to the time that all cover; undefined where that is less than two bars of each. */
function withinCommonTime(all: readonly Series[]): Series[] | undefined {
  const from = Math.max(...all.map((series) => series.from));
  const to = Math.min(...all.map((series) => series.to));
  const within = ({ time }: Close): boolean => time >= from && time <= to;
  const cut = all.map((series): Series => {
    const bars =
      series.kind === "close"
        ? { kind: series.kind, points: series.points.filter(within) }
        : { kind: series.kind, points: series.points.filter(within) };
    return { ...series, ...bars, from: bars.points[0]?.time ?? from, to: bars.points.at(-1)?.time ?? to };
  });
  return cut.every(({ points }) => points.length >= 2) ? cut : undefined;
}

function measured(series: Series, instrument: Instrument | undefined): Statistics {
  const { points, timeframe } = series;
  const risk = measureRisk(points, barsPerYear(timeframe, instrument?.assetClass ?? "stock"));
  const first = points[0]?.close ?? 0;
  const ratio = (points.at(-1)?.close ?? 0) / first;
  const years = (series.to - series.from) / (DAYS_PER_YEAR * DAY);
  const yearly = ratio ** (1 / years) - 1;
  return {
    ...loaded(series),
    change: rounded(ratio - 1),
    yearly_change: rounded(yearly),
    yearly_volatility: rounded(risk.volatility),
    deepest_fall: rounded(risk.drawdown.depth),
    change_per_risk: risk.volatility === 0 ? 0 : rounded(yearly / risk.volatility),
  };
}

function loaded({ symbol, name, timeframe, source, points, from, to }: Series): Loaded {
  const last = points.at(-1);
  if (last === undefined) throw new ThroughlineError("invalid_input", `There are no prices of ${symbol}.`);
  const about = { symbol, name, timeframe, source, bars: points.length };
  return { ...about, from: day(from), to: day(to), last_close: toCents(last.close) };
}

/** People read shares to a tenth of a percent; four places keep that. */
function rounded(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}
