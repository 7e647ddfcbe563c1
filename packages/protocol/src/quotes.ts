/** What is asked for something at one moment. */
export interface Quote {
  /** As it was subscribed to. */
  readonly symbol: string;
  readonly price: number;
  /** Since the close of the day before. */
  readonly change: number;
  readonly changePercent: number;
  /** Units traded today; 0 where the source does not know. */
  readonly volume: number;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** `replay`: days long past, played again. `simulated`: made up. */
  readonly source: "live" | "replay" | "simulated";
}

export interface QuoteListener {
  /** At least once a second and symbol. Must not throw. */
  quote(quote: Quote): void;
  /** The source has nothing for the symbol, and nothing will come. Must not throw. */
  unknown(symbol: string): void;
}

/** Where quotes come from. */
export interface QuoteSource {
  /**
   * Gives quotes of the symbols, the first at once, until the returned function is called.
   * @param symbols as {@link QUOTE_SYMBOL} allows
   */
  subscribe(symbols: readonly string[], listener: QuoteListener): () => void;
}

/** What a symbol may look like. */
export const QUOTE_SYMBOL: RegExp = /^[A-Z0-9^][A-Z0-9.^=/_:-]{0,31}$/;
