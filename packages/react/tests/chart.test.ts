import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldInForce } from "@throughline/protocol";
import type { ChartCommandView } from "@throughline/protocol";
import { plotsOf } from "../src/chart/indicators.ts";
import { fibPrice, planOf } from "../src/chart/plan.ts";
import { priceTable } from "../src/chart/price-table.ts";
import { barIndexAt, logicalAt, parseSeries } from "../src/chart/series.ts";
import type { Bar } from "../src/chart/series.ts";
import { sourceWords } from "../src/chart/source-words.ts";
import { visibleBars } from "../src/chart/zoom.ts";

function inForce(...commands: string[]): readonly ChartCommandView[] {
  return commands.reduce<readonly ChartCommandView[]>(
    (list, command, index) =>
      foldInForce(list, { seq: index + 1, command, commandType: "chart_command", agent: "Analyst" }),
    [],
  );
}

const bars: readonly Bar[] = Array.from({ length: 60 }, (_, index) => ({
  time: 1_000 + index * 100,
  close: 100 + index,
  candle: null,
}));

describe("plan", () => {
  test("reads every kind of command", () => {
    const plan = planOf(
      inForce(
        "LOAD:AAPL",
        "TIMEFRAME:1D",
        "INDICATOR:SMA:50",
        "INDICATOR:MACD",
        "SUPPORT:10",
        "RESISTANCE:20",
        "ENTRY:11",
        "TARGET:19",
        "STOPLOSS:9",
        "TRENDLINE:1:2:3:4",
        "FIB:1:100:3:200",
        "ANNOTATE:5:top: here",
        "HIGHLIGHT:9:7",
        "ZOOM:90",
        "ZOOM:IN",
      ),
    );
    expect(plan).toMatchObject({ symbol: "AAPL", timeframe: "1D" });
    expect(plan.indicators.map(({ label }) => label)).toEqual(["SMA 50", "MACD 12 26 9"]);
    expect(plan.levels.map(({ kind, price }) => `${kind} ${price}`)).toEqual([
      "support 10",
      "resistance 20",
      "entry 11",
      "target 19",
      "stoploss 9",
    ]);
    expect(plan.segments.map(({ kind }) => kind)).toEqual(["trendline", "fib"]);
    expect(plan.notes).toMatchObject([{ time: 5, text: "top: here", agent: "Analyst" }]);
    expect(plan.highlights).toMatchObject([{ from: 7, to: 9 }]);
    expect(plan.zooms.map(({ to }) => to)).toEqual([90, "IN"]);
  });

  test("is empty after RESET but for what is loaded, and passes raw commands over", () => {
    const raw: ChartCommandView = { seq: 9, command: "WIGGLE:3", commandType: "raw", agent: null };
    const plan = planOf([...inForce("LOAD:X", "SUPPORT:1", "INDICATOR:RSI", "RESET"), raw]);
    expect(plan).toEqual({ ...planOf([]), symbol: "X" });
  });

  test("retracements go from the end back to the start", () => {
    const fib = { from: { time: 1, price: 100 }, to: { time: 2, price: 200 } };
    expect([0, 0.5, 1].map((ratio) => fibPrice(fib, ratio))).toEqual([200, 150, 100]);
  });
});

describe("series", () => {
  const about = { symbol: "X", name: "X", timeframe: "1D", source: "bundled" };

  test("closes stay closes", () => {
    const { bars } = parseSeries({
      ...about,
      kind: "close",
      points: [
        [1, 2],
        [3, 4],
      ],
    });
    expect(bars).toEqual([
      { time: 1, close: 2, candle: null },
      { time: 3, close: 4, candle: null },
    ]);
  });

  test("candles keep all five figures", () => {
    const { bars } = parseSeries({ ...about, kind: "ohlcv", points: [[1, 2, 5, 1, 4, 99]] });
    expect(bars).toEqual([{ time: 1, close: 4, candle: { open: 2, high: 5, low: 1, volume: 99 } }]);
  });

  test("a time is found at its bar or the one before", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_000 }), (time) => {
        const expected = Math.max(
          0,
          bars.findLastIndex((bar) => bar.time <= time),
        );
        expect(barIndexAt(bars, time)).toBe(expected);
      }),
    );
  });

  test("times outside go on at the distance of the bars", () => {
    expect(logicalAt(bars, 1_000 + 62 * 100)).toBe(62);
    expect(logicalAt(bars, 800)).toBe(-2);
    expect(logicalAt([], 800)).toBe(0);
  });
});

describe("indicators", () => {
  const plan = (command: string) => planOf(inForce(command)).indicators[0]!;

  test("the average of a straight line lags by half its length", () => {
    const [plot] = plotsOf(plan("INDICATOR:SMA:11"), bars);
    expect(plot?.values).toHaveLength(bars.length - 10);
    expect(plot?.values.at(-1)).toEqual({ time: bars.at(-1)?.time, value: 159 - 5 });
  });

  test.each([
    ["INDICATOR:EMA:20", ["average"]],
    ["INDICATOR:RSI", ["rsi"]],
    ["INDICATOR:BB", ["upper", "middle", "lower"]],
    ["INDICATOR:MACD", ["histogram", "macd", "signal"]],
  ])("%s has the plots %j, each with finite values up to the last bar", (command, ids) => {
    const plots = plotsOf(plan(command), bars);
    expect(plots.map(({ id }) => id)).toEqual(ids);
    for (const { values } of plots) {
      expect(values.at(-1)?.time).toBe(bars.at(-1)?.time);
      expect(values.every(({ value }) => Number.isFinite(value))).toBe(true);
    }
  });

  test("with too few bars there is nothing to draw", () => {
    expect(plotsOf(plan("INDICATOR:SMA:200"), bars)[0]?.values).toEqual([]);
  });
});

test("zooms are followed in order, within the bars there are", () => {
  const zoom = (...to: (number | "IN" | "OUT" | "FIT")[]) =>
    visibleBars(
      to.map((each, seq) => ({ seq, to: each })),
      1_000,
      2_000,
    );
  expect([zoom(), zoom("FIT"), zoom(90), zoom(90, "IN"), zoom(90, "OUT"), zoom(5_000), zoom(1)]).toEqual([
    260, 1_000, 90, 45, 180, 1_000, 5,
  ]);
  expect(visibleBars([], 1_000, 350)).toBe(100);
});

describe("the chart as a table", () => {
  const head = { symbol: "X", name: "X", timeframe: "1D", source: "bundled" };

  test("has the newest first, and as many values as columns", () => {
    const candles = parseSeries({
      ...head,
      kind: "ohlcv",
      points: [
        [1_510_099_200, 1, 4, 0.5, 2, 1_000],
        [1_510_185_600, 2, 3, 1, 2.5, 2_000],
      ],
    });
    expect(priceTable(candles)).toEqual({
      columns: ["Open", "High", "Low", "Close", "Volume"],
      rows: [
        { time: 1_510_185_600, day: "2017-11-09", values: ["2.00", "3.00", "1.00", "2.50", "2,000"] },
        { time: 1_510_099_200, day: "2017-11-08", values: ["1.00", "4.00", "0.50", "2.00", "1,000"] },
      ],
      isCut: false,
    });
  });

  test("makes nothing up for a series of closes, and says when older ones are left out", () => {
    const closes = { ...head, kind: "close", bars } as const;
    expect(priceTable(closes, 2)).toMatchObject({
      columns: ["Close"],
      rows: [{ values: ["159.00"] }, { values: ["158.00"] }],
      isCut: true,
    });
    expect(priceTable(closes).rows).toHaveLength(60);
    expect(priceTable({ ...closes, bars: [] })).toMatchObject({ rows: [], isCut: false });
  });

  test("prices that are made up are called so", () => {
    expect(sourceWords("simulated")).toMatchObject({ label: "simulated", isMadeUp: true });
    expect(sourceWords("bundled").isMadeUp).toBe(false);
    expect(sourceWords("somewhere")).toMatchObject({ label: "somewhere", isMadeUp: false });
  });
});
