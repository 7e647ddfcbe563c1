import { type AguiEvent, EventType, silentLogger } from "@throughline/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { interpret } from "../src/messages/interpret.ts";
import { Narrator } from "../src/messages/narrator.ts";
import { readAgentMessage } from "../src/messages/read.ts";
import { Voice } from "../src/worker/voice.ts";
import type { Letter, Outbox } from "../src/link/outbox.ts";
import { TestRun } from "./open-run.ts";

const id = fc.string({ unit: fc.constantFrom("a", "b", "é", "0", " ", ":"), minLength: 1, maxLength: 250 });
const text = fc.string({ unit: "binary", maxLength: 40 }).filter((value) => value.isWellFormed());
const json = fc
  .jsonValue({ maxDepth: 4 })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown)
  .filter((value) => !/"(?:__proto__|constructor|prototype)"/.test(JSON.stringify(value)));
const metadata = fc.dictionary(fc.constantFrom("order", "tool", "status", "result", "message", "options"), json);
const steps = fc.constantFrom(EventType.STEP_STARTED, EventType.STEP_FINISHED);
const names = fc.constantFrom("thought-agent", "executor-agent", "Other");
const result = fc.oneof(json, fc.record({ plan: json, event: json }));

/** Any event an agent may yield, sensible or not: what it means is for the gateway to judge. */
const anyEvent = fc.oneof(
  fc.record({ type: fc.constant(EventType.TEXT_MESSAGE_CONTENT), messageId: id, delta: text }),
  fc.record({ type: steps, stepName: id, metadata }),
  fc.record({ type: fc.constant(EventType.SUBAGENT_STARTED), subagentRunId: fc.constantFrom("1", "2"), name: names }),
  fc.record({ type: fc.constant(EventType.SUBAGENT_FINISHED), subagentRunId: fc.constantFrom("1", "2"), result }),
  fc.record({ type: fc.constant(EventType.SUBAGENT_ERROR), subagentRunId: fc.constantFrom("1"), message: text }),
  fc.record({ type: fc.constant(EventType.RUN_ERROR), message: text, code: id }),
  fc.record({ type: fc.constant(EventType.STATE_SNAPSHOT), snapshot: json }),
  fc.record({ type: fc.constant(EventType.CUSTOM), name: id, value: json }),
  fc.record({ type: fc.constant(EventType.RUN_FINISHED), threadId: id, runId: id, result }),
  fc
    .array(fc.record({ id, reason: id, message: text, metadata }), { minLength: 1, maxLength: 2 })
    .map((interrupts) => ({ type: EventType.RUN_FINISHED, outcome: { type: "interrupt", interrupts } })),
) as unknown as fc.Arbitrary<AguiEvent>;

describe("an agent's events as messages", () => {
  test("come back as the same events, whatever they are", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 20 }), (events) => {
        const letters: Letter[] = [];
        const voice = new Voice(outboxOf(letters), request, silentLogger);
        const narrator = new Narrator("agent");
        for (const event of events) voice.say(narrator.messageOf(event));
        const back = letters.flatMap(({ body }): readonly unknown[] => {
          const read = readAgentMessage(body);
          return read.ok ? interpret(read.message, new TestRun()).events : [read.problem];
        });
        expect(back).toEqual(events);
        expect(letters.map(({ messageId }) => messageId)).toEqual(events.map((_, index) => `run-1:${index + 1}`));
      }),
      { numRuns: 300 },
    );
  });

  test("say what others on the broker listen for", () => {
    const narrator = new Narrator("planner-executor");
    const spoken = [
      { type: EventType.SUBAGENT_STARTED, subagentRunId: "1", name: "thought-agent" },
      { type: EventType.SUBAGENT_FINISHED, subagentRunId: "1", result: { plan: { steps: [] } } },
      { type: EventType.SUBAGENT_STARTED, subagentRunId: "2", name: "executor-agent" },
      { type: EventType.STEP_STARTED, stepName: "s", subagentRunId: "2", metadata: { order: 1, tool: "calc" } },
      {
        type: EventType.STEP_FINISHED,
        stepName: "s",
        subagentRunId: "2",
        metadata: { order: 1, result: 3, status: "completed" },
      },
      { type: EventType.SUBAGENT_ERROR, subagentRunId: "2", message: "no", code: "agent_error" },
      { type: EventType.RUN_FINISHED, threadId: "t", runId: "r", result: 3, outcome: { type: "success" } },
    ].map((event) => {
      const { type, agent, data } = narrator.messageOf(event as AguiEvent);
      const { event: _, ...rest } = data;
      return [type, agent, rest];
    });
    expect(spoken).toEqual([
      ["agent.event", "thought-agent", {}],
      ["thought.completed", "thought-agent", { plan: { steps: [] } }],
      ["agent.event", "executor-agent", {}],
      ["executor.step.progress", "executor-agent", { stepId: "s", stepOrder: 1, status: "running", tool: "calc" }],
      ["executor.step.progress", "executor-agent", { stepId: "s", stepOrder: 1, status: "completed", result: 3 }],
      ["agent.error", "executor-agent", { message: "no", code: "agent_error", fatal: false }],
      ["request.completed", "planner-executor", { result: 3 }],
    ]);
  });

  test.each([
    ["is no object's type", { type: 7 }],
    ["is not JSON", { type: "CUSTOM", name: "n", value: 1n }],
    ["forges a prototype", { type: "CUSTOM", name: "n", value: JSON.parse('{"constructor":1}') as unknown }],
  ])("what %s is the agent's fault, and nothing is sent", (_, event) => {
    const letters: Letter[] = [];
    const voice = new Voice(outboxOf(letters), request, silentLogger);
    const say = (): void => voice.say(new Narrator("a").messageOf(event as unknown as AguiEvent));
    expect(say).toThrow(expect.objectContaining({ code: "agent_invalid_event" }));
    expect(letters).toEqual([]);
  });
});

const request = {
  type: "request.start" as const,
  requestId: "r",
  runId: "run-1",
  agent: "agent",
  userQuery: "",
  context: {},
  input: {
    threadId: "request:r",
    runId: "run-1",
    messages: [],
    tools: [],
    context: [],
    state: null,
    forwardedProps: {},
  },
};

function outboxOf(letters: Letter[]): Outbox {
  const post = (letter: Letter): Promise<unknown> =>
    Promise.resolve({ outcome: "confirmed", count: letters.push(letter) });
  return { post, room: () => undefined } as unknown as Outbox;
}
