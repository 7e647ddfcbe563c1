import { describe, expect, it } from "vitest";
import { createMarketData, seriesJson, systemMarketData, type TextFolder } from "../src/index.ts";
import { parseCsv } from "../src/market/csv.ts";
import { barStart } from "../src/market/resample.ts";

const market = systemMarketData();

function folder(files: { readonly [name: string]: string }): TextFolder {
  return {
    list: async () => Object.keys(files),
    read: async (name) => files[name] ?? Promise.reject(new Error(`no file ${name}`)),
  };
}

/** "2020-01-31" → epoch seconds */
const at = (day: string): number => Date.parse(day) / 1000;

describe("recognising instruments in a text", () => {
  it.each([
    ["Analyze Bitcoin", ["BTC-USD"]],
    ["analyze bitcoin and btc and BTC-USD", ["BTC-USD"]],
    ["compare AAPL and MSFT", ["AAPL", "MSFT"]],
    ["msft against apple", ["MSFT", "AAPL"]],
    ["How is the S&P 500 doing?", ["SPX"]],
    ["s&p500, ^GSPC, SPX", ["SPX"]],
    ["$tsla and $F", ["TSLA", "F"]],
    ["ETH/USD or BTCUSDT", ["ETH-USD", "BTC-USD"]],
    ["SOL-EUR", ["SOL-EUR"]],
    ["What about QQQ?", ["QQQ"]],
    ["QQQ", ["QQQ"]],
    ["AAPL VS MSFT PLEASE", ["AAPL", "MSFT"]],
    ["Show the RSI and MACD of IBM in USD", ["IBM"]],
    ["Is it OK to ask about GOOGL?", ["GOOG"]],
    ["Amazon's price", ["AMZN"]],
    ["pineapples cost $100", []],
    ["WHAT ABOUT XYZ", []],
    ["hello there", []],
    ["", []],
  ])("finds in %j: %j", async (text, symbols) => {
    expect((await market.find(text)).map(({ symbol }) => symbol)).toEqual(symbols);
  });
});

describe("bundled series", () => {
  it.each([
    ["Bitcoin", undefined, "BTC-USD", "1D", "close", 365, "2016-07-04", "2017-07-03"],
    ["aapl", undefined, "AAPL", "1D", "close", 1280, "2007-04-24", "2012-05-01"],
    ["AAPL", "1M", "AAPL", "1M", "close", 123, "2000-01-01", "2010-03-01"],
    ["SPX", undefined, "SPX", "1D", "ohlcv", 5105, "2000-01-03", "2020-04-17"],
    ["AMZN", "1D", "AMZN", "1M", "close", 123, "2000-01-01", "2010-03-01"],
    ["GOOG", "5m", "GOOG", "1M", "close", 68, "2004-08-01", "2010-03-01"],
    ["IBM", undefined, "IBM", "1M", "close", 123, "2000-01-01", "2010-03-01"],
    ["MSFT", undefined, "MSFT", "1M", "close", 123, "2000-01-01", "2010-03-01"],
  ])("has %s at %s", async (wanted, timeframe, symbol, given, kind, bars, from, to) => {
    const series = await market.series(wanted, timeframe);
    expect(series).toMatchObject({ symbol, timeframe: given, kind, source: "bundled", from: at(from), to: at(to) });
    expect(series.points).toHaveLength(bars);
    const times = series.points.map(({ time }) => time);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
  });

  it("gathers longer bars from shorter ones, and never candles from closes", async () => {
    const monthly = await market.series("SPX", "1M");
    const january = (await market.series("SPX")).points.filter(({ time }) => time < at("2000-02-01"));
    const [first] = seriesJson(monthly).points;
    expect(monthly).toMatchObject({ timeframe: "1M", kind: "ohlcv", source: "bundled" });
    expect(january).toHaveLength(20);
    expect(first).toEqual([at("2000-01-01"), 1469.25, 1478, 1350.14, 1394.46, 21_494_400_000]);
    expect((await market.series("BTC-USD", "1W")).kind).toBe("close");
  });

  it("goes over HTTP as rows of numbers", async () => {
    const json = seriesJson(await market.series("BTC-USD"));
    expect({ ...json, points: json.points.slice(0, 1) }).toEqual({
      symbol: "BTC-USD",
      name: "Bitcoin",
      timeframe: "1D",
      kind: "close",
      source: "bundled",
      points: [[at("2016-07-04"), 676.18]],
    });
    expect(seriesJson(await market.series("SPX")).points.at(-1)).toEqual([
      at("2020-04-17"),
      2842.43,
      2879.22,
      2830.88,
      2874.56,
      5_792_140_000,
    ]);
  });

  it("starts weeks on Monday and months on the first", () => {
    expect(barStart(at("2020-04-17"), "1W")).toBe(at("2020-04-13"));
    expect(barStart(at("2020-04-13"), "1W")).toBe(at("2020-04-13"));
    expect(barStart(at("2020-04-17T15:00:00Z"), "1D")).toBe(at("2020-04-17"));
    expect(barStart(at("2020-04-17"), "1M")).toBe(at("2020-04-01"));
  });
});

describe("symbols without data", () => {
  it("are simulated, say so, and are the same every time", async () => {
    const series = await market.series("ZZZ");
    expect(series).toMatchObject({ symbol: "ZZZ", name: "ZZZ", source: "simulated", kind: "ohlcv", timeframe: "1D" });
    expect(await systemMarketData().series("zzz")).toEqual(series);
    expect((await market.series("YYY")).points[0]).not.toEqual(series.points[0]);
    expect((await market.series("Tesla")).name).toBe("Tesla");
  });

  it("are simulated as candles that hold together, on trading days", async () => {
    for (const symbol of ["ZZZ", "A", "TSLA", "DOGE-USD", "X1"]) {
      const json = seriesJson(await market.series(symbol));
      const broken = json.points.filter(([time = 0, open = 0, high = 0, low = 0, close = 0]) => {
        const weekday = new Date(time * 1000).getUTCDay();
        return (
          !(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close)) || weekday === 0 || weekday === 6
        );
      });
      expect(broken).toEqual([]);
    }
  });

  it.each(["", "../../etc/passwd", "a b", "<script>", "X".repeat(16), "__proto__", "-"])(
    "%j is not even a symbol",
    async (text) => {
      await expect(market.series(text)).rejects.toMatchObject({ code: "invalid_input" });
    },
  );
});

describe("the user's own folder", () => {
  const bundled = folder({});
  const own = folder({
    "BTC-USD.csv": "date,close\n2024-01-02,2\n2024-01-01,1\n",
    "acme.1W.csv": "time,open,high,low,close,volume\n1704067200,1,3,1,2,10\n",
    "acme.csv": "date,open,high,low,close\n2024-01-01,1,3,1,2\n",
    "notes.txt": "not prices",
    "bad name.csv": "date,close\n2024-01-01,1\n",
    "BAD.csv": "date,close\n2024-01-01,cheap\n",
  });
  const mine = createMarketData({ bundled, folder: own });

  it("comes before what is bundled, and adds to it", async () => {
    expect(await mine.series("bitcoin")).toMatchObject({
      name: "Bitcoin",
      source: "folder",
      from: at("2024-01-01"),
      to: at("2024-01-02"),
    });
    expect(await mine.series("ACME")).toMatchObject({ source: "folder", timeframe: "1D", kind: "ohlcv" });
    expect(seriesJson(await mine.series("ACME", "1W")).points).toEqual([[1_704_067_200, 1, 3, 1, 2, 10]]);
    expect((await mine.find("and acme, ACME?")).map(({ symbol }) => symbol)).toEqual(["ACME"]);
    expect((await mine.instruments()).map(({ symbol }) => symbol)).toContain("ACME");
  });

  it("says what is wrong with a file, each time it is asked for", async () => {
    for (let time = 0; time < 2; time++) {
      await expect(mine.series("BAD")).rejects.toMatchObject({
        code: "invalid_input",
        message: 'BAD.csv, line 2: "cheap" is not a price',
      });
    }
  });

  it("says so when it cannot be read, and recovers when it can", async () => {
    await expect(systemMarketData({ dir: "/nowhere/at/all" }).find("hi")).rejects.toMatchObject({
      code: "invalid_input",
    });
    let readable = false;
    const flaky: TextFolder = { ...own, list: async () => (readable ? own.list() : Promise.reject(new Error("gone"))) };
    const data = createMarketData({ bundled, folder: flaky });
    await expect(data.instruments()).rejects.toThrow("gone");
    readable = true;
    expect(await data.series("bitcoin")).toMatchObject({ source: "folder" });
  });
});

describe("CSV", () => {
  it("reads any order, line ends, epoch seconds and a byte order mark; the later of two equal times counts", () => {
    expect(parseCsv("\uFEFFTime, Price\r\n1704153600,2\r\n1704067200,1\r\n\r\n1704153600,3\r\n", "x")).toEqual({
      kind: "close",
      points: [
        { time: 1_704_067_200, close: 1 },
        { time: 1_704_153_600, close: 3 },
      ],
    });
  });

  it.each([
    ["", 'x: the header needs a "date" and a "close" column'],
    ["date,open\n", 'x: the header needs a "date" and a "close" column'],
    ["date,close\n", "x holds no prices"],
    ["date,close\nsoon,1\n", 'x, line 2: "soon" is not a date'],
    ["date,close\n2020-01-01,\n", 'x, line 2: "" is not a price'],
    ["date,close\n2020-01-01,-1\n", 'x, line 2: "-1" is not a price'],
    ["date,close\n2020-01-01,Infinity\n", 'x, line 2: "Infinity" is not a price'],
    ["date,open,high,low,close\n2020-01-01,5,4,3,4\n", "x, line 2: high and low do not enclose the bar"],
  ])("refuses %j", (text, message) => {
    expect(() => parseCsv(text, "x")).toThrow(message);
  });
});
