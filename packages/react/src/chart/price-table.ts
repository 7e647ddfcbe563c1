import { price, whole } from "../format.ts";
import { day } from "./drawings.ts";
import type { Bar, Series } from "./series.ts";

/** A table of more is no easier to read than the chart. */
const MOST = 250;

/** A series as a table, for who cannot see the chart. */
export interface PriceTable {
  /** What each value is, without the date: `Open` … `Volume`, or `Close` alone. */
  readonly columns: readonly string[];
  /** The newest first. */
  readonly rows: readonly PriceRow[];
  /** There are older bars than these. */
  readonly isCut: boolean;
}

export interface PriceRow {
  /** Epoch seconds. */
  readonly time: number;
  /** `2017-11-08`. */
  readonly day: string;
  /** As many as there are columns. */
  readonly values: readonly string[];
}

/** @param most rows at most. Default 250 */
export function priceTable({ kind, bars }: Series, most: number = MOST): PriceTable {
  const rows = bars
    .slice(-most)
    .reverse()
    .map((bar) => ({ time: bar.time, day: day(bar.time), values: valuesOf(bar) }));
  return {
    columns: kind === "ohlcv" ? ["Open", "High", "Low", "Close", "Volume"] : ["Close"],
    rows,
    isCut: bars.length > rows.length,
  };
}

function valuesOf({ close, candle }: Bar): readonly string[] {
  if (candle === null) return [price(close)];
  return [price(candle.open), price(candle.high), price(candle.low), price(close), whole(candle.volume)];
}
