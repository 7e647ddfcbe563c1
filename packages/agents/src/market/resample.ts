import type { Bars, Candle, Timeframe } from "./series.ts";

const DAY = 86_400;

/** Gathers bars into longer ones: the first open, the highest high, the lowest low, the last close, all the volume. */
export function resample(bars: Bars, timeframe: Timeframe): Bars {
  if (bars.kind === "close") {
    const points = groups(bars.points, timeframe).map(([time, group]) => ({ time, close: last(group).close }));
    return { kind: "close", points };
  }
  return { kind: "ohlcv", points: groups(bars.points, timeframe).map(([time, group]) => merge(time, group)) };
}

/** The start of the bar that holds `time`: midnight, Monday or the first of the month, UTC; epoch seconds. */
export function barStart(time: number, timeframe: Timeframe): number {
  const day = Math.floor(time / DAY);
  if (timeframe === "1D") return day * DAY;
  // The epoch was a Thursday: three days after a Monday.
  if (timeframe === "1W") return (day - ((day + 3) % 7)) * DAY;
  const date = new Date(time * 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / 1000;
}

function groups<Bar extends { time: number }>(bars: readonly Bar[], timeframe: Timeframe): [number, Bar[]][] {
  const byStart = new Map<number, Bar[]>();
  for (const bar of bars) {
    const start = barStart(bar.time, timeframe);
    const group = byStart.get(start);
    if (group === undefined) byStart.set(start, [bar]);
    else group.push(bar);
  }
  return [...byStart];
}

function merge(time: number, group: readonly Candle[]): Candle {
  return {
    time,
    open: group[0]?.open ?? 0,
    high: Math.max(...group.map((bar) => bar.high)),
    low: Math.min(...group.map((bar) => bar.low)),
    close: last(group).close,
    volume: group.reduce((sum, bar) => sum + bar.volume, 0),
  };
}

function last<T>(group: readonly T[]): T {
  return group.at(-1) as T;
}
