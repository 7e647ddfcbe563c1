import { ThroughlineError, type Agent } from "@throughline/protocol";
import type { Analysis } from "../analysis/analyse.ts";
import { defineAgent } from "../builder/define-agent.ts";
import type { Run } from "../builder/run.ts";
import type { Instrument } from "../market/catalogue.ts";
import type { MarketData } from "../market/market-data.ts";
import { commonTimeframe } from "../market/timeframe.ts";
import { helpText } from "./notes.ts";
import { createPace } from "../pace.ts";
import { reportMarkdown } from "./report.ts";
import { readCharts, study, weighRisk, writeReport, type Desk } from "./team.ts";

export interface MarketAnalystOptions {
  readonly data: MarketData;
  /** How long it takes over things: 1 (default) so that people can watch, 0 = at once. */
  readonly pace?: number;
  /** Writes the report in place of the built-in one, such as a model would. */
  readonly write?: (run: Run, findings: readonly Analysis[]) => AsyncIterable<string>;
}

/** More at once would make a report nobody reads. */
const MOST = 3;

/**
 * A team that looks at a market: finds the instruments named in plain text, loads their prices,
 * reads indicators, levels and risk, draws on the chart while it goes, and writes a report.
 * With `context.session_id` it draws on that chart session too.
 */
export function marketAnalyst(options: MarketAnalystOptions): Agent {
  const about = {
    name: "market-analyst",
    description: "A team that analyses a stock, index or coin on real data, draws on its chart and writes a report.",
  };
  return defineAgent(about, async (run) => {
    const found = await options.data.find(run.text);
    const desk = openDesk(run, options);
    if (found.length === 0) {
      const known = await options.data.instruments();
      await run.say(desk.pace.typed(run, helpText(known)));
      return;
    }
    await workThrough(run, desk, found.slice(0, MOST));
    if (found.length > MOST)
      await run.say(`I looked at the first ${MOST} of ${found.length} instruments; ask again for the others.`);
  });
}

async function workThrough(run: Run, desk: Desk, instruments: readonly Instrument[]): Promise<void> {
  const total = 2 * instruments.length + 1;
  let done = 0;
  const advance = (message: string): Promise<void> => run.progress(done++, total, message);
  const timeframe = commonTimeframe(run.text, instruments);
  const findings: Analysis[] = [];
  for (const instrument of instruments) {
    await advance(`Loading ${instrument.name}`);
    const analysis = await run.step(`Load ${instrument.name}`, () => study(run, desk, instrument, timeframe));
    await advance(`Analysing ${instrument.name}`);
    await run.step(`Analyse ${instrument.name}`, () =>
      Promise.all([readCharts(run, desk, analysis), weighRisk(run, desk, analysis)]),
    );
    findings.push(analysis);
  }
  await advance("Writing the report");
  await run.step("Write the report", () => writeReport(run, desk, findings));
  await run.confidence(Math.min(...findings.map(({ confidence }) => Math.round(confidence * 100) / 100)));
  await advance("Done");
}

function openDesk(run: Run, options: MarketAnalystOptions): Desk {
  const pace = createPace(options.pace ?? 1);
  const write =
    options.write ?? ((sub: Run, findings: readonly Analysis[]) => pace.typed(sub, reportMarkdown(findings)));
  return { data: options.data, pace, write, draw: drawer(run) };
}

/** Draws on the thread's own chart and, when the caller named one, on a chart session. */
function drawer(run: Run): Desk["draw"] {
  const sessionId = run.context["session_id"];
  if (sessionId === undefined || sessionId === null) return (sub, command) => sub.chart(command);
  if (typeof sessionId !== "string" || sessionId.trim() === "") {
    throw new ThroughlineError("invalid_input", "context.session_id must be the name of a chart session.");
  }
  return async (sub, command) => {
    await sub.chart(command);
    await run.host.charts.streamChartCommand(sessionId, command);
  };
}
