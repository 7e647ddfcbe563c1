import {
  type Clock,
  type ErrorCode,
  type JsonObject,
  parseJsonObject,
  type Quote,
  QUOTE_SYMBOL,
  type QuoteListener,
  type QuoteSource,
} from "@throughline/protocol";
import { authorize } from "../access/authorize.ts";
import type { Principal } from "../access/principal.ts";
import type { Audit } from "../audit/audit.ts";
import { textFrame } from "../delivery/websocket-frame.ts";
import type { Sink } from "../delivery/sink.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { type Rate, RateLimit } from "./rate.ts";
import type { SocketHandler } from "./websocket.ts";

/** Where quotes are spoken. No thread stands behind them: they are neither stored nor repeated. */
export const QUOTES_PATH = "/ws/quotes";

const DIALECT = "quotes";
/** Symbols of one connection. */
const MAX_SYMBOLS = 50;
/** Symbols that one frame may name: each that is refused is answered. */
const MAX_NAMED = 4 * MAX_SYMBOLS;
/** A client that has this much to take yet gets no quotes meanwhile: only the newest count. */
const MAX_BUFFERED = 64 * 1024;

export interface QuotePorts {
  readonly source: QuoteSource;
  readonly audit: Audit;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly rate: Rate;
}

/** A quote's frame, built once for all who get it (D3). */
const frames = new WeakMap<Quote, Uint8Array>();

/** One client's connection to the quotes: `WS /ws/quotes?symbols=AAPL,BTC-USD`. */
export class QuoteSession implements SocketHandler, QuoteListener {
  readonly #ports: QuotePorts;
  readonly #principal: Principal;
  readonly #sink: Sink;
  readonly #limit: RateLimit;
  readonly #openedAt: number;
  readonly #unsubscribe = new Map<string, () => void>();
  #closed = false;

  /** @throws forbidden */
  constructor(options: {
    readonly ports: QuotePorts;
    readonly principal: Principal;
    readonly sink: Sink;
    /** The `symbols` of the address, separated by commas. */
    readonly symbols: string | null;
  }) {
    this.#ports = options.ports;
    this.#principal = options.principal;
    this.#sink = options.sink;
    authorize(this.#principal, "read", DIALECT);
    this.#limit = new RateLimit(options.ports.rate, options.ports.clock);
    this.#openedAt = options.ports.clock.monotonic();
    this.#ports.telemetry.connectionOpened(DIALECT, "websocket", false);
    this.#note("connection.opened", {});
    this.#subscribe((options.symbols ?? "").split(",").filter((symbol) => symbol.trim() !== ""));
  }

  handleText(text: string): void {
    if (this.#closed) return;
    if (!this.#limit.take()) return this.#sink.end("rate");
    const parsed = parseJsonObject(text);
    const frame = parsed.ok ? parsed.value : {};
    switch (frame["type"]) {
      case "ping":
        return this.#tell({ type: "pong", timestamp: this.#now() });
      case "subscribe":
        return this.#withSymbols(frame["symbols"], (symbols) => this.#subscribe(symbols));
      case "unsubscribe":
        return this.#withSymbols(frame["symbols"], (symbols) => symbols.forEach((symbol) => this.#drop(named(symbol))));
      default:
        this.#ports.telemetry.frameIgnored(DIALECT);
    }
  }

  handlePong(): void {}

  handleClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const symbol of this.#unsubscribe.keys()) this.#drop(symbol);
    const seconds = (this.#ports.clock.monotonic() - this.#openedAt) / 1_000;
    this.#ports.telemetry.connectionClosed(DIALECT, "websocket", seconds);
    this.#note("connection.closed", { seconds: Math.round(seconds) });
  }

  quote(quote: Quote): void {
    if (this.#closed || this.#sink.buffered > MAX_BUFFERED) return;
    const frame = frames.get(quote) ?? textFrame(JSON.stringify(quoteFrame(quote)));
    frames.set(quote, frame);
    this.#sink.write(frame);
  }

  unknown(symbol: string): void {
    this.#drop(symbol);
    this.#refuse("not_found", `There are no quotes of "${symbol}".`, symbol);
  }

  #subscribe(symbols: readonly string[]): void {
    for (const symbol of new Set(symbols.map(named))) {
      if (this.#unsubscribe.has(symbol)) continue;
      if (!QUOTE_SYMBOL.test(symbol)) {
        this.#refuse("invalid_input", "This cannot be a symbol.", symbol.slice(0, 32));
      } else if (this.#unsubscribe.size >= MAX_SYMBOLS) {
        this.#refuse("too_many_symbols", `One connection may have ${MAX_SYMBOLS} symbols.`, symbol);
      } else {
        // Told at once, it may be unknown at once.
        this.#unsubscribe.set(symbol, () => undefined);
        const unsubscribe = this.#ports.source.subscribe([symbol], this);
        if (this.#unsubscribe.has(symbol)) this.#unsubscribe.set(symbol, unsubscribe);
        else unsubscribe();
      }
    }
  }

  #drop(symbol: string): void {
    const unsubscribe = this.#unsubscribe.get(symbol);
    this.#unsubscribe.delete(symbol);
    unsubscribe?.();
  }

  #withSymbols(symbols: unknown, use: (symbols: readonly string[]) => void): void {
    if (Array.isArray(symbols) && symbols.length > MAX_NAMED) {
      this.#refuse("too_many_symbols", `One frame may name ${MAX_NAMED} symbols.`);
    } else if (Array.isArray(symbols) && symbols.every((symbol) => typeof symbol === "string")) use(symbols);
    else this.#refuse("invalid_input", '"symbols" must be a list of texts.');
  }

  #refuse(code: ErrorCode, message: string, symbol?: string): void {
    const about = symbol === undefined ? {} : { symbol };
    this.#tell({ type: "error", code, message, ...about, timestamp: this.#now() });
  }

  #tell(frame: JsonObject): void {
    if (this.#closed) return;
    if (this.#sink.buffered > MAX_BUFFERED) this.#sink.end("slow");
    else this.#sink.write(textFrame(JSON.stringify(frame)));
  }

  #now(): string {
    return new Date(this.#ports.clock.now()).toISOString();
  }

  #note(action: string, details: JsonObject): void {
    const { tenant, subject } = this.#principal;
    this.#ports.audit.note({ action, dialect: DIALECT, tenant, threadId: null, clientId: null, subject, details });
  }
}

function named(symbol: string): string {
  return symbol.trim().toUpperCase();
}

function quoteFrame({ symbol, price, change, changePercent, volume, at, source }: Quote): JsonObject {
  const timestamp = new Date(at).toISOString();
  return { type: "quote", symbol, price, change, change_percent: changePercent, volume, timestamp, source };
}
