import type { SeriesSource, Timeframe } from "./series.ts";

export type AssetClass = "crypto" | "stock" | "index";

/** Something with a price, and what people call it. */
export interface Instrument {
  /** As the chart's LOAD command names it: `AAPL`, `BTC-USD`. */
  readonly symbol: string;
  readonly name: string;
  readonly assetClass: AssetClass;
  /** Further names people use, in lower case. */
  readonly aliases: readonly string[];
  /** Its CSV files by timeframe, the usual timeframe first; none = simulated. */
  readonly files: readonly PriceFile[];
}

/** A CSV file of one instrument's bars. */
export interface PriceFile {
  readonly timeframe: Timeframe;
  readonly file: string;
  readonly source: Exclude<SeriesSource, "simulated">;
}

const daily = (file: string): PriceFile => ({ timeframe: "1D", file, source: "bundled" });
const monthly = (file: string): PriceFile => ({ timeframe: "1M", file, source: "bundled" });

/** What is bundled. */
export const BUNDLED: readonly Instrument[] = [
  {
    symbol: "BTC-USD",
    name: "Bitcoin",
    assetClass: "crypto",
    aliases: ["bitcoin", "btc", "xbt", "btcusd"],
    files: [daily("btc-usd-1d.csv")],
  },
  {
    symbol: "SPX",
    name: "S&P 500",
    assetClass: "index",
    aliases: [
      "s&p 500",
      "s&p500",
      "s&p",
      "s and p 500",
      "sp500",
      "sp 500",
      "spx",
      "gspc",
      "standard & poor's",
      "standard and poor's",
    ],
    files: [daily("spx-1d.csv")],
  },
  {
    symbol: "AAPL",
    name: "Apple",
    assetClass: "stock",
    aliases: ["apple", "aapl"],
    files: [daily("aapl-1d.csv"), monthly("aapl-1mo.csv")],
  },
  {
    symbol: "AMZN",
    name: "Amazon",
    assetClass: "stock",
    aliases: ["amazon", "amzn"],
    files: [monthly("amzn-1mo.csv")],
  },
  {
    symbol: "GOOG",
    name: "Google",
    assetClass: "stock",
    aliases: ["google", "alphabet", "goog", "googl"],
    files: [monthly("goog-1mo.csv")],
  },
  { symbol: "IBM", name: "IBM", assetClass: "stock", aliases: ["ibm"], files: [monthly("ibm-1mo.csv")] },
  {
    symbol: "MSFT",
    name: "Microsoft",
    assetClass: "stock",
    aliases: ["microsoft", "msft"],
    files: [monthly("msft-1mo.csv")],
  },
];

/** Names people ask for that have no bundled data: recognised, then simulated and labelled so. */
export const KNOWN_BY_NAME: readonly Instrument[] = [
  {
    symbol: "ETH-USD",
    name: "Ethereum",
    assetClass: "crypto",
    aliases: ["ethereum", "ether", "eth", "ethusd"],
    files: [],
  },
  { symbol: "SOL-USD", name: "Solana", assetClass: "crypto", aliases: ["solana"], files: [] },
  { symbol: "DOGE-USD", name: "Dogecoin", assetClass: "crypto", aliases: ["dogecoin", "doge"], files: [] },
  { symbol: "XRP-USD", name: "XRP", assetClass: "crypto", aliases: ["ripple", "xrp"], files: [] },
  { symbol: "TSLA", name: "Tesla", assetClass: "stock", aliases: ["tesla", "tsla"], files: [] },
  { symbol: "NVDA", name: "Nvidia", assetClass: "stock", aliases: ["nvidia", "nvda"], files: [] },
  { symbol: "META", name: "Meta", assetClass: "stock", aliases: ["facebook"], files: [] },
  { symbol: "NFLX", name: "Netflix", assetClass: "stock", aliases: ["netflix", "nflx"], files: [] },
];

/** An instrument for a symbol nobody has heard of. */
export function strangerNamed(symbol: string): Instrument {
  const assetClass = /-(USD|USDT|EUR)$/.test(symbol) ? "crypto" : "stock";
  return { symbol, name: symbol, assetClass, aliases: [], files: [] };
}

/** Whether a text can be a symbol at all: capitals and digits, at most 15 characters. */
export function isSymbol(text: string): boolean {
  return /^(?=.{1,15}$)[A-Z0-9]+([.-][A-Z0-9]+)*$/.test(text);
}
