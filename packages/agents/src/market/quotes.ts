import type { Clock, Logger, Quote, QuoteListener, QuoteSource, Random, Timer } from "@throughline/protocol";
import type { MarketData } from "./market-data.ts";
import { toCents } from "./round.ts";
import type { Candle, Series } from "./series.ts";

export interface MarketQuotesOptions {
  readonly data: MarketData;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** How long a trading day of the past takes when it is played again; default a minute. */
  readonly dayMs?: number;
}

/** Between two quotes of a symbol. Half of what is promised, so that a late timer keeps the promise. */
const TICK_MS = 500;
const DAY_MS = 60_000;
/** How many of the newest days are played, again and again. */
const DAYS = 30;
/** How far a price may stray from its path, as a share of it. */
const NOISE = 0.000_2;

interface Watched {
  readonly listeners: Set<QuoteListener>;
  /** Undefined while it is loaded. */
  series: Series | undefined;
}

/**
 * Quotes from data of the past: the newest days of each symbol, played again at a chosen speed. What a
 * quote says follows from the time of day, so all who watch a symbol see the same, whenever they came.
 */
export function marketQuotes(options: MarketQuotesOptions): QuoteSource {
  return new ReplayedQuotes(options);
}

class ReplayedQuotes implements QuoteSource {
  readonly #options: MarketQuotesOptions;
  readonly #dayMs: number;
  readonly #watched = new Map<string, Watched>();
  #timer: Timer | undefined;

  constructor(options: MarketQuotesOptions) {
    this.#options = options;
    this.#dayMs = options.dayMs ?? DAY_MS;
  }

  subscribe(symbols: readonly string[], listener: QuoteListener): () => void {
    for (const symbol of symbols) this.#watch(symbol, listener);
    this.#timer ??= this.#tick();
    return () => {
      for (const symbol of symbols) this.#leave(symbol, listener);
    };
  }

  #watch(symbol: string, listener: QuoteListener): void {
    const known = this.#watched.get(symbol);
    const watched = known ?? { listeners: new Set<QuoteListener>(), series: undefined };
    watched.listeners.add(listener);
    if (known === undefined) {
      this.#watched.set(symbol, watched);
      void this.#load(symbol, watched);
    } else if (watched.series !== undefined) {
      listener.quote(this.#quoteOf(symbol, watched.series));
    }
  }

  #leave(symbol: string, listener: QuoteListener): void {
    const watched = this.#watched.get(symbol);
    watched?.listeners.delete(listener);
    if (watched?.listeners.size === 0) this.#watched.delete(symbol);
    if (this.#watched.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  async #load(symbol: string, watched: Watched): Promise<void> {
    try {
      watched.series = await this.#options.data.series(symbol);
      this.#tell(symbol, watched);
    } catch (error) {
      this.#options.logger.debug("no quotes of a symbol", { symbol, error });
      if (this.#watched.get(symbol) === watched) this.#watched.delete(symbol);
      for (const listener of watched.listeners) listener.unknown(symbol);
    }
  }

  #tick(): Timer {
    return this.#options.clock.setTimeout(() => {
      this.#timer = this.#tick();
      for (const [symbol, watched] of this.#watched) this.#tell(symbol, watched);
    }, TICK_MS);
  }

  #tell(symbol: string, { series, listeners }: Watched): void {
    if (series === undefined || listeners.size === 0) return;
    const quote = this.#quoteOf(symbol, series);
    for (const listener of listeners) listener.quote(quote);
  }

  #quoteOf(symbol: string, series: Series): Quote {
    const { clock, random } = this.#options;
    const at = clock.now();
    const { price, before, volume } = momentOf(series, at / this.#dayMs);
    const shown = toCents(price * (1 + (random.next() - 0.5) * 2 * NOISE));
    return {
      symbol,
      price: shown,
      change: toCents(shown - before),
      changePercent: Math.round((shown / before - 1) * 10_000) / 100,
      volume,
      at,
      source: series.source === "simulated" ? "simulated" : "replay",
    };
  }
}

/** Where the price stands `days` replayed days after the epoch: the day by its whole part, the hour by the rest. */
function momentOf(series: Series, days: number): { price: number; before: number; volume: number } {
  const count = Math.max(1, Math.min(DAYS, series.points.length - 1));
  const first = series.points.length - count;
  const index = first + (Math.floor(days) % count);
  const passed = days - Math.floor(days);
  const bar = series.points[index] ?? { time: 0, close: 1 };
  const before = series.points[index - 1]?.close ?? bar.close;
  if (!isCandle(bar)) return { price: before + (bar.close - before) * passed, before, volume: 0 };
  return { price: along(pathOf(bar), passed), before, volume: Math.round(bar.volume * passed) };
}

function isCandle(bar: Candle | { readonly close: number }): bar is Candle {
  return "open" in bar;
}

/** A day that rises goes to its low first, one that falls to its high. */
function pathOf({ open, high, low, close }: Candle): readonly number[] {
  return close >= open ? [open, low, high, close] : [open, high, low, close];
}

/** The point at `share` of the way along a path of equal legs. */
function along(path: readonly number[], share: number): number {
  const place = share * (path.length - 1);
  const leg = Math.min(path.length - 2, Math.floor(place));
  const from = path[leg] ?? 0;
  return from + ((path[leg + 1] ?? from) - from) * (place - leg);
}
