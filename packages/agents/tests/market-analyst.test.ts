import { EventType, parseChartCommand, type AguiEvent } from "@throughline/protocol";
import { describe, expect, it } from "vitest";
import { marketAnalyst, systemMarketData, type Run } from "../src/index.ts";
import { judge } from "./support/judge.ts";
import { outline, Stage, textOf } from "./support/stage.ts";

const data = systemMarketData();
const instant = marketAnalyst({ data, pace: 0 });

async function ask(text: string, context?: { [key: string]: string }): Promise<{ stage: Stage; events: AguiEvent[] }> {
  const stage = new Stage();
  const input = stage.message(text, context);
  const events = await stage.run(instant, input);
  judge(events, input, 97);
  return { stage, events };
}

const commands = (stage: Stage): string[] => stage.view.chart.map(({ command }) => command);

describe("the market analyst", () => {
  it('R2: answers "Analyze Bitcoin" with its team, tools, a chart and a report', async () => {
    const { stage, events } = await ask("Analyze Bitcoin");
    const { view } = stage;
    expect(view.subagents.map(({ name, emoji, status }) => `${emoji} ${name} ${status}`)).toEqual([
      "📊 CryptoMarketAnalyst completed",
      "📈 TechnicalAnalyst completed",
      "📰 RiskAnalyst completed",
      "🎯 ReportWriter completed",
    ]);
    expect(view.toolCalls.map(({ name, status }) => `${name} ${status}`).toSorted()).toEqual([
      "compute_indicators completed",
      "find_levels completed",
      "load_candles completed",
      "measure_risk completed",
    ]);
    expect(JSON.parse(view.toolCalls[0]?.result ?? "")).toMatchObject({
      symbol: "BTC-USD",
      kind: "close",
      source: "bundled",
      bars: 365,
    });
    expect(view.steps.map(({ name }) => name)).toEqual(["Load Bitcoin", "Analyse Bitcoin", "Write the report"]);
    expect(view.charts).toMatchObject([{ url: "/chart/thread-1", symbol: "BTC-USD", interval: "1D" }]);
    expect(view.progress).toMatchObject({ current: 3, total: 3 });
    expect(view.confidence).toBe(0.65);
    expect(commands(stage)).toEqual(
      expect.arrayContaining([
        "LOAD:BTC-USD",
        "TIMEFRAME:1D",
        "INDICATOR:SMA:20",
        "SUPPORT:2410.32",
        "RESISTANCE:2893.7",
      ]),
    );
    expect(view.chart.every(({ command }) => parseChartCommand(command) !== undefined)).toBe(true);
    expect(events.filter(({ type }) => type === EventType.TEXT_MESSAGE_CONTENT).length).toBeGreaterThan(300);
    expect(stage.drawn).toEqual([]);
  });

  it("writes figures that stand in the data, and says which data", async () => {
    const { stage } = await ask("Analyze Bitcoin");
    const report = String(stage.view.artifacts[0]?.content);
    expect(stage.view.messages.at(-1)).toMatchObject({ role: "assistant", content: report });
    for (const figure of [
      "$2,486.69",
      "2017-07-03",
      "$2,893.70",
      "$568.21",
      "+267.8%",
      "365 daily closes, 2016-07-04 to 2017-07-03, from the bundled data",
    ]) {
      expect(report).toContain(figure);
    }
    for (const heading of ["## Price", "## Trend and indicators", "## Support and resistance", "## Risk", "## Data"]) {
      expect(report).toContain(`\n${heading}\n`);
    }
    expect(report).not.toMatch(/NaN|undefined|null|Infinity|simulated/i);
  });

  it("gives the same answer to the same question", async () => {
    const [one, two] = await Promise.all([ask("Analyze the S&P 500"), ask("Analyze the S&P 500")]);
    expect(one.events).toEqual(two.events);
    expect(one.stage.view.subagents[0]?.name).toBe("MarketAnalyst");
  });

  it("compares on bars that all have", async () => {
    const { stage } = await ask("compare AAPL and MSFT");
    const report = String(stage.view.artifacts[0]?.content);
    expect(report).toContain("# Apple (AAPL) and Microsoft (MSFT): market report");
    expect(report).toContain("## Side by side");
    expect(report.match(/123 monthly closes, 2000-01-01 to 2010-03-01/g)).toHaveLength(2);
    expect(stage.view.charts.map(({ symbol, interval }) => `${symbol} ${interval}`)).toEqual(["AAPL 1M", "MSFT 1M"]);
    expect(commands(stage)[0]).toBe("LOAD:MSFT");
    expect(stage.view.progress).toMatchObject({ current: 5, total: 5 });
  });

  it("takes the timeframe asked for in words, and three instruments at most", async () => {
    expect((await ask("S&P 500 weekly")).stage.view.charts).toMatchObject([{ interval: "1W" }]);
    const { stage, events } = await ask("AAPL MSFT IBM AMZN monthly, please");
    expect(stage.view.charts).toHaveLength(3);
    expect(textOf(events)).toContain("the first 3 of 4");
  });

  it("labels simulated prices wherever they show", async () => {
    const { stage } = await ask("What about $QQQ?");
    const texts = stage.view.messages.flatMap((message) =>
      message.role === "assistant" && message.content ? [message.content] : [],
    );
    expect(texts[0]).toContain("QQQ (simulated)");
    expect(texts.at(-1)).toMatch(/^# QQQ \(simulated\): market report/);
    expect(texts.at(-1)).toContain("Simulated prices are made up");
    expect(stage.view.toolCalls[0]?.result).toContain('"source":"simulated"');
    expect(commands(stage).some((command) => command.endsWith(":Simulated data"))).toBe(true);
    expect(stage.view.artifacts[0]?.title).toContain("simulated");
    expect(stage.view.confidence).toBeLessThanOrEqual(0.5);
  });

  it("helps when it finds nothing to look at", async () => {
    const { stage, events } = await ask("hello there");
    expect(textOf(events)).toContain("Analyze Bitcoin");
    expect(textOf(events)).toContain("S&P 500 (SPX)");
    expect(new Set(outline(events))).toEqual(
      new Set(["TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END"]),
    );
    expect(stage.view.status).toBe("idle");
  });

  it("draws on a chart session too, the same commands in the same order", async () => {
    const { stage, events } = await ask("Analyze Bitcoin", { session_id: "desk" });
    const own = events.flatMap((event) =>
      event.type === EventType.CUSTOM && event.name === "chart.command" ? [event.value.command as string] : [],
    );
    expect(stage.drawn.map(({ command }) => command)).toEqual(own);
    expect(new Set(stage.drawn.map(({ sessionId }) => sessionId))).toEqual(new Set(["desk"]));
    const blank = new Stage();
    await expect(blank.run(instant, blank.message("Analyze Bitcoin", { session_id: " " }))).rejects.toMatchObject({
      code: "invalid_input",
    });
  });

  it("takes 15 to 25 seconds over Bitcoin, word by word, at its usual pace", async () => {
    const stage = new Stage();
    const events = await stage.run(marketAnalyst({ data }), stage.message("Analyze Bitcoin"));
    expect(stage.clock.elapsed).toBeGreaterThan(15_000);
    expect(stage.clock.elapsed).toBeLessThan(25_000);
    expect(stage.checkpoints.length).toBeGreaterThan(300);
    const report = events.filter((event) => event.type === EventType.TEXT_MESSAGE_CONTENT).slice(-100);
    const gaps = report.slice(1).map((event, index) => (event.timestamp ?? 0) - (report[index]?.timestamp ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(15);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(40);
    expect(stage.clock.pending).toBe(0);
  });

  it("R5: cancelled at any moment leaves nothing pending", async () => {
    for (const at of [0, 1, 5, 9, 40, 75, 80, 130, 200, 400]) {
      const stage = new Stage();
      let seen = 0;
      const reading = (async () => {
        for await (const event of marketAnalyst({ data }).run(stage.message("Analyze Bitcoin"), stage.context)) {
          if (seen++ === at && event.timestamp !== undefined) stage.controller.abort(new Error("cancelled"));
        }
      })();
      await expect(reading).rejects.toThrow("cancelled");
      expect(seen).toBe(at + 1);
      await new Promise((resolve) => setImmediate(resolve));
      expect(stage.clock.pending).toBe(0);
    }
  });

  it("fails plainly when a price file cannot be read", async () => {
    const broken = {
      ...data,
      find: data.find.bind(data),
      series: () => Promise.reject(new Error("disk gone")),
      instruments: data.instruments.bind(data),
    };
    const stage = new Stage();
    const input = stage.message("Analyze Bitcoin");
    const events: AguiEvent[] = [];
    const reading = (async () => {
      for await (const event of marketAnalyst({ data: broken, pace: 0 }).run(input, stage.context)) events.push(event);
    })();
    await expect(reading).rejects.toThrow("disk gone");
    expect(outline(events).slice(-4)).toEqual(["TOOL_CALL_END", "TOOL_CALL_RESULT", "SUBAGENT_ERROR", "STEP_FINISHED"]);
  });

  it("lets another writer write the report", async () => {
    const write = async function* (
      _: Run,
      findings: readonly { readonly confidence: number }[],
    ): AsyncGenerator<string> {
      yield `In short: ${findings.length} instrument.`;
    };
    const stage = new Stage();
    await stage.run(marketAnalyst({ data, pace: 0, write }), stage.message("Analyze Bitcoin"));
    expect(stage.view.artifacts[0]?.content).toBe("In short: 1 instrument.");
  });
});
