import { type Agent, type AgentContext, type AguiEvent, type Clock, EventType } from "@throughline/protocol";
import { type History, hashOf } from "./history.ts";

/** How a puppet's run goes on after its tokens. */
export type PuppetEnd =
  | "finish"
  | "ask"
  /** Throws, with whatever is open left open. */
  | "throw"
  /** Waits until it is aborted. */
  | "hang"
  /** Does not listen to its abort, and emits nothing either. */
  | "deaf"
  /** Does not listen to its abort, and goes on emitting. */
  | "babble"
  /** Ends the run by itself, then goes on emitting. */
  | "overrun"
  | (typeof INVALID)[number];

/** Events that AG-UI does not allow where they come. */
export const INVALID = ["invalid:orphan", "invalid:type", "invalid:shape", "invalid:null", "invalid:reopen"] as const;

/** What a puppet does, as the JSON text of the message that starts it. */
export interface PuppetScript {
  readonly tokens: number;
  /** Milliseconds between two events; 0 = as fast as they are read. */
  readonly every: number;
  /** Bytes of each token; 0 = as short as can be. */
  readonly size: number;
  readonly tools: number;
  /** Chart commands, between its tokens; absent = none. */
  readonly charts?: number;
  readonly end: PuppetEnd;
}

/** An agent that does what it is told, and misbehaves as it is told. */
export const puppet: Agent = {
  name: "puppet",
  run: async function* (input, context) {
    const answer = input.resume?.[0];
    if (answer !== undefined) return yield* answered(String(answer.payload), context);
    const script = JSON.parse(String(input.messages.at(-1)?.content)) as PuppetScript;
    for await (const event of perform(script, context)) {
      yield event;
      if (script.every > 0) await sleep(context.clock, script.every);
    }
    yield* finale(script, input, context);
  },
};

/** An agent that throws before it gives anything to read. */
export const broken: Agent = {
  name: "broken",
  run: () => {
    throw new Error("This agent is broken.");
  },
};

/** The agent, with every event it yields put on record first: what it tried to write. */
export function recorded(agent: Agent, history: History): Agent {
  return {
    ...agent,
    run: async function* (input, context) {
      const about = { conn: agent.name, op: "append", phase: "invoke", run: input.runId } as const;
      history.add({ ...about, what: "run", thread: input.threadId });
      for await (const event of agent.run(input, context)) {
        history.add({ ...about, what: "event", hash: hashOf(JSON.stringify(event)), flag: context.signal.aborted });
        yield event;
      }
    },
  };
}

function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.setTimeout(resolve, ms));
}

async function* perform(script: PuppetScript, { ids, clock, signal }: AgentContext): AsyncGenerator<AguiEvent> {
  const stamp = (): { timestamp: number } => ({ timestamp: clock.now() });
  yield { type: EventType.STEP_STARTED, stepName: "all", ...stamp() };
  for (let i = 0; i < script.tools; i++) {
    const toolCallId = ids.next("call");
    yield { type: EventType.TOOL_CALL_START, toolCallId, toolCallName: `tool_${i}`, ...stamp() };
    yield { type: EventType.TOOL_CALL_ARGS, toolCallId, delta: `{"i":${i}}`, ...stamp() };
    yield { type: EventType.TOOL_CALL_END, toolCallId, ...stamp() };
    const result = { messageId: ids.next("msg"), toolCallId, content: `{"ok":${i}}`, role: "tool" as const };
    yield { type: EventType.TOOL_CALL_RESULT, ...result, ...stamp() };
  }
  const messageId = ids.next("msg");
  yield { type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant", ...stamp() };
  const { charts = 0 } = script;
  for (let i = 0; i < script.tokens && (!signal.aborted || script.end === "babble"); i++) {
    yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: `t${i} `.padEnd(script.size, "."), ...stamp() };
    if (i < charts) yield { type: EventType.CUSTOM, name: "chart.command", value: drawn(i), ...stamp() };
  }
  if (script.end === "throw") throw new Error("The puppet throws.");
  yield { type: EventType.TEXT_MESSAGE_END, messageId, ...stamp() };
  yield { type: EventType.STEP_FINISHED, stepName: "all", ...stamp() };
}

/** Commands of which some take others out of force. */
function drawn(i: number): { command: string; commandType: "chart_command" } {
  const commands = ["SUPPORT:1", "TIMEFRAME:1D", `TARGET:${i}`, "LOAD:AAPL", "INDICATOR:SMA:20", "ZOOM:IN", "CLEAR"];
  return { command: commands[i % commands.length] ?? "RESET", commandType: "chart_command" };
}

async function* finale(
  { end }: PuppetScript,
  ids: { readonly threadId: string; readonly runId: string },
  context: AgentContext,
): AsyncGenerator<AguiEvent> {
  const timestamp = context.clock.now();
  const { threadId, runId } = ids;
  switch (end) {
    case "ask": {
      const interrupts = [{ id: context.ids.next("question"), reason: "question", message: "Which?" }];
      yield { type: EventType.RUN_FINISHED, threadId, runId, outcome: { type: "interrupt", interrupts }, timestamp };
      return;
    }
    case "overrun":
      yield { type: EventType.RUN_FINISHED, threadId, runId, timestamp };
      yield* babble(context, 20);
      return;
    case "babble":
      return yield* babble(context, 400);
    case "hang":
      await new Promise((_, reject) => context.signal.addEventListener("abort", reject));
      return;
    case "deaf":
      await new Promise(() => undefined);
      return;
    case "finish":
    case "throw":
      return;
    case "invalid:orphan":
    case "invalid:type":
    case "invalid:shape":
    case "invalid:null":
    case "invalid:reopen":
      yield invalidEvents(timestamp)[end] as AguiEvent;
  }
}

function invalidEvents(timestamp: number): Record<(typeof INVALID)[number], unknown> {
  return {
    "invalid:orphan": { type: EventType.TEXT_MESSAGE_CONTENT, messageId: "nobody", delta: "x", timestamp },
    "invalid:type": { type: "NO_SUCH_EVENT", timestamp },
    "invalid:shape": { type: EventType.TOOL_CALL_START, toolCallId: 7, timestamp },
    "invalid:null": null,
    "invalid:reopen": { type: EventType.STEP_FINISHED, stepName: "never begun", timestamp },
  };
}

/** Messages without end, whether anybody wants them or not. */
async function* babble({ ids, clock }: AgentContext, count: number): AsyncGenerator<AguiEvent> {
  const messageId = ids.next("msg");
  yield { type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant", timestamp: clock.now() };
  for (let i = 0; i < count; i++) {
    await sleep(clock, 25);
    yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: `b${i} `, timestamp: clock.now() };
  }
}

async function* answered(answer: string, { ids, clock }: AgentContext): AsyncGenerator<AguiEvent> {
  const messageId = ids.next("msg");
  yield { type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant", timestamp: clock.now() };
  yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: `answer: ${answer}`, timestamp: clock.now() };
  yield { type: EventType.TEXT_MESSAGE_END, messageId, timestamp: clock.now() };
}
