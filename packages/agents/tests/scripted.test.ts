import { EventType, type AguiEvent } from "@throughline/protocol";
import { describe, expect, it } from "vitest";
import { parseScript } from "../src/scripted/script.ts";
import { scripted } from "../src/index.ts";
import { judge } from "./support/judge.ts";
import { outline, Stage, textOf } from "./support/stage.ts";

/** Runs until it throws. @returns what came before, and the error */
async function failing(stage: Stage, text: string): Promise<{ events: AguiEvent[]; error: unknown }> {
  const events: AguiEvent[] = [];
  try {
    for await (const event of scripted.run(stage.message(text), stage.context)) events.push(event);
  } catch (error) {
    return { events, error };
  }
  throw new Error("it did not throw");
}

describe("the scripted agent", () => {
  it("says five tokens 10 ms apart unless told otherwise", async () => {
    const stage = new Stage();
    const input = stage.message("hello there");
    const events = await stage.run(scripted, input);
    expect(textOf(events)).toBe("t0 t1 t2 t3 t4 ");
    expect(outline(events)).toEqual([
      "TEXT_MESSAGE_START",
      ...Array<string>(5).fill("TEXT_MESSAGE_CONTENT"),
      "TEXT_MESSAGE_END",
    ]);
    expect(stage.clock.elapsed).toBe(60);
    expect(events.map((event) => event.timestamp)).toEqual(
      [0, 10, 20, 30, 40, 50, 60].map((ms) => stage.clock.start + ms),
    );
    judge(events, input);
  });

  it("does steps, tools, charts and tokens in that order, whatever the order of the words", async () => {
    const stage = new Stage();
    const input = stage.message("chart=LOAD:AAPL tokens=2 tools=2 chart=my:own:language interval=0 steps=1 size=8");
    const events = await stage.run(scripted, input);
    const tool = ["TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END", "TOOL_CALL_RESULT"];
    const text = ["TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END"];
    expect(outline(events)).toEqual([
      "STEP_STARTED",
      "STEP_FINISHED",
      ...tool,
      ...tool,
      "chart.command",
      "chart.command",
      ...text,
    ]);
    expect(stage.view.toolCalls.map(({ name, args, result }) => ({ name, args, result }))).toEqual([
      { name: "tool_0", args: '{"i":0}', result: '{"ok":true,"i":0}' },
      { name: "tool_1", args: '{"i":1}', result: '{"ok":true,"i":1}' },
    ]);
    expect(stage.view.chart.map(({ command, commandType }) => ({ command, commandType }))).toEqual([
      { command: "LOAD:AAPL", commandType: "chart_command" },
      { command: "my:own:language", commandType: "raw" },
    ]);
    expect(events.flatMap((event) => (event.type === EventType.TEXT_MESSAGE_CONTENT ? [event.delta] : []))).toEqual([
      "t0 .....",
      "t1 .....",
    ]);
    expect(stage.clock.elapsed).toBe(0);
    judge(events, input);
  });

  it("asks after its tokens, and writes the answer in the next run", async () => {
    const stage = new Stage();
    const asking = stage.message("tokens=1 interval=0 ask=Which one, then?");
    judge(await stage.run(scripted, asking), asking);
    expect(stage.view.status).toBe("waiting");
    expect(stage.view.pendingInterrupts.map(({ interrupt }) => interrupt.message)).toEqual(["Which one, then?"]);
    const answering = stage.answer("the second");
    const events = await stage.run(scripted, answering);
    expect(textOf(events)).toBe("answer: the second");
    expect(stage.view.status).toBe("idle");
    judge(events, answering);
  });

  it("throws after K tokens, in the middle of its message", async () => {
    const { events, error } = await failing(new Stage(), "tokens=9 fail=3 interval=0");
    expect(textOf(events)).toBe("t0 t1 t2 ");
    expect(outline(events)).not.toContain("TEXT_MESSAGE_END");
    expect(error).toMatchObject({ code: "agent_error", message: "Failed after 3 tokens, as the script says." });
  });

  it("R5: hangs until it is cancelled, then leaves nothing behind", async () => {
    const stage = new Stage();
    const events = scripted.run(stage.message("tokens=1 interval=0 hang=1"), stage.context)[Symbol.asyncIterator]();
    for (let i = 0; i < 3; i++) await events.next();
    const stuck = events.next();
    stage.controller.abort(new Error("cancelled"));
    await expect(stuck).rejects.toThrow("cancelled");
    expect(stage.clock.pending).toBe(0);
  });

  it("R5: stops at once when it is cancelled between two events", async () => {
    const stage = new Stage();
    const seen: AguiEvent[] = [];
    const reading = (async () => {
      for await (const event of scripted.run(stage.message("tokens=50 interval=1000"), stage.context)) {
        if (seen.push(event) === 3) stage.controller.abort(new Error("cancelled"));
      }
    })();
    await expect(reading).rejects.toThrow("cancelled");
    expect(seen).toHaveLength(3);
    expect(stage.clock.pending).toBe(0);
  });

  it.each([
    ["tokens=many", 'tokens=many": give a whole number'],
    ["tokens=-1", "give a whole number from 0 to 10000000"],
    ["tokens=99999999999", "give a whole number"],
    ["hang=2", "from 0 to 1"],
    ["tokens=1 tokens=2", '"tokens" is given twice'],
    ["ask=a ask=b", '"ask" is given twice'],
    [
      "toknes=3",
      '"toknes" is not a key. The scripted agent knows: ask, chart, fail, hang, interval, size, steps, tokens, tools.',
    ],
    ["chart=", '"chart=" needs a text'],
    ["ask=a fail=1", "one way only"],
  ])("says what is wrong with %s", async (text, message) => {
    const { events, error } = await failing(new Stage(), text);
    expect(events).toEqual([]);
    expect(error).toMatchObject({ code: "invalid_input" });
    expect((error as Error).message).toContain(message);
  });

  it("lets questions and chart commands hold spaces and passes over other words", () => {
    expect(parseScript("please ask=Go on or not? tokens=1 now chart=ANNOTATE:5:two words")).toMatchObject({
      tokens: 1,
      charts: ["ANNOTATE:5:two words"],
      end: { kind: "ask", question: "Go on or not?" },
    });
  });
});
