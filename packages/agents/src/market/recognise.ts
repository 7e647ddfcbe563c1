import { isSymbol, strangerNamed, type Instrument } from "./catalogue.ts";

/** Capitals that stand in questions about markets without naming one. */
const NOT_TICKERS = new Set(
  (
    "AI AM AND API ARE ATH ATL ATR BB BUY CAGR CEO CFO CPI CSV DCA DD EBIT EMA EPS EST ETA ETF EU EUR FAQ FED FIB FOMO FOR GBP GDP GMT HI HODL " +
    "IMO IN IPO IRS IS IT JPY JSON LOW MA MACD ME MY NASDAQ NO NOT NYSE OF OHLC OHLCV OK ON OR PDF PE PEG PLEASE PM ROE ROI RSI SEC SELL SMA SQL " +
    "THE TO TODAY UK UP US USA USD USDT UTC VAR VIX VS VWAP WHAT YOY YTD YES"
  ).split(" "),
);

interface Match {
  readonly start: number;
  readonly end: number;
  readonly instrument: Instrument;
}

/**
 * The instruments a text in plain words is about, each once, in the order they come:
 * names ("Bitcoin", "the S&P 500"), tickers ("AAPL"), pairs ("ETH/USD") and cashtags ("$TSLA").
 * A ticker nobody knows is taken at its word; lower-case words are only taken when they are known names.
 */
export function recognise(text: string, known: readonly Instrument[]): Instrument[] {
  const matches = [...names(text, known), ...cashtags(text, known), ...pairs(text, known), ...tickers(text, known)];
  matches.sort((a, b) => a.start - b.start || b.end - a.end);
  const found = new Map<string, Instrument>();
  let end = 0;
  for (const match of matches) {
    if (match.start < end) continue;
    end = match.end;
    if (!found.has(match.instrument.symbol)) found.set(match.instrument.symbol, match.instrument);
  }
  return [...found.values()];
}

/** The instrument a single word stands for: a known symbol or alias, or a stranger with that symbol. */
export function lookUp(word: string, known: readonly Instrument[]): Instrument | undefined {
  const upper = word.trim().toUpperCase();
  const lower = upper.toLowerCase();
  const match = known.find(({ symbol }) => symbol === upper) ?? known.find(({ aliases }) => aliases.includes(lower));
  return match ?? (isSymbol(upper) ? strangerNamed(upper) : undefined);
}

function* names(text: string, known: readonly Instrument[]): Generator<Match> {
  for (const instrument of known) {
    for (const alias of instrument.aliases)
      yield* matchesOf(new RegExp(bounded(escape(alias)), "giu"), text, () => instrument);
    yield* matchesOf(new RegExp(bounded(escape(instrument.symbol)), "gu"), text, () => instrument);
  }
}

function cashtags(text: string, known: readonly Instrument[]): Iterable<Match> {
  return matchesOf(/\$([A-Za-z]{1,6}(?:[.-][A-Za-z]{1,4})?)(?![\p{L}\p{N}])/gu, text, ([, tag = ""]) =>
    lookUp(tag, known),
  );
}

function pairs(text: string, known: readonly Instrument[]): Iterable<Match> {
  return matchesOf(new RegExp(bounded("([A-Z]{2,6})[-/]?(USD|EUR)T?"), "gu"), text, ([, base = "", quote = ""]) =>
    lookUp(`${base}-${quote}`, known),
  );
}

/** Bare capitals count only where capitals mean something: in a text that has small letters too, or alone. */
function* tickers(text: string, known: readonly Instrument[]): Generator<Match> {
  const alone = /^\s*[A-Z]{1,6}\s*$/.test(text);
  if (!alone && !/\p{Ll}/u.test(text)) return;
  yield* matchesOf(new RegExp(bounded("[A-Z]{2,5}"), "gu"), text, ([word]) =>
    NOT_TICKERS.has(word) ? undefined : lookUp(word, known),
  );
}

function* matchesOf(
  pattern: RegExp,
  text: string,
  identify: (match: RegExpExecArray) => Instrument | undefined,
): Generator<Match> {
  for (const match of text.matchAll(pattern)) {
    const instrument = identify(match);
    if (instrument !== undefined) yield { start: match.index, end: match.index + match[0].length, instrument };
  }
}

/** A pattern that stands as a word of its own. */
function bounded(pattern: string): string {
  return `(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])`;
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
