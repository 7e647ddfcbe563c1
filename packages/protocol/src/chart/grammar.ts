import { ThroughlineError } from "../errors.ts";

/**
 * The grammar of chart commands: one line of text, its parts joined by colons, its name in capitals.
 *
 *     LOAD:AAPL   TIMEFRAME:1D   INDICATOR:MACD:12:26:9[:OFF]   SUPPORT:price   TRENDLINE:t1:p1:t2:p2
 *     ANNOTATE:t:text   HIGHLIGHT:t1:t2   ZOOM:n|IN|OUT|FIT   CLEAR[:kind]   RESET
 *
 * Times are epoch seconds. A text that is no command is no error: a session may have a grammar of its
 * own, and the text is delivered as it is, marked raw.
 */
export type ChartCommand =
  | { readonly kind: "load"; readonly symbol: string }
  | { readonly kind: "timeframe"; readonly timeframe: string }
  | IndicatorCommand
  | { readonly kind: PriceKind; readonly price: number }
  | { readonly kind: "trendline" | "fib"; readonly from: ChartPoint; readonly to: ChartPoint }
  | { readonly kind: "annotate"; readonly time: number; readonly text: string }
  | { readonly kind: "highlight"; readonly from: number; readonly to: number }
  | { readonly kind: "zoom"; readonly to: number | "IN" | "OUT" | "FIT" }
  | { readonly kind: "clear"; readonly what: ClearKind | null }
  | { readonly kind: "reset" };

export type CommandType = "chart_command" | "raw";
export type PriceKind = "support" | "resistance" | "entry" | "target" | "stoploss";
export type Indicator = "SMA" | "EMA" | "RSI" | "MACD" | "BB";

/** Turns an indicator on, or off. Parameters left out take their usual values. */
export interface IndicatorCommand {
  readonly kind: "indicator";
  readonly indicator: Indicator;
  readonly parameters: readonly number[];
  /** Without parameters, every indicator of the name is turned off. */
  readonly off: boolean;
}

export interface ChartPoint {
  /** Epoch seconds. */
  readonly time: number;
  readonly price: number;
}

/** What CLEAR can name: whatever stays on a chart, by its command's name in lower case. */
export type ClearKind = Exclude<ChartCommand["kind"], "load" | "clear" | "reset">;

/** Longest command, in UTF-16 units. */
export const MAX_CHART_COMMAND = 2_000;

/** How many parameters an indicator takes, by their usual values. */
export const INDICATOR_DEFAULTS: { readonly [Name in Indicator]: readonly number[] } = {
  SMA: [20],
  EMA: [20],
  RSI: [14],
  MACD: [12, 26, 9],
  BB: [20, 2],
};

type Parse = (rest: string | undefined) => ChartCommand | undefined;

const SYMBOL = /^[A-Za-z0-9^][A-Za-z0-9.^=/_:-]{0,31}$/;
const TIMEFRAME = /^[1-9][0-9]{0,3}[A-Za-z]{0,3}$/;
const NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?(e[+-]?[0-9]+)?$/;
const TIME = /^(0|-?[1-9][0-9]{0,11})$/;
const ANNOTATION = /^([^:]+):([^\r\n]+)$/;

const PARSERS: ReadonlyMap<string, Parse> = new Map<string, Parse>([
  ["LOAD", (rest = "") => (SYMBOL.test(rest) ? { kind: "load", symbol: rest } : undefined)],
  ["TIMEFRAME", (rest = "") => (TIMEFRAME.test(rest) ? { kind: "timeframe", timeframe: rest } : undefined)],
  ["INDICATOR", parseIndicator],
  ["SUPPORT", (rest) => parsePrice("support", rest)],
  ["RESISTANCE", (rest) => parsePrice("resistance", rest)],
  ["ENTRY", (rest) => parsePrice("entry", rest)],
  ["TARGET", (rest) => parsePrice("target", rest)],
  ["STOPLOSS", (rest) => parsePrice("stoploss", rest)],
  ["TRENDLINE", (rest) => parseLine("trendline", rest)],
  ["FIB", (rest) => parseLine("fib", rest)],
  ["ANNOTATE", parseAnnotation],
  ["HIGHLIGHT", parseHighlight],
  ["ZOOM", parseZoom],
  ["CLEAR", parseClear],
  ["RESET", (rest) => (rest === undefined ? { kind: "reset" } : undefined)],
]);

const NOT_CLEARABLE: ReadonlySet<string> = new Set(["LOAD", "CLEAR", "RESET"]);
const CLEAR_KINDS: ReadonlySet<string> = new Set(
  [...PARSERS.keys()].filter((name) => !NOT_CLEARABLE.has(name)).map((name) => name.toLowerCase()),
);

/** What the text commands, or `undefined` where it is no command. Never throws. */
export function parseChartCommand(text: string): ChartCommand | undefined {
  if (typeof text !== "string" || text.length > MAX_CHART_COMMAND) return undefined;
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  return PARSERS.get(name)?.(colon < 0 ? undefined : text.slice(colon + 1));
}

/**
 * What the text is: a command of the grammar, or `raw`, delivered verbatim all the same. Who has a
 * grammar of their own may claim `raw` for any text; nobody can claim the contrary.
 */
export function chartCommandType(text: string, claimed: CommandType = "chart_command"): CommandType {
  return claimed === "raw" || parseChartCommand(text) === undefined ? "raw" : "chart_command";
}

/**
 * The text of a command, so that parsing gives the command again.
 * @throws ThroughlineError `invalid_input` where no text says it, as with a price that is not a number
 */
export function printChartCommand(command: ChartCommand): string {
  const text = [command.kind.toUpperCase(), ...parts(command)].join(":");
  if (parseChartCommand(text) === undefined) throw new ThroughlineError("invalid_input", `No chart command: ${text}`);
  return text;
}

function parts(command: ChartCommand): readonly (string | number)[] {
  switch (command.kind) {
    case "load":
      return [command.symbol];
    case "timeframe":
      return [command.timeframe];
    case "indicator":
      return [command.indicator, ...command.parameters, ...(command.off ? ["OFF"] : [])];
    case "trendline":
    case "fib":
      return [command.from.time, command.from.price, command.to.time, command.to.price];
    case "annotate":
      return [command.time, command.text];
    case "highlight":
      return [command.from, command.to];
    case "zoom":
      return [command.to];
    case "clear":
      return command.what === null ? [] : [command.what];
    case "reset":
      return [];
    default:
      return [command.price];
  }
}

function parseIndicator(rest = ""): ChartCommand | undefined {
  const [name = "", ...words] = rest.split(":", 6);
  if (!isIndicator(name)) return undefined;
  const off = words.at(-1) === "OFF";
  const parameters = (off ? words.slice(0, -1) : words).map((word) => parseNumber(word));
  if (parameters.length > INDICATOR_DEFAULTS[name].length) return undefined;
  if (!parameters.every((value) => value !== undefined && value > 0)) return undefined;
  return { kind: "indicator", indicator: name, parameters: parameters as number[], off };
}

function isIndicator(name: string): name is Indicator {
  return Object.hasOwn(INDICATOR_DEFAULTS, name);
}

function parsePrice(kind: PriceKind, rest: string | undefined): ChartCommand | undefined {
  const price = parseNumber(rest);
  return price === undefined ? undefined : { kind, price };
}

function parseLine(kind: "trendline" | "fib", rest = ""): ChartCommand | undefined {
  const words = rest.split(":", 5);
  const [t1, t2] = [parseTime(words[0]), parseTime(words[2])];
  const [p1, p2] = [parseNumber(words[1]), parseNumber(words[3])];
  if (words.length !== 4 || t1 === undefined || p1 === undefined || t2 === undefined || p2 === undefined)
    return undefined;
  return { kind, from: { time: t1, price: p1 }, to: { time: t2, price: p2 } };
}

function parseAnnotation(rest = ""): ChartCommand | undefined {
  const [, moment, text] = ANNOTATION.exec(rest) ?? [];
  const time = parseTime(moment);
  return time === undefined || text === undefined ? undefined : { kind: "annotate", time, text };
}

function parseHighlight(rest = ""): ChartCommand | undefined {
  const words = rest.split(":", 3);
  const [from, to] = [parseTime(words[0]), parseTime(words[1])];
  return words.length !== 2 || from === undefined || to === undefined ? undefined : { kind: "highlight", from, to };
}

function parseZoom(rest: string | undefined): ChartCommand | undefined {
  if (rest === "IN" || rest === "OUT" || rest === "FIT") return { kind: "zoom", to: rest };
  const bars = parseNumber(rest);
  return bars !== undefined && bars > 0 ? { kind: "zoom", to: bars } : undefined;
}

function parseClear(rest: string | undefined): ChartCommand | undefined {
  if (rest === undefined) return { kind: "clear", what: null };
  return CLEAR_KINDS.has(rest) ? { kind: "clear", what: rest as ClearKind } : undefined;
}

function parseNumber(word: string | undefined): number | undefined {
  if (word === undefined || word.length > 32 || !NUMBER.test(word)) return undefined;
  // Adding zero turns -0, which has no text of its own, into 0.
  const value = Number(word) + 0;
  return Number.isFinite(value) ? value : undefined;
}

function parseTime(word: string | undefined): number | undefined {
  return word !== undefined && TIME.test(word) ? Number(word) : undefined;
}
