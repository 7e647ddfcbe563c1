import { ThroughlineError } from "@throughline/protocol";
import type { Bars, Candle, Close } from "./series.ts";

/**
 * Prices from CSV text with a header line: `date` (or `time`, `timestamp`) and `close` (or `price`),
 * and, for candles, `open`, `high`, `low` and perhaps `volume`. A date is ISO-8601 or epoch seconds.
 * Rows may stand in any order; of two with the same time the later one counts.
 *
 * @param name how the text is called in errors
 * @throws ThroughlineError `invalid_input` naming the line that cannot be read
 */
export function parseCsv(text: string, name: string): Bars {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const columns = findColumns(lines[0] ?? "", name);
  const byTime = new Map<number, Candle>();
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === "") continue;
    const bar = parseRow(line.split(","), columns, `${name}, line ${index + 1}`);
    byTime.set(bar.time, bar);
  }
  if (byTime.size === 0) throw unreadable(`${name} holds no prices`);
  const candles = [...byTime.values()].sort((a, b) => a.time - b.time);
  return columns.candles ? { kind: "ohlcv", points: candles } : { kind: "close", points: candles.map(closeOf) };
}

interface Columns {
  readonly time: number;
  readonly close: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly volume: number;
  readonly candles: boolean;
}

function findColumns(header: string, name: string): Columns {
  const titles = header.split(",").map((title) => title.trim().toLowerCase());
  const find = (...wanted: string[]): number => titles.findIndex((title) => wanted.includes(title));
  const time = find("date", "time", "timestamp");
  const close = find("close", "price");
  if (time < 0 || close < 0) throw unreadable(`${name}: the header needs a "date" and a "close" column`);
  const [open, high, low] = [find("open"), find("high"), find("low")];
  return { time, close, open, high, low, volume: find("volume"), candles: open >= 0 && high >= 0 && low >= 0 };
}

/** A row as a candle; where only closes are known, all four prices are the close, and are dropped later. */
function parseRow(cells: readonly string[], columns: Columns, where: string): Candle {
  const time = parseTime(cells[columns.time] ?? "", where);
  const close = parsePrice(cells[columns.close], where);
  const volume = columns.volume < 0 ? 0 : Number(cells[columns.volume] ?? 0) || 0;
  if (!columns.candles) return { time, open: close, high: close, low: close, close, volume };
  const open = parsePrice(cells[columns.open], where);
  const high = parsePrice(cells[columns.high], where);
  const low = parsePrice(cells[columns.low], where);
  if (high < Math.max(open, close, low) || low > Math.min(open, close))
    throw unreadable(`${where}: high and low do not enclose the bar`);
  return { time, open, high, low, close, volume };
}

function parseTime(cell: string, where: string): number {
  const text = cell.trim();
  const time = /^\d{9,11}$/.test(text) ? Number(text) : Math.floor(Date.parse(text) / 1000);
  if (!Number.isFinite(time)) throw unreadable(`${where}: "${text}" is not a date`);
  return time;
}

function parsePrice(cell: string | undefined, where: string): number {
  const price = cell === undefined || cell.trim() === "" ? Number.NaN : Number(cell);
  if (!(price > 0) || !Number.isFinite(price)) throw unreadable(`${where}: "${cell ?? ""}" is not a price`);
  return price;
}

function closeOf({ time, close }: Candle): Close {
  return { time, close };
}

function unreadable(message: string): ThroughlineError {
  return new ThroughlineError("invalid_input", message);
}
