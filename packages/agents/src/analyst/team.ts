import type { Json, JsonObject } from "@throughline/protocol";
import { analyse, type Analysis } from "../analysis/analyse.ts";
import type { Run, Subagent } from "../builder/run.ts";
import type { Instrument } from "../market/catalogue.ts";
import type { MarketData } from "../market/market-data.ts";
import { toCents } from "../market/round.ts";
import { openingCommands, riskCommands, technicalCommands } from "./drawing.ts";
import { day } from "./format.ts";
import { marketNote, riskNote, technicalNote } from "./notes.ts";
import type { Pace } from "../pace.ts";
import { reportTitle } from "./report.ts";

/** Who does what. The names are what people see. */
const MARKET: Subagent = { name: "MarketAnalyst", emoji: "📊", description: "Loads prices and opens the chart" };
const CRYPTO: Subagent = { ...MARKET, name: "CryptoMarketAnalyst" };
const TECHNICAL: Subagent = {
  name: "TechnicalAnalyst",
  emoji: "📈",
  description: "Reads indicators, levels and the trend",
};
const RISK: Subagent = { name: "RiskAnalyst", emoji: "📰", description: "Measures volatility and losses" };
const WRITER: Subagent = { name: "ReportWriter", emoji: "🎯", description: "Writes the report" };

/** What the members of the team work with. */
export interface Desk {
  readonly data: MarketData;
  readonly pace: Pace;
  /** Writes the report, piece by piece; where a model would step in. */
  readonly write: (run: Run, findings: readonly Analysis[]) => AsyncIterable<string>;
  /** Draws on the thread's chart and on whatever else watches. */
  readonly draw: (run: Run, command: string) => Promise<void>;
}

/** 📊 loads the prices, puts them on the chart and says what they are. */
export function study(run: Run, desk: Desk, instrument: Instrument, timeframe: string | undefined): Promise<Analysis> {
  return run.subagent(instrument.assetClass === "crypto" ? CRYPTO : MARKET, async (sub) => {
    await desk.pace.think(sub, 500);
    const args = { symbol: instrument.symbol, ...(timeframe === undefined ? {} : { timeframe }) };
    const load = async (): Promise<Analysis> => {
      await desk.pace.think(sub, 600);
      return analyse(instrument, await desk.data.series(instrument.symbol, timeframe));
    };
    const analysis = await sub.tool("load_candles", args, load, { show: loaded });
    for (const command of openingCommands(analysis)) await desk.draw(sub, command);
    const { symbol, timeframe: interval } = analysis.series;
    await sub.chartCreated({ url: chartPage(run.input.threadId), symbol, interval });
    await sub.say(desk.pace.typed(sub, marketNote(analysis)));
    return analysis;
  });
}

/** 📈 computes indicators, finds levels and draws both. */
export function readCharts(run: Run, desk: Desk, analysis: Analysis): Promise<void> {
  return run.subagent(TECHNICAL, async (sub) => {
    const { symbol } = analysis.series;
    await desk.pace.think(sub, 400);
    await sub.tool("compute_indicators", { symbol }, () => worked(desk, sub, analysis.indicators));
    await sub.tool("find_levels", { symbol }, () => worked(desk, sub, levelsResult(analysis)));
    for (const command of technicalCommands(analysis)) {
      await desk.draw(sub, command);
      await desk.pace.think(sub, 120);
    }
    await sub.say(desk.pace.typed(sub, technicalNote(analysis)));
  });
}

/** 📰 measures how much there is to lose and marks the deepest fall. */
export function weighRisk(run: Run, desk: Desk, analysis: Analysis): Promise<void> {
  return run.subagent(RISK, async (sub) => {
    await desk.pace.think(sub, 700);
    const { symbol } = analysis.series;
    await sub.tool("measure_risk", { symbol }, () => worked(desk, sub, analysis.risk));
    for (const command of riskCommands(analysis)) await desk.draw(sub, command);
    await sub.say(desk.pace.typed(sub, riskNote(analysis)));
  });
}

/** 🎯 writes the report and hands it over. */
export function writeReport(run: Run, desk: Desk, findings: readonly Analysis[]): Promise<void> {
  return run.subagent(WRITER, async (sub) => {
    await desk.pace.think(sub, 500);
    const content = await sub.say(desk.write(sub, findings));
    await sub.artifact({ kind: "report", title: reportTitle(findings), content });
  });
}

/** The page that shows a thread's chart. */
function chartPage(threadId: string): string {
  return `/chart/${encodeURIComponent(threadId).replaceAll("%3A", ":")}`;
}

/** A tool takes its time. Its numbers are rounded: people read them too. */
async function worked(desk: Desk, sub: Run, result: object): Promise<Json> {
  await desk.pace.think(sub, 450);
  const text = JSON.stringify(result, (_, value: unknown) => (typeof value === "number" ? toCents(value) : value));
  return JSON.parse(text) as Json;
}

function loaded({ series, last }: Analysis): JsonObject {
  const { symbol, name, timeframe, kind, source, from, to, points } = series;
  return {
    symbol,
    name,
    timeframe,
    kind,
    source,
    from: day(from),
    to: day(to),
    bars: points.length,
    last_close: last.close,
  };
}

function levelsResult({ levels, trend }: Analysis): JsonObject {
  return {
    supports: levels.supports.map(({ price, touches }) => ({ price, touches })),
    resistances: levels.resistances.map(({ price, touches }) => ({ price, touches })),
    trend: { direction: trend.direction, per_bar: trend.perBar, fit: trend.fit },
  };
}
