/** One bar; of a series of closes only `time` and `close` are known, and nothing is made up. */
export interface Bar {
  /** Epoch seconds. */
  readonly time: number;
  readonly close: number;
  readonly candle: {
    readonly open: number;
    readonly high: number;
    readonly low: number;
    readonly volume: number;
  } | null;
}

export interface Series {
  readonly symbol: string;
  readonly name: string;
  readonly timeframe: string;
  readonly kind: "ohlcv" | "close";
  /** Where the prices come from; `simulated` must show wherever they do. */
  readonly source: string;
  /** Ascending in time. */
  readonly bars: readonly Bar[];
}

/** Reads the answer of `GET /api/v1/market/series`: rows are `[t,o,h,l,c,v]` or `[t,close]`. */
export function parseSeries(json: unknown): Series {
  const { symbol, name, timeframe, kind, source, points } = json as Omit<Series, "bars"> & {
    points: readonly (readonly number[])[];
  };
  const bars = points.map(kind === "ohlcv" ? candleOf : closeOf);
  return { symbol, name, timeframe, kind, source, bars };
}

function candleOf([time = 0, open = 0, high = 0, low = 0, close = 0, volume = 0]: readonly number[]): Bar {
  return { time, close, candle: { open, high, low, volume } };
}

function closeOf([time = 0, close = 0]: readonly number[]): Bar {
  return { time, close, candle: null };
}

/** Index of the last bar at or before `time`; 0 for anything earlier than all. */
export function barIndexAt(bars: readonly Bar[], time: number): number {
  let low = 0;
  let high = bars.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((bars[middle]?.time ?? 0) <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Where a time lies on the chart's axis, which counts bars and leaves out what lies between them.
 * Times outside of the series go on at the distance of its last two bars.
 */
export function logicalAt(bars: readonly Bar[], time: number): number {
  const first = bars[0];
  const last = bars.at(-1);
  if (first === undefined || last === undefined) return 0;
  const step = Math.max(1, last.time - (bars.at(-2)?.time ?? last.time - 86_400));
  if (time > last.time) return bars.length - 1 + (time - last.time) / step;
  if (time < first.time) return (time - first.time) / step;
  return barIndexAt(bars, time);
}
