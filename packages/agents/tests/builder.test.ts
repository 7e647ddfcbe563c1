import { EventType, ThroughlineError, type AguiEvent } from "@throughline/protocol";
import { describe, expect, it } from "vitest";
import { defineAgent, type Script } from "../src/index.ts";
import { judge } from "./support/judge.ts";
import { outline, Stage, textOf } from "./support/stage.ts";

const agent = (script: Script) => defineAgent({ name: "test-agent" }, script);

/** Runs a script on a fresh stage, judges what it emitted, and returns both. */
async function perform(script: Script, text = "hi"): Promise<{ events: AguiEvent[]; stage: Stage }> {
  const stage = new Stage();
  const input = stage.message(text);
  const events = await stage.run(agent(script), input);
  judge(events, input);
  return { events, stage };
}

/** Runs a script that fails. @returns the events before the error, and the error */
async function failing(script: Script): Promise<{ events: AguiEvent[]; error: unknown }> {
  const stage = new Stage();
  const events: AguiEvent[] = [];
  try {
    for await (const event of agent(script).run(stage.message("hi"), stage.context)) events.push(event);
  } catch (error) {
    return { events, error };
  }
  throw new Error("it did not fail");
}

async function* words(...deltas: string[]): AsyncGenerator<string> {
  yield* deltas;
}

describe("the builder", () => {
  it("makes a useful agent in ten lines", async () => {
    const weather = defineAgent({ name: "weather", description: "Tells the weather." }, async (run) => {
      const city = run.text.replace(/.* in /, "");
      const { degrees } = await run.tool("get_weather", { city }, async () => ({ degrees: 21 }));
      await run.say(`It is ${degrees} °C in ${city}.`);
    });
    const stage = new Stage();
    const input = stage.message("How warm is it in Rome");
    const events = await stage.run(weather, input);
    judge(events, input);
    expect(outline(events)).toEqual([
      "TOOL_CALL_START",
      "TOOL_CALL_ARGS",
      "TOOL_CALL_END",
      "TOOL_CALL_RESULT",
      "TEXT_MESSAGE_START",
      "TEXT_MESSAGE_CONTENT",
      "TEXT_MESSAGE_END",
    ]);
    expect(textOf(events)).toBe("It is 21 °C in Rome.");
    expect(events.every((event) => Number.isSafeInteger(event.timestamp))).toBe(true);
  });

  it("streams text bit by bit or from an iterable, skips empty bits, and hides a message without text", async () => {
    const { events } = await perform(async (run) => {
      const message = run.message();
      await message.write("a");
      await message.write("");
      await message.end();
      await message.end();
      expect(await run.say(words("b", "c"))).toBe("bc");
      await run.say("");
      await run.message().end();
    });
    expect(outline(events).join(" ").replaceAll("TEXT_MESSAGE_", "")).toBe(
      "START CONTENT END START CONTENT CONTENT END",
    );
    expect(textOf(events)).toBe("abc");
  });

  it("closes what the script leaves open", async () => {
    const { events } = await perform(async (run) => {
      await run.subagent({ name: "Ann" }, async (sub) => {
        await sub.message().write("left open");
      });
      void run.message().write("also open");
    });
    expect(outline(events).filter((type) => type === "TEXT_MESSAGE_END")).toHaveLength(2);
    expect(outline(events).indexOf("TEXT_MESSAGE_END")).toBeLessThan(outline(events).indexOf("SUBAGENT_FINISHED"));
  });

  it("shows a failing tool's error as its result and passes it on, unless told what to return", async () => {
    const broken = async (): Promise<string> => {
      throw new Error("no network");
    };
    const { events } = await perform(async (run) => {
      expect(await run.tool("fetch", {}, broken, { onError: () => "cached" })).toBe("cached");
      await expect(run.tool("fetch", {}, broken)).rejects.toThrow("no network");
      await run.tool("nothing", {}, () => undefined);
    });
    const results = events.flatMap((event) => (event.type === EventType.TOOL_CALL_RESULT ? [event.content] : []));
    expect(results).toEqual(['{"error":"no network"}', '{"error":"no network"}', "null"]);
  });

  it("names steps, and refuses two of one name at once", async () => {
    const { events } = await perform(async (run) => {
      await run.step("plan", async () => {
        await expect(run.step("plan", () => {})).rejects.toMatchObject({ code: "agent_error" });
        await run.subagent({ name: "Ann" }, (sub) => sub.step("plan", () => {}));
      });
      await expect(run.step("plan", () => Promise.reject(new Error("bad plan")))).rejects.toThrow("bad plan");
    });
    expect(outline(events).filter((type) => type === "STEP_FINISHED")).toHaveLength(3);
  });

  it("puts everything a member of the team does under its name, also of several at once", async () => {
    const { events, stage } = await perform(async (run) => {
      const member = (name: string) =>
        run.subagent({ name, emoji: "📊", description: "counts" }, async (sub) => {
          for (const delta of ["1 ", "2 "]) {
            await sub.sleep(5);
            await sub.say(`${name} ${delta}`);
          }
          await sub.tool("count", { name }, () => 2);
          await sub.subagent({ name: `${name} junior` }, (junior) => junior.chart("LOAD:AAPL"));
        });
      await Promise.all([member("Ann"), member("Ben")]);
    });
    expect(textOf(events)).toBe("Ann 1 Ben 1 Ann 2 Ben 2 ");
    expect(stage.view.subagents.map(({ name, emoji, status }) => `${name} ${emoji} ${status}`)).toEqual([
      "Ann 📊 completed",
      "Ben 📊 completed",
      "Ann junior null completed",
      "Ben junior null completed",
    ]);
    expect(stage.view.toolCalls.map(({ subagentRunId }) => subagentRunId)).toEqual(
      stage.view.subagents.slice(0, 2).map(({ subagentRunId }) => subagentRunId),
    );
    expect(stage.view.chart.at(-1)?.agent).toBe("Ben junior");
    expect(events.every((event) => "subagentRunId" in event)).toBe(true);
  });

  it("tells of a failing member and lets the others go on", async () => {
    const { events } = await perform(async (run) => {
      await run
        .subagent({ name: "Ann" }, async () => {
          throw new ThroughlineError("not_found", "no such file");
        })
        .catch(() => run.say("Ann could not."));
    });
    expect(events.find((event) => event.type === EventType.SUBAGENT_ERROR)).toMatchObject({
      message: "no such file",
      code: "not_found",
    });
    expect(textOf(events)).toBe("Ann could not.");
  });

  it("tells what a step and a member came to", async () => {
    const agent = defineAgent({ name: "a" }, async (run) => {
      await run.subagent(
        { name: "Worker" },
        (sub) =>
          sub.step("one", () => 7, { metadata: { status: "running" }, outcome: (n) => ({ status: "completed", n }) }),
        { show: (n) => ({ n }) },
      );
      const failing = run.step("two", () => Promise.reject(new Error("no")), { metadata: { status: "running" } });
      await failing.catch(() => {});
    });
    const stage = new Stage();
    const input = stage.message("go");
    const events = await stage.run(agent, input);
    judge(events, input);
    const steps = events.filter(({ type }) => type === EventType.STEP_STARTED || type === EventType.STEP_FINISHED);
    expect(steps.map(({ metadata }) => metadata)).toEqual([
      { status: "running" },
      { status: "completed", n: 7 },
      { status: "running" },
      { status: "running" },
    ]);
    expect(events.find(({ type }) => type === EventType.SUBAGENT_FINISHED)).toMatchObject({ result: { n: 7 } });
  });

  it("knows the state it changes, across its members and runs", async () => {
    const seen: unknown[] = [];
    const agent = defineAgent({ name: "a" }, async (run) => {
      seen.push(run.state.value);
      await run.subagent({ name: "Writer" }, (sub) => sub.state.set({ n: 1 }));
      seen.push(run.state.value);
      await run.state.patch([{ op: "replace", path: "/n", value: 2 }]);
      seen.push(run.state.value);
      await expect(run.state.patch([{ op: "remove", path: "/nothing" }])).rejects.toMatchObject({
        code: "agent_error",
      });
    });
    const stage = new Stage();
    await stage.run(agent, stage.message("go"));
    await stage.run(agent, stage.message("again"));
    expect(seen).toEqual([{}, { n: 1 }, { n: 2 }, { n: 2 }, { n: 1 }, { n: 2 }]);
    expect(stage.view.state).toEqual({ n: 2 });
  });

  it("emits charts, artifacts, progress, confidence, state, tasks and events of its own", async () => {
    const { events, stage } = await perform(async (run) => {
      await run.chart("LOAD:AAPL");
      await run.chart("my own language");
      await run.chartCreated({ url: "/chart/x", symbol: "AAPL", interval: "1D" });
      await run.artifact({ kind: "report", title: "R", content: "# R" });
      await run.progress(1, 3, "reading");
      await run.progress(2, 3);
      await run.confidence(0.5);
      await run.state.set({ n: 1 });
      await run.state.patch([{ op: "replace", path: "/n", value: 2 }]);
      const task = await run.task({ title: "Write", priority: "P1" });
      await run.task({ id: task.id, status: "completed" });
      await run.custom("weather", { sunny: true });
    });
    const { view } = stage;
    expect(view.chart.map(({ command, commandType, agent: by }) => [command, commandType, by])).toEqual([
      ["LOAD:AAPL", "chart_command", "test-agent"],
      ["my own language", "raw", "test-agent"],
    ]);
    expect(view.charts).toHaveLength(1);
    expect(view.artifacts).toMatchObject([{ kind: "report", title: "R", content: "# R" }]);
    expect(view).toMatchObject({ progress: { current: 2, total: 3 }, confidence: 0.5, state: { n: 2 } });
    expect(Object.values(view.tasks)).toMatchObject([
      { title: "Write", priority: "P1", status: "completed", version: 2, tags: [] },
    ]);
    expect(outline(events)).toContain("weather");
  });

  it("changes a task of an earlier run, and wants a title for a new one", async () => {
    const stage = new Stage();
    const maker = agent(async (run) => void (await run.task({ id: "t1", title: "Write" })));
    await stage.run(maker, stage.message("go"));
    await stage.run(
      agent(async (run) => void (await run.task({ id: "t1", progress: 0.5 }))),
      stage.message("go"),
    );
    expect(stage.view.tasks["t1"]).toMatchObject({ title: "Write", progress: 0.5, version: 2 });
    const { error } = await failing(async (run) => void (await run.task({ id: "t2" })));
    expect(error).toMatchObject({ code: "agent_error" });
  });

  it("gives what the script returns as the run's result", async () => {
    const { events } = await perform(async () => ({ total: 3 }));
    expect(events).toMatchObject([
      { type: EventType.RUN_FINISHED, result: { total: 3 }, outcome: { type: "success" } },
    ]);
  });

  it("reads the message and its context, wherever AG-UI puts them", async () => {
    const stage = new Stage();
    const seen: unknown[] = [];
    const reader = agent(async (run) => void seen.push(run.text, run.context));
    await stage.run(reader, {
      ...stage.message("hi", { session_id: "s" }),
      context: [{ description: "place", value: "Rome" }],
    });
    await stage.run(reader, {
      ...stage.message(""),
      messages: [
        {
          id: "m",
          role: "user",
          content: [
            { type: "text", text: "one" },
            { type: "text", text: "two" },
          ],
        },
      ],
    });
    await stage.run(reader, { ...stage.message(""), messages: [] });
    expect(seen).toEqual(["hi", { place: "Rome", session_id: "s" }, "one\ntwo", {}, "one\ntwo", {}]);
  });

  it("fails the run with the script's error, after everything said before it", async () => {
    const { events, error } = await failing(async (run) => {
      await run.say("one");
      throw new Error("broken");
    });
    expect(textOf(events)).toBe("one");
    expect(error).toMatchObject({ message: "broken" });
  });

  it("fails the run with the error of work the script left under way", async () => {
    const { error } = await failing(async (run) => {
      void run.tool("slow", {}, async () => {
        await run.sleep(5);
        throw new Error("too late");
      });
    });
    expect(error).toMatchObject({ message: "too late" });
  });

  it("waits for work the script left under way", async () => {
    const { events } = await perform(async (run) => {
      void run.subagent({ name: "Ann" }, async (sub) => {
        await sub.sleep(5);
        await sub.say("done");
      });
    });
    expect(outline(events).at(-1)).toBe("SUBAGENT_FINISHED");
  });

  it("refuses words after the end of a message, a member or the run", async () => {
    let late: (() => Promise<unknown>) | undefined;
    await perform(async (run) => {
      const message = run.message();
      await message.end();
      await expect(message.write("more")).rejects.toMatchObject({ code: "agent_error" });
      const sub = await run.subagent({ name: "Ann" }, (inner) => Promise.resolve({ inner }));
      await expect(sub.inner.say("more")).rejects.toMatchObject({ code: "agent_error" });
      late = () => run.say("more");
    });
    await expect(late?.()).rejects.toMatchObject({ code: "agent_error" });
  });

  it.each(["Weather", "two words", "-x", "a--b", ""])("refuses the name %j", (name) => {
    expect(() => defineAgent({ name }, async () => {})).toThrow(/cannot name an agent/);
  });
});

describe("questions", () => {
  it("asks one after another, each in a run of its own, and remembers every answer", async () => {
    const stage = new Stage();
    const trip = agent(async (run) => {
      if (run.answer === undefined) await run.say("Let us plan. ");
      const city = await run.ask("Which city?", { options: ["Rome", "Oslo"] });
      const days = await run.ask("How long?", { key: "days" });
      await run.say(`${city} for ${days} days`);
    });
    const texts: string[] = [];
    const inputs = [() => stage.message("plan a trip"), () => stage.answer("Rome"), () => stage.answer(3)];
    for (const next of inputs) {
      const input = next();
      const events = await stage.run(trip, input);
      judge(events, input);
      texts.push(textOf(events));
    }
    expect(texts).toEqual(["Let us plan. ", "", "Rome for 3 days"]);
    expect(stage.view.runs.map(({ status }) => status)).toEqual(["waiting", "waiting", "completed"]);
  });

  it("offers the choices both as a schema and as plain options", async () => {
    const { events } = await perform(async (run) => void (await run.ask("Go on?", { options: ["yes", "no"] })));
    const [end] = events;
    expect(end).toMatchObject({
      type: EventType.RUN_FINISHED,
      outcome: {
        type: "interrupt",
        interrupts: [
          {
            message: "Go on?",
            responseSchema: { type: "string", enum: ["yes", "no"] },
            metadata: { options: ["yes", "no"] },
          },
        ],
      },
    });
  });

  it("suspends the member that asks, lets the others finish, and closes steps", async () => {
    const { events, stage } = await perform(async (run) => {
      const asking = run.subagent({ name: "Ann" }, (sub) => sub.step("choose", () => sub.ask("Which?")));
      const working = run.subagent({ name: "Ben" }, async (sub) => {
        await sub.sleep(20);
        await sub.say("done");
      });
      await Promise.all([asking, working]);
    });
    expect(stage.view.subagents.map(({ name, status }) => `${name} ${status}`)).toEqual([
      "Ann suspended",
      "Ben completed",
    ]);
    expect(textOf(events)).toBe("done");
    const [pending] = stage.view.pendingInterrupts;
    expect(pending?.interrupt.subagentRunId).toBe(stage.view.subagents[0]?.subagentRunId);
  });

  it("gives an answer to a question the thread has forgotten to the first one asked", async () => {
    const stage = new Stage();
    const input = {
      ...stage.message("hi"),
      resume: [{ interruptId: "gone", status: "resolved" as const, payload: "Rome" }],
    };
    const events = await stage.run(
      agent(async (run) => void (await run.say(`${await run.ask("Which?")} ${JSON.stringify(run.answer)}`))),
      input,
    );
    expect(textOf(events)).toBe('Rome {"value":"Rome"}');
  });

  it("answers a dismissed question with an empty text", async () => {
    const stage = new Stage();
    const input = { ...stage.message("hi"), resume: [{ interruptId: "x", status: "cancelled" as const }] };
    const events = await stage.run(
      agent(async (run) => void (await run.say(`<${await run.ask("Which?")}>`))),
      input,
    );
    expect(textOf(events)).toBe("<>");
  });
});
