import type { ChartCommandView } from "../view/view.ts";
import {
  INDICATOR_DEFAULTS,
  parseChartCommand,
  type ChartCommand,
  type ClearKind,
  type IndicatorCommand,
} from "./grammar.ts";

/**
 * The commands in force: what a chart that joins late must be told to look like the others, in this
 * order, and within each by seq:
 *
 * 1. the last LOAD
 * 2. the last TIMEFRAME, and the INDICATORs that are on, since the last RESET; a LOAD leaves them
 * 3. drawings and ZOOM, since the last LOAD, RESET or CLEAR that names them (a CLEAR without a kind
 *    names all of these; `CLEAR:indicator` and `CLEAR:timeframe` take away what they say)
 * 4. raw commands since the last RESET
 *
 * RESET keeps what is loaded. CLEAR, RESET and OFF have had their effect and are not in force.
 */
export function foldInForce(inForce: readonly ChartCommandView[], next: ChartCommandView): readonly ChartCommandView[] {
  const command = next.commandType === "raw" ? undefined : parseChartCommand(next.command);
  // What claims to be of the grammar and is not would be mistaken for its first word later on.
  if (command === undefined) return insert(inForce, { ...next, commandType: "raw" });
  switch (command.kind) {
    case "reset":
      return inForce.filter((item) => kindOf(item) === "load");
    case "clear":
      return inForce.filter((item) => !isCleared(item, command.what));
    case "load":
      return insert(
        inForce.filter((item) => kindOf(item) !== "load" && !isDrawing(item)),
        next,
      );
    case "indicator": {
      const others = inForce.filter((item) => !concerns(command, item));
      return command.off ? others : insert(others, next);
    }
    default:
      return insert(
        inForce.filter((item) => !isReplaced(item, command)),
        next,
      );
  }
}

/** Beyond this many the oldest drawing or raw command gives way: a session may draw for years. */
export const MAX_IN_FORCE = 5_000;

function insert(inForce: readonly ChartCommandView[], next: ChartCommandView): ChartCommandView[] {
  const rank = rankOf(next);
  const place = inForce.findLastIndex((item) => rankOf(item) <= rank) + 1;
  const list = [...inForce.slice(0, place), next, ...inForce.slice(place)];
  if (list.length > MAX_IN_FORCE) list.splice(oldestOf(list), 1);
  return list;
}

function oldestOf(list: readonly ChartCommandView[]): number {
  let oldest = list.length - 1;
  for (const [index, item] of list.entries()) {
    if (rankOf(item) > SETTING_RANK && item.seq < (list[oldest]?.seq ?? Infinity)) oldest = index;
  }
  return oldest;
}

type Kind = ChartCommand["kind"] | "raw";

/** A command's kind by its first word, which is enough once it has been parsed. */
function kindOf(item: ChartCommandView): Kind {
  if (item.commandType === "raw") return "raw";
  const colon = item.command.indexOf(":");
  return (colon < 0 ? item.command : item.command.slice(0, colon)).toLowerCase() as Kind;
}

const SETTING_RANK = 1;

function rankOf(item: ChartCommandView): number {
  const kind = kindOf(item);
  if (kind === "load") return 0;
  if (kind === "timeframe" || kind === "indicator") return SETTING_RANK;
  return kind === "raw" ? 3 : 2;
}

function isDrawing(item: ChartCommandView): boolean {
  return rankOf(item) === 2;
}

function isCleared(item: ChartCommandView, what: ClearKind | null): boolean {
  return what === null ? isDrawing(item) : kindOf(item) === what;
}

/** A TIMEFRAME replaces the one before; so does a ZOOM that says where to, rather than how much further. */
function isReplaced(item: ChartCommandView, command: ChartCommand): boolean {
  if (command.kind === "timeframe") return kindOf(item) === "timeframe";
  return command.kind === "zoom" && command.to !== "IN" && command.to !== "OUT" && kindOf(item) === "zoom";
}

function concerns(command: IndicatorCommand, item: ChartCommandView): boolean {
  if (kindOf(item) !== "indicator") return false;
  const other = parseChartCommand(item.command);
  if (other?.kind !== "indicator" || other.indicator !== command.indicator) return false;
  if (command.off && command.parameters.length === 0) return true;
  const [mine, theirs] = [effective(command), effective(other)];
  return mine.every((value, index) => value === theirs[index]);
}

function effective(command: IndicatorCommand): readonly number[] {
  return INDICATOR_DEFAULTS[command.indicator].map((usual, index) => command.parameters[index] ?? usual);
}
