import type { Indicators } from "./indicators.ts";
import type { Trend } from "./trend.ts";

/** One reading and which way it leans. A description of the past, not advice. */
export interface Signal {
  readonly name: string;
  readonly leaning: "up" | "down" | "neutral";
  readonly note: string;
}

/** What the indicators say, each by its usual reading. Those that are absent say nothing. */
export function readSignals(close: number, indicators: Indicators, trend: Trend): Signal[] {
  const { sma20, sma50, rsi14, macd, bands } = indicators;
  const signals: Signal[] = [trendSignal(trend)];
  if (sma50 !== undefined)
    signals.push(compare("Price and SMA 50", close, sma50, "above its 50-bar average", "below its 50-bar average"));
  if (sma20 !== undefined && sma50 !== undefined) {
    signals.push(
      compare(
        "SMA 20 and SMA 50",
        sma20,
        sma50,
        "shorter average above the longer",
        "shorter average below the longer",
      ),
    );
  }
  if (macd !== undefined)
    signals.push(compare("MACD 12/26/9", macd.histogram, 0, "above its signal line", "below its signal line"));
  if (rsi14 !== undefined) signals.push({ name: "RSI 14", ...readRsi(rsi14) });
  if (bands !== undefined) signals.push({ name: "Bollinger 20/2", ...readBands(close, bands) });
  return signals;
}

function trendSignal({ direction, bars }: Trend): Signal {
  const notes = { up: "rising", down: "falling", sideways: "no clear direction" };
  return {
    name: `Trend line, ${bars} bars`,
    leaning: direction === "sideways" ? "neutral" : direction,
    note: notes[direction],
  };
}

function compare(name: string, value: number, other: number, above: string, below: string): Signal {
  return value >= other ? { name, leaning: "up", note: above } : { name, leaning: "down", note: below };
}

/** Above 70 and below 30 a move is stretched: the direction stands, but says less about what follows. */
function readRsi(rsi: number): Omit<Signal, "name"> {
  if (rsi > 70) return { leaning: "neutral", note: "overbought" };
  if (rsi < 30) return { leaning: "neutral", note: "oversold" };
  if (rsi > 55) return { leaning: "up", note: "firm" };
  return rsi < 45 ? { leaning: "down", note: "weak" } : { leaning: "neutral", note: "balanced" };
}

function readBands(close: number, { lower, middle, upper }: NonNullable<Indicators["bands"]>): Omit<Signal, "name"> {
  if (close > upper) return { leaning: "neutral", note: "above the upper band" };
  if (close < lower) return { leaning: "neutral", note: "below the lower band" };
  return close >= middle
    ? { leaning: "up", note: "in the upper half" }
    : { leaning: "down", note: "in the lower half" };
}
