/** Where a series' prices come from, in words. */
export interface SourceWords {
  readonly label: string;
  readonly hint: string;
  /** They are made up, which must show. */
  readonly isMadeUp: boolean;
}

const WORDS: Readonly<Record<string, readonly [label: string, hint: string]>> = {
  bundled: ["bundled data", "Real, historical prices that come with Throughline."],
  folder: ["your data", "Prices from the server's own folder (THROUGHLINE_MARKET_DIR)."],
  simulated: ["simulated", "There are no prices of this symbol: these are made up, and mean nothing."],
};

/** @param source `source` of a series */
export function sourceWords(source: string): SourceWords {
  const [label, hint] = WORDS[source] ?? [source, "Where these prices come from."];
  return { label, hint, isMadeUp: source === "simulated" };
}
