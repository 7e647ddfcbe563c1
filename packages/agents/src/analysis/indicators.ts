import { BollingerBands, EMA, MACD, RSI, SMA } from "trading-signals";

/** Usual readings at the last bar. One that needs more bars than there are is absent. */
export interface Indicators {
  readonly sma20?: number;
  readonly sma50?: number;
  readonly ema20?: number;
  /** Wilder's relative strength index over 14 bars, 0 to 100. */
  readonly rsi14?: number;
  /** Moving average convergence/divergence 12/26/9. */
  readonly macd?: { readonly line: number; readonly signal: number; readonly histogram: number };
  /** Bollinger bands: 20 bars, two standard deviations. */
  readonly bands?: { readonly lower: number; readonly middle: number; readonly upper: number };
}

/** @param closes closing prices, oldest first */
export function readIndicators(closes: readonly number[]): Indicators {
  const macd = last(new MACD(new EMA(12), new EMA(26), new EMA(9)), closes);
  return {
    ...named("sma20", last(new SMA(20), closes)),
    ...named("sma50", last(new SMA(50), closes)),
    ...named("ema20", last(new EMA(20), closes)),
    ...named("rsi14", last(new RSI(14), closes)),
    ...named("macd", macd && { line: macd.macd, signal: macd.signal, histogram: macd.histogram }),
    ...named("bands", last(new BollingerBands(20, 2), closes)),
  };
}

interface Fed<Result> {
  readonly isStable: boolean;
  add(close: number): Result | null;
  getResult(): Result | null;
}

function last<Result>(indicator: Fed<Result>, closes: readonly number[]): Result | undefined {
  for (const close of closes) indicator.add(close);
  return indicator.isStable ? (indicator.getResult() ?? undefined) : undefined;
}

/** An object with the field, or without it where there is no value. */
function named<Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value };
}
