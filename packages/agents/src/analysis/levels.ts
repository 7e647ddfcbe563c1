import type { Bars } from "../market/series.ts";

/** A price at which the market has turned. */
export interface Level {
  readonly price: number;
  /** How often it turned there. */
  readonly touches: number;
  /** When it last did, epoch seconds. */
  readonly lastTouch: number;
}

export interface Levels {
  /** Below the last close, nearest first. */
  readonly supports: readonly Level[];
  /** Above the last close, nearest first. */
  readonly resistances: readonly Level[];
}

interface Turn {
  readonly price: number;
  readonly time: number;
}

/** How many bars on each side a turning point must tower over. */
const WING = 5;
/** How many bars back levels are looked for: about a trading year. */
const LOOKBACK = 260;
const LEVELS_PER_SIDE = 3;

/**
 * Supports and resistances: turning points of the last year of bars, those close together taken as
 * one level. "Close" is one and a half times the average move from bar to bar.
 */
export function findLevels(bars: Bars): Levels {
  const recent = edges(bars).slice(-LOOKBACK);
  const last = recent.at(-1)?.close ?? 0;
  const levels = cluster(turns(recent), 1.5 * averageMove(recent));
  const nearest = (side: readonly Level[]): Level[] =>
    [...side].sort((a, b) => Math.abs(a.price - last) - Math.abs(b.price - last)).slice(0, LEVELS_PER_SIDE);
  return {
    supports: nearest(levels.filter(({ price }) => price < last)),
    resistances: nearest(levels.filter(({ price }) => price > last)),
  };
}

interface Edge {
  readonly time: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** How far each bar reached; a bar of which only the close is known reached no further than that. */
function edges(bars: Bars): readonly Edge[] {
  return bars.kind === "ohlcv"
    ? bars.points
    : bars.points.map(({ time, close }) => ({ time, high: close, low: close, close }));
}

/** Bars that are the highest or lowest among their neighbours; of equal ones, the first. */
function turns(bars: readonly Edge[]): Turn[] {
  const found: Turn[] = [];
  for (let index = WING; index < bars.length - WING; index++) {
    const bar = bars[index] as Edge;
    const before = bars.slice(index - WING, index);
    const after = bars.slice(index + 1, index + 1 + WING);
    const isHigh = before.every(({ high }) => high < bar.high) && after.every(({ high }) => high <= bar.high);
    const isLow = before.every(({ low }) => low > bar.low) && after.every(({ low }) => low >= bar.low);
    if (isHigh) found.push({ price: bar.high, time: bar.time });
    if (isLow) found.push({ price: bar.low, time: bar.time });
  }
  return found;
}

/** Groups turns, from the lowest up, as long as each lies within `width` of its group's first. */
function cluster(found: readonly Turn[], width: number): Level[] {
  const groups: Turn[][] = [];
  for (const turn of [...found].sort((a, b) => a.price - b.price)) {
    const group = groups.at(-1);
    if (group?.[0] !== undefined && turn.price - group[0].price <= width) group.push(turn);
    else groups.push([turn]);
  }
  return groups.map((group) => ({
    price: group.reduce((sum, { price }) => sum + price, 0) / group.length,
    touches: group.length,
    lastTouch: Math.max(...group.map(({ time }) => time)),
  }));
}

function averageMove(bars: readonly Edge[]): number {
  const moves = bars.slice(1).map((bar, index) => Math.abs(bar.close - (bars[index] as Edge).close));
  return moves.length === 0 ? 0 : moves.reduce((sum, move) => sum + move, 0) / moves.length;
}
