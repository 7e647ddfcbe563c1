import { BollingerBands, EMA, MACD, RSI, SMA } from "trading-signals";
import type { IndicatorPlan } from "./plan.ts";
import type { Bar } from "./series.ts";

export interface Value {
  /** Epoch seconds. */
  readonly time: number;
  readonly value: number;
}

/** One line (or row of columns) of an indicator, from the first bar that has a value. */
export interface Plot {
  readonly id: string;
  readonly shape: "line" | "columns";
  readonly values: readonly Value[];
}

/** Where an indicator is drawn: over the prices, or in a pane of its own. */
export function isOverlay({ indicator }: IndicatorPlan): boolean {
  return indicator === "SMA" || indicator === "EMA" || indicator === "BB";
}

/** Computes an indicator over the closes. */
export function plotsOf({ indicator, parameters }: IndicatorPlan, bars: readonly Bar[]): readonly Plot[] {
  const [first = 1, second = 1, third = 1] = parameters;
  switch (indicator) {
    case "SMA":
      return [line("average", bars, feed(new SMA(first)), (value) => value)];
    case "EMA":
      return [line("average", bars, feed(new EMA(first)), (value) => value)];
    case "RSI":
      return [line("rsi", bars, feed(new RSI(first)), (value) => value)];
    case "BB": {
      const results = bars.map(({ close }) => close).map(feed(new BollingerBands(first, second)));
      return (["upper", "middle", "lower"] as const).map((band) =>
        collect(band, "line", bars, results, (result) => result[band]),
      );
    }
    case "MACD": {
      const macd = new MACD(new EMA(first), new EMA(second), new EMA(third));
      const results = bars.map(({ close }) => close).map(feed(macd));
      return [
        collect("histogram", "columns", bars, results, (result) => result.histogram),
        collect("macd", "line", bars, results, (result) => result.macd),
        collect("signal", "line", bars, results, (result) => result.signal),
      ];
    }
  }
}

interface Incremental<Result> {
  update(price: number, replace: boolean): Result | null;
  readonly isStable: boolean;
}

/** Feeds closes one by one; null until the indicator has seen enough of them to mean something. */
function feed<Result>(indicator: Incremental<Result>): (close: number) => Result | null {
  return (close) => {
    const result = indicator.update(close, false);
    return indicator.isStable ? result : null;
  };
}

function line<Result>(
  id: string,
  bars: readonly Bar[],
  next: (close: number) => Result | null,
  pick: (result: Result) => number,
): Plot {
  return collect(id, "line", bars, bars.map(({ close }) => close).map(next), pick);
}

function collect<Result>(
  id: string,
  shape: Plot["shape"],
  bars: readonly Bar[],
  results: readonly (Result | null)[],
  pick: (result: Result) => number,
): Plot {
  const values = bars.flatMap(({ time }, index) => {
    const result = results[index] ?? null;
    return result === null ? [] : [{ time, value: pick(result) }];
  });
  return { id, shape, values };
}
