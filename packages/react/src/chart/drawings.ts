import { price } from "../format.ts";
import { type ChartPlan, LEVEL_NAMES } from "./plan.ts";

/** Something an agent drew, in words. */
export interface Drawing {
  readonly seq: number;
  readonly what: string;
  /** Name of the agent that drew it. */
  readonly agent: string | null;
}

/** What the agents drew, in words and in order: the chart for who cannot see it. */
export function drawingsOf(plan: ChartPlan): readonly Drawing[] {
  const levels = plan.levels.map(({ seq, agent, kind, price: at }) => ({
    seq,
    agent,
    what: `${LEVEL_NAMES[kind]} at ${price(at)}`,
  }));
  const segments = plan.segments.map(({ seq, agent, kind, from, to }) => {
    const name = kind === "fib" ? "Fibonacci levels" : "Trend line";
    return {
      seq,
      agent,
      what: `${name} from ${price(from.price)} on ${day(from.time)} to ${price(to.price)} on ${day(to.time)}`,
    };
  });
  const notes = plan.notes.map(({ seq, agent, time, text }) => ({ seq, agent, what: `${day(time)}: ${text}` }));
  const highlights = plan.highlights.map(({ seq, agent, from, to }) => ({
    seq,
    agent,
    what: `Highlight from ${day(from)} to ${day(to)}`,
  }));
  return [...levels, ...segments, ...notes, ...highlights].sort((left, right) => left.seq - right.seq);
}

/** `2017-11-08`, in UTC as the data is. */
export function day(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 10);
}
