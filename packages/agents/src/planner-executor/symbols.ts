import type { Run } from "../builder/run.ts";
import type { Instrument } from "../market/catalogue.ts";
import type { MarketData } from "../market/market-data.ts";
import { askOnce } from "./ask-once.ts";

/** More choices than that are no help. */
const MOST_CHOICES = 5;
const LEAVE_OUT = "Leave it out";

/** The instruments to work with: for one without any prices the person says what to take in its place. */
export async function settleSymbols(
  run: Run,
  data: MarketData,
  found: readonly Instrument[],
): Promise<readonly Instrument[]> {
  const settled = new Map<string, Instrument>();
  for (const instrument of found) {
    const chosen = instrument.files.length > 0 ? [instrument] : await insteadOf(run, data, instrument, found);
    for (const one of chosen) settled.set(one.symbol, one);
  }
  return [...settled.values()];
}

/** What to compare a single instrument with; empty when the person names nothing. */
export async function anotherInstrument(run: Run, data: MarketData, only: Instrument): Promise<readonly Instrument[]> {
  const choices = await withPrices(data, [only]);
  const question = `What should ${only.name} be compared with?`;
  const answer = await askOnce(run, `compare:${only.symbol}`, question, choices);
  const found = (await data.find(answer)).filter(({ symbol }) => symbol !== only.symbol);
  return settleSymbols(run, data, found);
}

async function insteadOf(
  run: Run,
  data: MarketData,
  unknown: Instrument,
  others: readonly Instrument[],
): Promise<readonly Instrument[]> {
  const simulate = `Simulated prices for ${unknown.symbol}`;
  const choices = await withPrices(data, others);
  const question = `There are no prices of ${unknown.name}. What should I take?`;
  const answer = await askOnce(run, `symbol:${unknown.symbol}`, question, [...choices, simulate, LEAVE_OUT]);
  if (answer === simulate) return [unknown];
  if (answer === LEAVE_OUT) return [];
  const [chosen] = await data.find(answer);
  if (chosen === undefined) return [];
  // Named once more, it is wanted all the same; another one without prices is asked about in turn.
  if (chosen.symbol === unknown.symbol || chosen.files.length > 0) return [chosen];
  return insteadOf(run, data, chosen, [...others, chosen]);
}

/** Symbols there are prices of, but for those that are in use. */
async function withPrices(data: MarketData, used: readonly Instrument[]): Promise<string[]> {
  const taken = new Set(used.map(({ symbol }) => symbol));
  const known = (await data.instruments()).filter(({ symbol, files }) => files.length > 0 && !taken.has(symbol));
  return known.slice(0, MOST_CHOICES).map(({ symbol }) => symbol);
}
