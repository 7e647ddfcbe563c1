import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldInForce, type ChartCommandView } from "../src/index.ts";
import { MAX_IN_FORCE } from "../src/chart/in-force.ts";
import { chartCommand } from "./support/threads.ts";

/** What is in force after these commands; a word with `!` in front is sent as raw. */
function inForce(...commands: string[]): string[] {
  let list: readonly ChartCommandView[] = [];
  for (const [index, text] of commands.entries()) {
    const isRaw = text.startsWith("!");
    const command = isRaw ? text.slice(1) : text;
    list = foldInForce(list, { seq: index + 1, command, commandType: isRaw ? "raw" : "chart_command", agent: null });
  }
  return list.map((item) => item.command);
}

describe("chart commands in force", () => {
  test("the last LOAD", () => {
    expect(inForce("LOAD:A", "LOAD:B")).toEqual(["LOAD:B"]);
  });

  test("TIMEFRAME and INDICATORs survive a LOAD", () => {
    expect(inForce("LOAD:A", "TIMEFRAME:1D", "INDICATOR:SMA:20", "INDICATOR:RSI", "LOAD:B")).toEqual([
      "LOAD:B",
      "TIMEFRAME:1D",
      "INDICATOR:SMA:20",
      "INDICATOR:RSI",
    ]);
  });

  test("only the last TIMEFRAME", () => {
    expect(inForce("TIMEFRAME:1D", "INDICATOR:RSI", "TIMEFRAME:1H")).toEqual(["INDICATOR:RSI", "TIMEFRAME:1H"]);
  });

  test("an INDICATOR that was turned off is gone, usual parameters or not", () => {
    expect(inForce("INDICATOR:SMA:20", "INDICATOR:SMA:50", "INDICATOR:SMA:20:OFF")).toEqual(["INDICATOR:SMA:50"]);
    expect(inForce("INDICATOR:SMA", "INDICATOR:SMA:20:OFF")).toEqual([]);
    expect(inForce("INDICATOR:SMA:20", "INDICATOR:SMA:50", "INDICATOR:RSI", "INDICATOR:SMA:OFF")).toEqual([
      "INDICATOR:RSI",
    ]);
    expect(inForce("INDICATOR:SMA:20", "INDICATOR:EMA:20", "INDICATOR:SMA:20")).toEqual([
      "INDICATOR:EMA:20",
      "INDICATOR:SMA:20",
    ]);
  });

  test("drawings and ZOOM end with a LOAD", () => {
    const drawings = [
      "SUPPORT:1",
      "RESISTANCE:2",
      "TRENDLINE:1:2:3:4",
      "FIB:1:2:3:4",
      "ENTRY:1",
      "TARGET:2",
      "STOPLOSS:0",
      "ANNOTATE:1:x",
      "HIGHLIGHT:1:2",
      "ZOOM:IN",
    ];
    expect(inForce("LOAD:A", ...drawings)).toEqual(["LOAD:A", ...drawings]);
    expect(inForce("LOAD:A", ...drawings, "LOAD:A")).toEqual(["LOAD:A"]);
  });

  test("a ZOOM that says where to replaces the ones before", () => {
    expect(inForce("ZOOM:IN", "ZOOM:90", "ZOOM:IN", "ZOOM:OUT")).toEqual(["ZOOM:90", "ZOOM:IN", "ZOOM:OUT"]);
    expect(inForce("ZOOM:90", "ZOOM:FIT")).toEqual(["ZOOM:FIT"]);
  });

  test("CLEAR ends all drawings and ZOOM, CLEAR:kind those of the kind", () => {
    const before = ["LOAD:A", "TIMEFRAME:1D", "INDICATOR:RSI", "SUPPORT:1", "ENTRY:2", "ZOOM:90", "!own"];
    expect(inForce(...before, "CLEAR")).toEqual(["LOAD:A", "TIMEFRAME:1D", "INDICATOR:RSI", "own"]);
    expect(inForce(...before, "CLEAR:support")).toEqual([
      "LOAD:A",
      "TIMEFRAME:1D",
      "INDICATOR:RSI",
      "ENTRY:2",
      "ZOOM:90",
      "own",
    ]);
    expect(inForce(...before, "CLEAR:zoom", "CLEAR:fib")).toEqual([
      "LOAD:A",
      "TIMEFRAME:1D",
      "INDICATOR:RSI",
      "SUPPORT:1",
      "ENTRY:2",
      "own",
    ]);
    expect(inForce(...before, "CLEAR:indicator", "CLEAR:timeframe")).toEqual([
      "LOAD:A",
      "SUPPORT:1",
      "ENTRY:2",
      "ZOOM:90",
      "own",
    ]);
  });

  test("RESET ends everything but what is loaded, raw commands too", () => {
    expect(inForce("LOAD:A", "TIMEFRAME:1D", "INDICATOR:RSI", "SUPPORT:1", "ZOOM:90", "!own", "RESET")).toEqual([
      "LOAD:A",
    ]);
    expect(inForce("SUPPORT:1", "RESET", "SUPPORT:2")).toEqual(["SUPPORT:2"]);
  });

  test("raw commands last until RESET, whatever they look like", () => {
    expect(inForce("!LOAD:X", "LOAD:A", "!RESET", "CLEAR")).toEqual(["LOAD:A", "LOAD:X", "RESET"]);
  });

  test("what claims to be of the grammar and is not, is raw", () => {
    const [item] = foldInForce([], { seq: 1, command: "LOAD:", commandType: "chart_command", agent: null });
    expect(item).toMatchObject({ command: "LOAD:", commandType: "raw" });
  });

  test("the order is LOAD, settings, drawings, raw, each by seq", () => {
    expect(
      inForce(
        "!own",
        "ZOOM:IN",
        "SUPPORT:1",
        "INDICATOR:RSI",
        "TIMEFRAME:1D",
        "LOAD:A",
        "!more",
        "ENTRY:1",
        "INDICATOR:SMA",
      ),
    ).toEqual(["LOAD:A", "INDICATOR:RSI", "TIMEFRAME:1D", "INDICATOR:SMA", "ENTRY:1", "own", "more"]);
  });

  test("what a late joiner is told leaves the same in force again", () => {
    fc.assert(
      fc.property(fc.array(chartCommand, { maxLength: 30, size: "max" }), (commands) => {
        const all = commands.map((each, index) => ({ ...each, seq: index + 1, agent: null }));
        const fold = (list: readonly ChartCommandView[]) => list.reduce<readonly ChartCommandView[]>(foldInForce, []);
        expect(fold(fold(all))).toEqual(fold(all));
      }),
      { numRuns: 500 },
    );
  });

  test("a session that draws for years stays bounded and keeps its newest", () => {
    const drawings = Array.from({ length: MAX_IN_FORCE }, (_, index) => ({
      seq: index + 2,
      command: `SUPPORT:${index}`,
      commandType: "chart_command" as const,
      agent: null,
    }));
    const full = [
      { seq: 1, command: "LOAD:A", commandType: "chart_command" as const, agent: null },
      ...drawings.slice(1),
    ];
    const next = foldInForce(full, { seq: 9_999, command: "SUPPORT:9999", commandType: "chart_command", agent: null });
    expect(next).toHaveLength(MAX_IN_FORCE);
    expect([next[0]?.command, next[1]?.command, next.at(-1)?.command]).toEqual(["LOAD:A", "SUPPORT:2", "SUPPORT:9999"]);
  });
});
