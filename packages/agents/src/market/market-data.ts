import { ThroughlineError } from "@throughline/protocol";
import { BUNDLED, isSymbol, KNOWN_BY_NAME, strangerNamed, type Instrument, type PriceFile } from "./catalogue.ts";
import { parseCsv } from "./csv.ts";
import { lookUp, recognise } from "./recognise.ts";
import { resample } from "./resample.ts";
import { TIMEFRAMES, toSeries, type Bars, type Series, type Timeframe } from "./series.ts";
import { simulate } from "./simulate.ts";

/** A folder of text files, wherever it is. */
export interface TextFolder {
  /** Names of its files, without a path. */
  list(): Promise<readonly string[]>;
  /** @throws when there is no such file */
  read(name: string): Promise<string>;
}

/** Prices, and what they are prices of. */
export interface MarketData {
  /**
   * A symbol's prices. Data in the caller's folder come before bundled ones; a symbol without any
   * is simulated, and says so in `source`.
   * @param symbol a symbol or a known name, in any case: `AAPL`, `btc-usd`, `Bitcoin`
   * @param timeframe `1D`, `1W` or `1M`. Longer bars are made from shorter ones, never the reverse:
   *   what the data cannot give, or no timeframe at all, gives the instrument's own; see the
   *   answer's `timeframe`
   * @throws ThroughlineError `invalid_input` for what cannot be a symbol, or a file that cannot be read
   */
  series(symbol: string, timeframe?: string): Promise<Series>;
  /** The instruments a text is about, in order; unknown tickers included. */
  find(text: string): Promise<Instrument[]>;
  /** Every instrument there is data for. */
  instruments(): Promise<readonly Instrument[]>;
}

export interface MarketDataOptions {
  /** The CSV files that come with this package. */
  readonly bundled: TextFolder;
  /** The user's own: `SYMBOL.csv` (daily) or `SYMBOL.1W.csv`, columns as in {@link parseCsv}. Listed once. */
  readonly folder?: TextFolder;
}

export function createMarketData(options: MarketDataOptions): MarketData {
  return new CsvMarketData(options);
}

class CsvMarketData implements MarketData {
  readonly #options: MarketDataOptions;
  readonly #parsed = new Map<string, Promise<Bars>>();
  #instruments: Promise<readonly Instrument[]> | undefined;

  constructor(options: MarketDataOptions) {
    this.#options = options;
  }

  async series(symbol: string, timeframe?: string): Promise<Series> {
    const instrument = lookUp(symbol, await this.#known());
    if (instrument === undefined)
      throw new ThroughlineError("invalid_input", `"${symbol.slice(0, 40)}" cannot be a symbol.`);
    const { symbol: canonical, name } = instrument;
    const wanted = TIMEFRAMES.find((known) => known === timeframe) ?? instrument.files[0]?.timeframe ?? "1D";
    const file = bestFile(instrument.files, wanted);
    const given = file?.timeframe ?? "1D";
    const bars = file === undefined ? simulate(canonical) : await this.#load(file);
    const reached = isLonger(wanted, given) ? wanted : given;
    const about = { symbol: canonical, name, timeframe: reached, source: file?.source ?? ("simulated" as const) };
    return toSeries(about, reached === given ? bars : resample(bars, reached));
  }

  async find(text: string): Promise<Instrument[]> {
    return recognise(text, await this.#known());
  }

  instruments(): Promise<readonly Instrument[]> {
    this.#instruments ??= this.#list().catch((error: unknown) => {
      this.#instruments = undefined;
      throw error;
    });
    return this.#instruments;
  }

  async #known(): Promise<readonly Instrument[]> {
    return [...(await this.instruments()), ...KNOWN_BY_NAME];
  }

  async #list(): Promise<readonly Instrument[]> {
    const bySymbol = new Map(BUNDLED.map((instrument) => [instrument.symbol, instrument]));
    for (const [symbol, files] of folderFiles((await this.#options.folder?.list()) ?? [])) {
      const known = bySymbol.get(symbol) ?? KNOWN_BY_NAME.find((one) => one.symbol === symbol) ?? strangerNamed(symbol);
      bySymbol.set(symbol, { ...known, files });
    }
    return [...bySymbol.values()];
  }

  /** Parsed once per file: there are only as many as were listed. */
  #load({ file, source }: PriceFile): Promise<Bars> {
    const key = `${source}/${file}`;
    const known = this.#parsed.get(key);
    if (known !== undefined) return known;
    const folder = source === "folder" ? this.#options.folder : this.#options.bundled;
    const loading = (folder as TextFolder).read(file).then((text) => parseCsv(text, file));
    loading.catch(() => this.#parsed.delete(key));
    this.#parsed.set(key, loading);
    return loading;
  }
}

/** `BTC-USD.csv`, `AAPL.1M.csv` → files by symbol, the shortest timeframe first. */
function folderFiles(names: readonly string[]): Map<string, PriceFile[]> {
  const bySymbol = new Map<string, PriceFile[]>();
  for (const file of names.toSorted()) {
    const [, stem = "", suffix] = /^(.+?)(?:\.(1[DWM]))?\.csv$/i.exec(file) ?? [];
    const symbol = stem.toUpperCase();
    if (!isSymbol(symbol)) continue;
    const timeframe = (suffix?.toUpperCase() ?? "1D") as Timeframe;
    const files = [...(bySymbol.get(symbol) ?? []), { timeframe, file, source: "folder" as const }];
    bySymbol.set(
      symbol,
      files.sort((a, b) => (isLonger(a.timeframe, b.timeframe) ? 1 : -1)),
    );
  }
  return bySymbol;
}

/** The file to take: the wanted bars themselves, else shorter ones to make them from, else the shortest there are. */
function bestFile(files: readonly PriceFile[], wanted: Timeframe): PriceFile | undefined {
  const exact = files.find(({ timeframe }) => timeframe === wanted);
  const shorter = files.filter(({ timeframe }) => isLonger(wanted, timeframe));
  return exact ?? shorter.at(-1) ?? files[0];
}

function isLonger(a: Timeframe, b: Timeframe): boolean {
  return TIMEFRAMES.indexOf(a) > TIMEFRAMES.indexOf(b);
}
