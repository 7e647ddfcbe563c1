import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_CHART_COMMAND, parseChartCommand, printChartCommand, type ChartCommand } from "../src/index.ts";

const time = fc.integer({ min: -999_999_999_999, max: 999_999_999_999 });
const price = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const positive = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
const point = fc.record({ time, price });
const words = (characters: string, max: number) =>
  fc.string({ unit: fc.constantFrom(...characters.split("")), minLength: 1, maxLength: max });
const periods = (max: number) => fc.array(positive, { maxLength: max });
const indicator = fc.oneof(
  ...(["SMA", "EMA", "RSI"] as const).map((name) => fc.tuple(fc.constant(name), periods(1))),
  fc.tuple(fc.constant("MACD" as const), periods(3)),
  fc.tuple(fc.constant("BB" as const), periods(2)),
);

const command: fc.Arbitrary<ChartCommand> = fc.oneof(
  words("ABab09^", 1).chain((head) =>
    words("ABab09.^=/_:-", 31).map((tail) => ({ kind: "load" as const, symbol: head + tail })),
  ),
  fc
    .tuple(fc.integer({ min: 1, max: 9_999 }), fc.constantFrom("D", "H", "m", "Mo", ""))
    .map(([count, unit]) => ({ kind: "timeframe" as const, timeframe: `${count}${unit}` })),
  fc
    .tuple(indicator, fc.boolean())
    .map(([[name, parameters], off]) => ({ kind: "indicator" as const, indicator: name, parameters, off })),
  fc.record({
    kind: fc.constantFrom(
      "support" as const,
      "resistance" as const,
      "entry" as const,
      "target" as const,
      "stoploss" as const,
    ),
    price,
  }),
  fc.record({ kind: fc.constantFrom("trendline" as const, "fib" as const), from: point, to: point }),
  fc.record({
    kind: fc.constant("annotate" as const),
    time,
    text: fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }).filter((text) => !/[\r\n]/.test(text)),
  }),
  fc.record({ kind: fc.constant("highlight" as const), from: time, to: time }),
  fc.record({
    kind: fc.constant("zoom" as const),
    to: fc.oneof(positive, fc.constantFrom("IN" as const, "OUT" as const, "FIT" as const)),
  }),
  fc.record({
    kind: fc.constant("clear" as const),
    what: fc.constantFrom(null, "support" as const, "indicator" as const, "zoom" as const, "fib" as const),
  }),
  fc.constant({ kind: "reset" as const }),
);

describe("the chart grammar", () => {
  test("what is printed parses to the same command", () => {
    fc.assert(
      fc.property(command, (each) => {
        expect(parseChartCommand(printChartCommand(each))).toEqual(each);
      }),
      { numRuns: 3_000 },
    );
  });

  test("what parses prints to a text that means the same, and then stays as it is", () => {
    const number = fc.constantFrom("1", "0.50", "-3", "1e3", "100.00", "-0");
    const name = fc.constantFrom(
      "SUPPORT",
      "FIB",
      "TRENDLINE",
      "ZOOM",
      "INDICATOR:BB",
      "ANNOTATE",
      "HIGHLIGHT",
      "TIMEFRAME",
      "LOAD",
      "CLEAR",
    );
    const text = fc.tuple(name, fc.array(number, { maxLength: 5 })).map(([head, tail]) => [head, ...tail].join(":"));
    fc.assert(
      fc.property(text, (each) => {
        const parsed = parseChartCommand(each);
        fc.pre(parsed !== undefined);
        const printed = printChartCommand(parsed);
        expect(parseChartCommand(printed)).toEqual(parsed);
        expect(printChartCommand(parseChartCommand(printed) ?? parsed)).toBe(printed);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ["LOAD:AAPL", { kind: "load", symbol: "AAPL" }],
    ["LOAD:BINANCE:BTC-USD", { kind: "load", symbol: "BINANCE:BTC-USD" }],
    ["TIMEFRAME:1D", { kind: "timeframe", timeframe: "1D" }],
    ["INDICATOR:SMA:20", { kind: "indicator", indicator: "SMA", parameters: [20], off: false }],
    ["INDICATOR:SMA:20:OFF", { kind: "indicator", indicator: "SMA", parameters: [20], off: true }],
    ["INDICATOR:RSI", { kind: "indicator", indicator: "RSI", parameters: [], off: false }],
    ["INDICATOR:MACD:12:26:9", { kind: "indicator", indicator: "MACD", parameters: [12, 26, 9], off: false }],
    ["INDICATOR:BB:20:2.5", { kind: "indicator", indicator: "BB", parameters: [20, 2.5], off: false }],
    ["SUPPORT:150.5", { kind: "support", price: 150.5 }],
    ["STOPLOSS:-3", { kind: "stoploss", price: -3 }],
    ["TRENDLINE:100:1.5:200:2", { kind: "trendline", from: { time: 100, price: 1.5 }, to: { time: 200, price: 2 } }],
    ["ANNOTATE:100:sold: 3, why?", { kind: "annotate", time: 100, text: "sold: 3, why?" }],
    ["HIGHLIGHT:1:2", { kind: "highlight", from: 1, to: 2 }],
    ["ZOOM:90", { kind: "zoom", to: 90 }],
    ["ZOOM:FIT", { kind: "zoom", to: "FIT" }],
    ["CLEAR", { kind: "clear", what: null }],
    ["CLEAR:support", { kind: "clear", what: "support" }],
    ["RESET", { kind: "reset" }],
  ])("%s", (text, expected) => {
    expect(parseChartCommand(text)).toEqual(expected);
    expect(printChartCommand(expected as ChartCommand)).toBe(text);
  });

  test.each([
    "",
    ":",
    "load:AAPL",
    " LOAD:AAPL",
    "LOAD",
    "LOAD:",
    "LOAD:A\nB",
    "LOAD:-A",
    "TIMEFRAME:D",
    "TIMEFRAME:0D",
    "INDICATOR",
    "INDICATOR:XYZ:1",
    "INDICATOR:toString",
    "INDICATOR:SMA:0",
    "INDICATOR:SMA:20:30",
    "INDICATOR:MACD:12:26:9:1",
    "INDICATOR:OFF",
    "SUPPORT",
    "SUPPORT:",
    "SUPPORT:x",
    "SUPPORT:NaN",
    "SUPPORT:Infinity",
    "SUPPORT:1e999",
    "SUPPORT:0x10",
    "SUPPORT:1:2",
    "TRENDLINE:1:2:3",
    "TRENDLINE:1:2:3:4:5",
    "TRENDLINE:1.5:2:3:4",
    "ANNOTATE:1",
    "ANNOTATE:1:",
    "ANNOTATE:x:y",
    "ANNOTATE:1:a\nb",
    "HIGHLIGHT:1",
    "HIGHLIGHT:1:2:3",
    "ZOOM",
    "ZOOM:0",
    "ZOOM:in",
    "CLEAR:",
    "CLEAR:load",
    "CLEAR:CLEAR",
    "RESET:",
    "RESET:all",
    "constructor",
    "__proto__:1",
  ])("is no command: %j", (text) => {
    expect(parseChartCommand(text)).toBeUndefined();
  });

  test("hostile text never throws and is bounded", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .tuple(fc.constantFrom("LOAD:", "INDICATOR:BB:", "ANNOTATE:1:"), fc.string({ unit: "binary" }))
        .map((both) => both.join("")),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const parsed = parseChartCommand(text);
        expect(parsed === undefined ? undefined : parseChartCommand(printChartCommand(parsed))).toEqual(parsed);
      }),
      { numRuns: 2_000 },
    );
    expect(parseChartCommand(`ANNOTATE:1:${"x".repeat(MAX_CHART_COMMAND)}`)).toBeUndefined();
    for (const junk of [null, 1, {}, []]) expect(parseChartCommand(junk as unknown as string)).toBeUndefined();
  });

  test("what no text can say is refused", () => {
    const wrong: ChartCommand[] = [
      { kind: "support", price: Number.NaN },
      { kind: "annotate", time: 1, text: "two\nlines" },
      { kind: "load", symbol: "" },
    ];
    for (const each of wrong)
      expect(() => printChartCommand(each)).toThrow(expect.objectContaining({ code: "invalid_input" }));
  });
});
