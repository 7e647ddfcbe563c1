import type { AguiEvent } from "@throughline/protocol";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defineAgent, type Run } from "../src/index.ts";
import { judge } from "./support/judge.ts";
import { Stage, textOf } from "./support/stage.ts";

/** Rejections nobody owned, which would end a real process. Vitest itself fails the run for them; this names the test. */
let unowned: unknown[] = [];
const remember = (reason: unknown): void => void unowned.push(reason);

beforeEach(() => {
  unowned = [];
  process.on("unhandledRejection", remember);
});

afterEach(async () => {
  await idle();
  process.off("unhandledRejection", remember);
  if (unowned.length > 0) throw new Error(`Nobody owned: ${unowned.map(String).join("; ")}`);
});

/** Resolves when every promise that can go on has gone on. */
function idle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A script as data, so that one can be made at random. */
type Part =
  | { readonly kind: "say"; readonly deltas: readonly string[] }
  | { readonly kind: "tool"; readonly fails: boolean; readonly parts: readonly Part[] }
  | { readonly kind: "step" | "subagent" | "parallel"; readonly parts: readonly Part[] }
  | { readonly kind: "sleep" | "chart" | "state" | "open" };

const leaf: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ kind: fc.constant("say" as const), deltas: fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 }) }),
  fc.record({ kind: fc.constantFrom("sleep" as const, "chart" as const, "state" as const, "open" as const) }),
);
const { tree } = fc.letrec<{ tree: Part; parts: Part[] }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.record({
      kind: fc.constantFrom("step" as const, "subagent" as const, "parallel" as const),
      parts: tie("parts"),
    }),
    fc.record({ kind: fc.constant("tool" as const), fails: fc.boolean(), parts: tie("parts") }),
  ),
  parts: fc.array(tie("tree"), { maxLength: 3 }),
}));

let steps = 0;

async function play(part: Part, run: Run): Promise<void> {
  switch (part.kind) {
    case "say": {
      const source = async function* (): AsyncGenerator<string> {
        yield* part.deltas;
      };
      await run.say(source());
      return;
    }
    case "tool":
      await run
        .tool("t", { n: 1 }, async () => {
          for (const each of part.parts) await play(each, run);
          if (part.fails) throw new Error("tool failed");
        })
        .catch((error: unknown) => run.signal.throwIfAborted() ?? error);
      return;
    case "step":
      await run.step(`step ${++steps}`, async () => {
        for (const each of part.parts) await play(each, run);
      });
      return;
    case "subagent":
      await run.subagent({ name: "Ann" }, async (sub) => {
        for (const each of part.parts) await play(each, sub);
      });
      return;
    case "parallel":
      await Promise.all(part.parts.map((each) => play(each, run)));
      return;
    case "sleep":
      return run.sleep(1);
    case "chart":
      return run.chart("LOAD:AAPL");
    case "state":
      return run.state.set({ n: 1 });
    case "open":
      return run.message().write("left open");
  }
}

describe("any script", () => {
  it("R2: is valid AG-UI whatever it is made of, and so is every prefix of it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { maxLength: 4 }), async (parts) => {
        const stage = new Stage();
        const input = stage.message("go");
        const agent = defineAgent({ name: "random" }, async (run) => {
          for (const part of parts) await play(part, run);
        });
        judge(await stage.run(agent, input), input, 3);
        expect(stage.clock.pending).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it("R5: cancelled at any of its events stops at once with the reason and leaves nothing pending", async () => {
    const parts: Part[] = [
      { kind: "say", deltas: ["a", "b"] },
      {
        kind: "parallel",
        parts: [
          { kind: "subagent", parts: [{ kind: "sleep" }, { kind: "tool", fails: true, parts: [{ kind: "sleep" }] }] },
          { kind: "subagent", parts: [{ kind: "step", parts: [{ kind: "sleep" }, { kind: "chart" }] }] },
        ],
      },
      { kind: "open" },
      { kind: "sleep" },
    ];
    const whole = await cancelledAt(parts, Number.POSITIVE_INFINITY);
    expect(whole).toMatchObject({ error: undefined, clean: true });
    expect(whole.seen).toBeGreaterThan(15);
    for (let at = 0; at < whole.seen; at++) {
      expect(await cancelledAt(parts, at)).toEqual({ seen: at + 1, error: CANCELLED, clean: true });
    }
  });
});

/** Plays the parts and cancels as the event number `at` arrives; none comes after it. */
async function cancelledAt(
  parts: readonly Part[],
  at: number,
): Promise<{ seen: number; error: unknown; clean: boolean }> {
  const stage = new Stage();
  let stopped = false;
  const agent = defineAgent({ name: "cancelled" }, async (run) => {
    try {
      for (const part of parts) await play(part, run);
    } finally {
      stopped = true;
    }
  });
  let seen = 0;
  let error: unknown;
  try {
    for await (const event of agent.run(stage.message("go"), stage.context)) {
      if (seen++ === at && event.type !== undefined) stage.controller.abort(CANCELLED);
    }
  } catch (thrown) {
    error = thrown;
  }
  await idle();
  return { seen, error, clean: stopped && stage.clock.pending === 0 };
}

const CANCELLED = new Error("cancelled");

describe("a run's flow", () => {
  it("slows the script down to the pace of its reader", async () => {
    const stage = new Stage();
    let written = 0;
    const agent = defineAgent({ name: "fast" }, async (run) => {
      const message = run.message();
      for (; written < 1000; written++) await message.write("x");
    });
    const events = agent.run(stage.message("go"), stage.context)[Symbol.asyncIterator]();
    await events.next();
    await idle();
    expect(written).toBeLessThan(30);
    const rest: AguiEvent[] = [];
    for (let step = await events.next(); step.done !== true; step = await events.next()) rest.push(step.value);
    expect(textOf(rest)).toHaveLength(1000);
  });

  it("fails a script that never awaits rather than filling memory", async () => {
    const stage = new Stage();
    const agent = defineAgent({ name: "hasty" }, async (run) => {
      for (let i = 0; i < 20_000; i++) void run.chart("LOAD:AAPL");
      await run.chart("LOAD:AAPL");
    });
    const reading = (async () => {
      for await (const event of agent.run(stage.message("go"), stage.context)) expect(event).toBeDefined();
    })();
    await expect(reading).rejects.toMatchObject({
      code: "agent_error",
      message: expect.stringContaining("await") as string,
    });
  });

  it("stops the script when its reader leaves", async () => {
    const stage = new Stage();
    let reason: unknown;
    const agent = defineAgent({ name: "left" }, async (run) => {
      run.signal.addEventListener("abort", () => (reason = run.signal.reason));
      for (;;) {
        await run.say("x");
        await run.sleep(10);
      }
    });
    for await (const event of agent.run(stage.message("go"), stage.context)) {
      expect(event).toBeDefined();
      break;
    }
    await idle();
    expect(reason).toMatchObject({ code: "run_not_active" });
    expect(stage.clock.pending).toBe(0);
  });

  it("never starts a script that is cancelled already", async () => {
    const stage = new Stage();
    stage.controller.abort(new Error("cancelled"));
    let started = false;
    const agent = defineAgent({ name: "late" }, async () => void (started = true));
    await expect(agent.run(stage.message("go"), stage.context)[Symbol.asyncIterator]().next()).rejects.toThrow(
      "cancelled",
    );
    expect(started).toBe(false);
  });

  it("R5: is not held up by a tool, a text source or a checkpoint that ignores the cancel", async () => {
    const never = new Promise<never>(() => {});
    const deaf = {
      [Symbol.asyncIterator]: () => ({ next: () => never, return: () => Promise.reject(new Error("cannot stop")) }),
    };
    for (const wait of [
      (run: Run) => run.tool("deaf", {}, () => never),
      (run: Run) => run.say(deaf),
      (run: Run) => run.checkpoint(),
    ]) {
      const stage = new Stage({ checkpoint: () => never });
      let stopped = false;
      const agent = defineAgent({ name: "deaf" }, async (run) => {
        await wait(run).finally(() => (stopped = true));
      });
      const reading = (async () => {
        for await (const event of agent.run(stage.message("go"), stage.context)) expect(event).toBeDefined();
      })();
      await idle();
      stage.controller.abort(new Error("cancelled"));
      await expect(reading).rejects.toThrow("cancelled");
      expect(stopped).toBe(true);
    }
  });

  it("stops the rest of the team when the run fails", async () => {
    const stage = new Stage();
    const agent = defineAgent({ name: "team" }, async (run) => {
      await Promise.all([
        run.subagent({ name: "Ann" }, (sub) => sub.sleep(1_000_000)),
        run.subagent({ name: "Ben" }, () => Promise.reject(new Error("broken"))),
      ]);
    });
    await expect(stage.run(agent, stage.message("go"))).rejects.toThrow("broken");
    expect(stage.clock.elapsed).toBe(0);
    expect(stage.clock.pending).toBe(0);
  });

  it("forgets what lost a race once the script is done", async () => {
    const stage = new Stage();
    const agent = defineAgent({ name: "racer" }, async (run) => {
      await Promise.race([run.sleep(1_000_000), run.say("first")]);
    });
    await stage.run(agent, stage.message("go"));
    await idle();
    expect(stage.clock.pending).toBe(0);
  });
});
