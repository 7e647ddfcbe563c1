import type { Close } from "../market/series.ts";

/** The straight line, on a logarithmic price scale, that fits the last bars best. */
export interface Trend {
  readonly direction: "up" | "down" | "sideways";
  /** Growth per bar along the line, 0.01 = 1 %. */
  readonly perBar: number;
  /** Share of the movement the line explains, 0 to 1 (R²). */
  readonly fit: number;
  readonly bars: number;
  readonly from: { readonly time: number; readonly price: number };
  readonly to: { readonly time: number; readonly price: number };
}

/** How many bars the line looks back. */
const LOOKBACK = 90;

/**
 * Fits the trend line by least squares. It is `sideways` while the line moves less, from end to end,
 * than prices scatter around it (one standard deviation).
 * @param points at least two bars
 */
export function fitTrend(points: readonly Close[]): Trend {
  const recent = points.slice(-LOOKBACK);
  const logs = recent.map(({ close }) => Math.log(close));
  const count = logs.length;
  const middle = (count - 1) / 2;
  const mean = sum(logs) / count;
  const spread = sum(logs.map((_, index) => (index - middle) ** 2));
  const slope = sum(logs.map((log, index) => (index - middle) * (log - mean))) / spread;
  const total = sum(logs.map((log) => (log - mean) ** 2));
  const rest = sum(logs.map((log, index) => (log - mean - slope * (index - middle)) ** 2));
  const flat = total < 1e-12;
  const moves = !flat && Math.abs(slope * (count - 1)) > Math.sqrt(rest / count);
  const end = (index: number): Trend["from"] => ({
    time: recent[index]?.time ?? 0,
    price: Math.exp(mean + slope * (index - middle)),
  });
  return {
    direction: !moves ? "sideways" : slope > 0 ? "up" : "down",
    perBar: Math.exp(slope) - 1,
    fit: flat ? 1 : 1 - rest / total,
    bars: count,
    from: end(0),
    to: end(count - 1),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
