import { randomFrom } from "@throughline/protocol";
import type { Bars, Candle } from "./series.ts";
import { toCents } from "./round.ts";

const DAY = 86_400;
const BARS = 504;
/** 2021-01-04, a Monday. A fixed date, so that a symbol's simulated past is the same on every day and machine. */
const START = 1_609_718_400;

/**
 * Made-up daily candles for a symbol nobody has data for: a random walk whose price, drift and
 * unrest follow from the symbol alone, so the same symbol always gives the same series.
 */
export function simulate(symbol: string): Bars {
  const { next: random } = randomFrom(hash(symbol));
  let close = 10 + random() * 240;
  const drift = (random() - 0.45) * 0.001;
  const unrest = 0.008 + random() * 0.022;
  const points: Candle[] = [];
  for (let day = 0; points.length < BARS; day++) {
    if (day % 7 > 4) continue;
    const open = close;
    close = Math.max(0.01, open * Math.exp(drift + unrest * gaussian(random)));
    points.push(candle(START + day * DAY, open, close, unrest, random));
  }
  return { kind: "ohlcv", points };
}

function candle(time: number, open: number, close: number, unrest: number, random: () => number): Candle {
  const high = Math.max(open, close) * (1 + unrest * random() * 0.6);
  const low = Math.min(open, close) * (1 - unrest * random() * 0.6);
  const volume = Math.round(1_000_000 * (0.5 + random()) * (1 + Math.abs(close / open - 1) / unrest));
  return { time, open: toCents(open), high: toCents(high), low: toCents(low), close: toCents(close), volume };
}

/** Box–Muller: two even numbers make a normal one. */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
