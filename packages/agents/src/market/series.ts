import type { Json } from "@throughline/protocol";

/** How much time a bar covers: a day, a week, a month. */
export const TIMEFRAMES = ["1D", "1W", "1M"] as const;
export type Timeframe = (typeof TIMEFRAMES)[number];

/** Where a series comes from. `simulated` must show wherever the series does. */
export type SeriesSource = "bundled" | "folder" | "simulated";

/** A bar of which only the closing price is known. */
export interface Close {
  /** Start of the bar, epoch seconds UTC. */
  readonly time: number;
  readonly close: number;
}

export interface Candle extends Close {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  /** Units traded; 0 where the source does not say. */
  readonly volume: number;
}

/** What bars there are. Closes stay closes: nobody invents the candles around them. */
export type Bars =
  | { readonly kind: "ohlcv"; readonly points: readonly Candle[] }
  | { readonly kind: "close"; readonly points: readonly Close[] };

/** A symbol's prices, ascending in time, at least one bar. */
export type Series = Bars & {
  readonly symbol: string;
  readonly name: string;
  readonly timeframe: Timeframe;
  readonly source: SeriesSource;
  /** Time of the first bar, epoch seconds. */
  readonly from: number;
  /** Time of the last bar, epoch seconds. */
  readonly to: number;
};

/** A series as it goes over HTTP: rows are `[t, open, high, low, close, volume]` or `[t, close]`, t in epoch seconds. */
export interface SeriesJson {
  readonly symbol: string;
  readonly name: string;
  readonly timeframe: Timeframe;
  readonly kind: Bars["kind"];
  readonly source: SeriesSource;
  readonly points: readonly (readonly number[])[];
  readonly [key: string]: Json;
}

/** The answer of `GET /api/v1/market/series`. */
export function seriesJson(series: Series): SeriesJson {
  const { symbol, name, timeframe, kind, source } = series;
  return { symbol, name, timeframe, kind, source, points: rows(series) };
}

function rows(bars: Bars): number[][] {
  return bars.kind === "close"
    ? bars.points.map((bar) => [bar.time, bar.close])
    : bars.points.map((bar) => [bar.time, bar.open, bar.high, bar.low, bar.close, bar.volume]);
}

/** Puts a name on some bars. `bars` must not be empty. */
export function toSeries(
  about: {
    readonly symbol: string;
    readonly name: string;
    readonly timeframe: Timeframe;
    readonly source: SeriesSource;
  },
  bars: Bars,
): Series {
  const from = bars.points[0]?.time ?? 0;
  const to = bars.points.at(-1)?.time ?? 0;
  return { ...about, ...bars, from, to };
}
