import { describe, expect, it } from "vitest";
import { analyse } from "../src/analysis/analyse.ts";
import { readIndicators } from "../src/analysis/indicators.ts";
import { findLevels } from "../src/analysis/levels.ts";
import { barsPerYear, measureRisk } from "../src/analysis/risk.ts";
import { fitTrend } from "../src/analysis/trend.ts";
import { systemMarketData } from "../src/index.ts";
import { strangerNamed } from "../src/market/catalogue.ts";
import { toSeries, type Close } from "../src/market/series.ts";

const DAY = 86_400;
const bars = (...closes: number[]): Close[] => closes.map((close, index) => ({ time: index * DAY, close }));
const range = (count: number, of: (index: number) => number): number[] =>
  Array.from({ length: count }, (_, index) => of(index));

describe("indicators", () => {
  it("averages of 1 to 60 are known by hand", () => {
    const { sma20, sma50, bands } = readIndicators(range(60, (index) => index + 1));
    expect(sma20).toBeCloseTo(50.5, 10);
    expect(sma50).toBeCloseTo(35.5, 10);
    // The standard deviation of twenty whole numbers in a row is the root of (20² - 1) / 12.
    const deviation = Math.sqrt(399 / 12);
    expect(bands?.middle).toBeCloseTo(50.5, 10);
    expect(bands?.upper).toBeCloseTo(50.5 + 2 * deviation, 10);
    expect(bands?.lower).toBeCloseTo(50.5 - 2 * deviation, 10);
  });

  it("RSI agrees with the worked example of Wilder's method that chart schools teach", () => {
    const closes = [
      44.34, 44.09, 44.15, 43.61, 44.33, 44.83, 45.1, 45.42, 45.84, 46.08, 45.89, 46.03, 45.61, 46.28, 46.28, 46.0,
      46.03, 46.41, 46.22, 45.64,
    ];
    expect(readIndicators(closes.slice(0, 15)).rsi14).toBeCloseTo(70.46, 1);
    expect(readIndicators(closes).rsi14).toBeCloseTo(57.97, 0);
  });

  it("MACD and EMA agree with their recursion, written out", () => {
    const closes = range(80, (index) => 100 + 10 * Math.sin(index / 5) + index / 4);
    const ema = (values: readonly number[], length: number): number[] => {
      const out: number[] = [];
      for (const value of values)
        out.push(out.length === 0 ? value : value * (2 / (length + 1)) + (out.at(-1) ?? 0) * (1 - 2 / (length + 1)));
      return out;
    };
    const { ema20, macd } = readIndicators(closes);
    expect(ema20).toBeCloseTo(ema(closes, 20).at(-1) ?? 0, 8);
    const slow = ema(closes, 26);
    const line = (ema(closes, 12).at(-1) ?? 0) - (slow.at(-1) ?? 0);
    expect(macd?.line).toBeCloseTo(line, 4);
    expect(macd?.histogram).toBeCloseTo((macd?.line ?? 0) - (macd?.signal ?? 0), 10);
  });

  it("are absent, not wrong, where there are too few bars", () => {
    expect(readIndicators([1, 2, 3])).toEqual({});
    expect(Object.keys(readIndicators(range(20, () => 5)))).toEqual(
      expect.arrayContaining(["sma20", "ema20", "bands"]),
    );
    expect(readIndicators(range(20, () => 5))).not.toHaveProperty("sma50");
  });
});

describe("the trend line", () => {
  it("of steady growth is that growth, and explains everything", () => {
    const trend = fitTrend(bars(...range(50, (index) => 100 * 1.01 ** index)));
    expect(trend).toMatchObject({ direction: "up", bars: 50 });
    expect(trend.perBar).toBeCloseTo(0.01, 10);
    expect(trend.fit).toBeCloseTo(1, 10);
    expect(trend.from.price).toBeCloseTo(100, 8);
    expect(trend.to.price).toBeCloseTo(100 * 1.01 ** 49, 8);
  });

  it("looks back 90 bars, and calls sideways what only scatters", () => {
    const falling = fitTrend(bars(...range(200, (index) => (index < 110 ? index + 1 : 400 - index))));
    expect(falling).toMatchObject({ direction: "down", bars: 90 });
    expect(falling.from.time).toBe(110 * DAY);
    expect(fitTrend(bars(...range(40, (index) => (index % 2 === 0 ? 100 : 110)))).direction).toBe("sideways");
    expect(fitTrend(bars(...range(40, () => 7)))).toMatchObject({ direction: "sideways", fit: 1, perBar: 0 });
  });
});

describe("supports and resistances", () => {
  it("are where the price turned, those close together as one, nearest first", () => {
    // Up to 20, down to 10, up to 20.5, down to 10.5, up to 15.
    const path = [
      ...range(11, (i) => 10 + i),
      ...range(10, (i) => 19 - i),
      ...range(10, (i) => 11 + i),
      20.5,
      ...range(9, (i) => 19 - i),
      10.5,
      ...range(5, (i) => 11 + i),
    ];
    const { supports, resistances } = findLevels({ kind: "close", points: bars(...path) });
    expect(resistances).toEqual([{ price: 20.25, touches: 2, lastTouch: 31 * DAY }]);
    expect(supports).toEqual([{ price: 10.25, touches: 2, lastTouch: 41 * DAY }]);
  });

  it("use how far candles reached, and find none in a straight line", () => {
    const spike = Array.from({ length: 21 }, (_, index) => ({
      time: index,
      open: 10,
      close: 10,
      low: 9,
      high: index === 10 ? 14 : 11,
      volume: 0,
    }));
    expect(findLevels({ kind: "ohlcv", points: spike }).resistances).toEqual([
      { price: 14, touches: 1, lastTouch: 10 },
    ]);
    expect(findLevels({ kind: "close", points: bars(...range(50, (index) => index + 1)) })).toEqual({
      supports: [],
      resistances: [],
    });
  });
});

describe("risk", () => {
  it("is known by hand for a few bars", () => {
    const risk = measureRisk(bars(100, 110, 88, 99, 120, 108), 252);
    expect(risk.drawdown).toEqual({ depth: 88 / 110 - 1, peak: DAY, trough: 2 * DAY, recovered: 4 * DAY });
    expect(risk.belowHigh).toBeCloseTo(-0.1, 10);
    expect(risk.worst).toEqual({ time: 2 * DAY, change: 88 / 110 - 1 });
    expect(risk.best.time).toBe(4 * DAY);
    const logs = [110 / 100, 88 / 110, 99 / 88, 120 / 99, 108 / 120].map(Math.log);
    const mean = logs.reduce((sum, log) => sum + log, 0) / 5;
    const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / 4;
    expect(risk.volatility).toBeCloseTo(Math.sqrt(variance * 252), 10);
  });

  it("says when a fall was never made up, and when there was none", () => {
    expect(measureRisk(bars(10, 5, 9), 12).drawdown).toEqual({ depth: -0.5, peak: 0, trough: DAY });
    expect(measureRisk(bars(1, 2, 3), 12)).toMatchObject({ drawdown: { depth: 0 }, belowHigh: 0 });
    expect(() => measureRisk(bars(1), 12)).toThrow("two bars");
  });

  it("scales by the market's own year", () => {
    expect([
      barsPerYear("1D", "crypto"),
      barsPerYear("1D", "stock"),
      barsPerYear("1W", "index"),
      barsPerYear("1M", "crypto"),
    ]).toEqual([365, 252, 52, 12]);
  });
});

describe("the analysis", () => {
  it("of the bundled Bitcoin data holds the figures that stand in the file", async () => {
    const market = systemMarketData();
    const [instrument] = await market.find("Bitcoin");
    const analysis = analyse(instrument ?? strangerNamed("X"), await market.series("Bitcoin"));
    expect(analysis.last.close).toBe(2486.69);
    expect(analysis.high.close).toBe(2893.7);
    expect(analysis.low.close).toBe(568.21);
    expect(analysis.changes.at(-1)).toEqual({ span: "whole range", change: 2486.69 / 676.18 - 1 });
    expect(analysis.levels.supports.every(({ price }) => price < 2486.69)).toBe(true);
    expect(analysis.levels.resistances.every(({ price }) => price > 2486.69)).toBe(true);
  });

  it("needs two bars, makes do with two, and trusts made-up prices less", async () => {
    const about = { symbol: "X", name: "X", timeframe: "1D", source: "folder" } as const;
    const few = toSeries(about, { kind: "close", points: bars(1, 2) });
    expect(analyse(strangerNamed("X"), few).signals).toHaveLength(1);
    expect(() => analyse(strangerNamed("X"), toSeries(about, { kind: "close", points: bars(1) }))).toThrow(
      "too few bars",
    );
    const simulated = await systemMarketData().series("ZZZ");
    const real = { ...simulated, source: "folder" as const };
    expect(analyse(strangerNamed("ZZZ"), simulated).confidence).toBeLessThan(
      analyse(strangerNamed("ZZZ"), real).confidence,
    );
  });
});
