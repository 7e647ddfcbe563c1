import { INDICATOR_DEFAULTS, parseChartCommand } from "@throughline/protocol";
import type { ChartCommandView, ChartPoint, Indicator, PriceKind } from "@throughline/protocol";

/** What a chart shows, read from the commands in force. */
export interface ChartPlan {
  readonly symbol: string | null;
  readonly timeframe: string | null;
  readonly indicators: readonly IndicatorPlan[];
  readonly levels: readonly Level[];
  readonly segments: readonly Segment[];
  readonly notes: readonly Note[];
  readonly highlights: readonly Highlight[];
  readonly zooms: readonly Zoom[];
}

interface Drawn {
  readonly seq: number;
  /** Name of the agent that drew it. */
  readonly agent: string | null;
}

export interface IndicatorPlan {
  /** `SMA 20`: also its name on the chart. */
  readonly label: string;
  readonly indicator: Indicator;
  /** As many as the indicator takes. */
  readonly parameters: readonly number[];
}

export interface Level extends Drawn {
  readonly kind: PriceKind;
  readonly price: number;
}

export interface Segment extends Drawn {
  readonly kind: "trendline" | "fib";
  readonly from: ChartPoint;
  readonly to: ChartPoint;
}

export interface Note extends Drawn {
  /** Epoch seconds. */
  readonly time: number;
  readonly text: string;
}

export interface Highlight extends Drawn {
  /** Epoch seconds. */
  readonly from: number;
  /** Epoch seconds. */
  readonly to: number;
}

export interface Zoom {
  readonly seq: number;
  /** Newest bars to show, or a step, or everything. */
  readonly to: number | "IN" | "OUT" | "FIT";
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer Item)[] ? Item[] : T[Key] };

/** Reads the commands in force, in their order. What is raw is for other charts than this one. */
export function planOf(commands: readonly ChartCommandView[]): ChartPlan {
  const plan: Mutable<ChartPlan> = {
    symbol: null,
    timeframe: null,
    indicators: [],
    levels: [],
    segments: [],
    notes: [],
    highlights: [],
    zooms: [],
  };
  for (const command of commands) if (command.commandType === "chart_command") add(plan, command);
  return plan;
}

function add(plan: Mutable<ChartPlan>, { seq, agent, command: text }: ChartCommandView): void {
  const command = parseChartCommand(text);
  switch (command?.kind) {
    case "load":
      plan.symbol = command.symbol;
      return;
    case "timeframe":
      plan.timeframe = command.timeframe;
      return;
    case "indicator":
      plan.indicators.push(indicatorPlan(command.indicator, command.parameters));
      return;
    case "trendline":
    case "fib":
      plan.segments.push({ seq, agent, kind: command.kind, from: command.from, to: command.to });
      return;
    case "annotate":
      plan.notes.push({ seq, agent, time: command.time, text: command.text });
      return;
    case "highlight":
      plan.highlights.push({
        seq,
        agent,
        from: Math.min(command.from, command.to),
        to: Math.max(command.from, command.to),
      });
      return;
    case "zoom":
      plan.zooms.push({ seq, to: command.to });
      return;
    case "support":
    case "resistance":
    case "entry":
    case "target":
    case "stoploss":
      plan.levels.push({ seq, agent, kind: command.kind, price: command.price });
      return;
    default:
    // CLEAR and RESET have had their effect; the log tells only what stands.
  }
}

function indicatorPlan(indicator: Indicator, given: readonly number[]): IndicatorPlan {
  const parameters = INDICATOR_DEFAULTS[indicator].map((usual, index) => given[index] ?? usual);
  return { label: `${indicator} ${parameters.join(" ")}`, indicator, parameters };
}

/** What a level is called on the chart. */
export const LEVEL_NAMES: Record<PriceKind, string> = {
  support: "Support",
  resistance: "Resistance",
  entry: "Entry",
  target: "Target",
  stoploss: "Stop loss",
};

/** The same, short enough for the price axis. */
export const LEVEL_SIGNS: Record<PriceKind, string> = {
  support: "S",
  resistance: "R",
  entry: "Entry",
  target: "Target",
  stoploss: "Stop",
};

/** The retracements a FIB draws, as shares of the way back from its end to its start. */
export const FIB_RATIOS = [0, 0.236, 0.382, 0.5, 0.618, 0.786, 1] as const;

export function fibPrice({ from, to }: Pick<Segment, "from" | "to">, ratio: number): number {
  return to.price - (to.price - from.price) * ratio;
}
