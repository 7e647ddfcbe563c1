import type { Analysis } from "../analysis/analyse.ts";
import type { Series } from "../market/series.ts";

const TWO_PLACES = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const FOUR_PLACES = new Intl.NumberFormat("en-US", { minimumFractionDigits: 4, maximumFractionDigits: 4 });
const WHOLE = new Intl.NumberFormat("en-US");

/** A price as its instrument is quoted: `$2,486.69`, or bare points for an index. */
export function price(value: number, { instrument }: Pick<Analysis, "instrument">): string {
  const text = (Math.abs(value) < 1 ? FOUR_PLACES : TWO_PLACES).format(value);
  return instrument.assetClass === "index" ? text : `$${text}`;
}

export function number(value: number): string {
  return TWO_PLACES.format(value);
}

export function count(value: number): string {
  return WHOLE.format(value);
}

/** `512 bytes`, `1.2 kB` */
export function bytes(size: number): string {
  return size < 1_000 ? `${size} bytes` : `${(size / 1_000).toFixed(1)} kB`;
}

/** A share as a change: `+4.2%`, `-0.5%`. */
export function change(share: number): string {
  return `${share < 0 ? "" : "+"}${percent(share)}`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** Which bar: `2017-07-03`, `week of 2017-07-03` or `2017-07`. */
export function bar(time: number, { series }: Pick<Analysis, "series">): string {
  if (series.timeframe === "1M") return day(time).slice(0, 7);
  return series.timeframe === "1W" ? `week of ${day(time)}` : day(time);
}

/** `2017-07-03` */
export function day(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 10);
}

/** The instrument's name wherever it stands: made-up prices are never shown without saying so. */
export function label({ series }: Pick<Analysis, "series">): string {
  const { name, symbol } = series;
  const notes = [...(name === symbol ? [] : [symbol]), ...(series.source === "simulated" ? ["simulated"] : [])];
  return notes.length === 0 ? name : `${name} (${notes.join(", ")})`;
}

const BARS = { "1D": "daily", "1W": "weekly", "1M": "monthly" } as const;
const SOURCES = {
  bundled: "from the bundled data",
  folder: "from the market data folder",
  simulated: "simulated, because there are no data for this symbol",
} as const;

/** `365 daily closes, 2016-07-04 to 2017-07-03, from the bundled data` */
export function dataLine({ timeframe, kind, points, from, to, source }: Series): string {
  const bars = `${count(points.length)} ${BARS[timeframe]} ${kind === "close" ? "closes" : "candles"}`;
  return `${bars}, ${day(from)} to ${day(to)}, ${SOURCES[source]}`;
}
