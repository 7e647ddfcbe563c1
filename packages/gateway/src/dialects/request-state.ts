import type {
  DialectContext,
  Interrupt,
  Json,
  JsonObject,
  Message,
  RunView,
  StepView,
  ThreadView,
} from "@throughline/protocol";
import { isObject } from "./frames.ts";
import { requestOf } from "./request-commands.ts";
import { beginMessage, type Said, saidIn, sayMore } from "./said.ts";

/** A request as it stands, in one frame: what one who comes late, or again, needs to show it. */
export function stateFrame(view: ThreadView, context: DialectContext): JsonObject {
  const run = view.runs.at(-1);
  const status = statusOf(view, run);
  return {
    type: "state",
    requestId: requestOf(context),
    status,
    plan: { steps: plannedSteps(view.state, isOver(status)) ?? view.steps.map(stepSeen) },
    agents: agentsOf(view),
    pendingQuestions: view.pendingInterrupts.map(({ interrupt }) => questionOf(interrupt)),
    ...(run === undefined ? {} : { runId: run.runId }),
    ...(status === "completed" && run !== undefined ? { result: resultOf(view, run) } : {}),
    ...(status === "failed" && run?.error ? { error: errorOf(run.error) } : {}),
    lastSeq: view.lastSeq,
    epoch: context.epoch,
  };
}

/** A question as a client of requests gets it. */
export function questionOf({ id, message, reason, metadata }: Interrupt): JsonObject {
  const options = metadata?.["options"] as Json | undefined;
  return { questionId: id, question: message ?? reason, ...(options === undefined ? {} : { options }) };
}

/** `pending`: it waits for its turn, or nobody has started it. */
function statusOf(view: ThreadView, run: RunView | undefined): string {
  if (run === undefined) return "pending";
  if (run.endSeq === null) return "running";
  return view.pendingInterrupts.length > 0 ? "waiting" : run.status;
}

/** Nobody works on it, and nobody is asked. */
function isOver(status: string): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** The plan as the agents keep it in the thread's shared state; undefined where they keep none. */
function plannedSteps(state: unknown, over: boolean): JsonObject[] | undefined {
  const plan = isObject(state) ? state["plan"] : undefined;
  const steps = isObject(plan) ? plan["steps"] : undefined;
  return Array.isArray(steps) ? steps.filter(isObject).map((step, index) => planned(step, index, over)) : undefined;
}

function planned(step: JsonObject, index: number, over: boolean): JsonObject {
  const { stepId, order, tool, title, status, result } = step;
  const said = typeof status === "string" ? status : "pending";
  return {
    stepId: typeof stepId === "string" ? stepId : `step-${index + 1}`,
    order: typeof order === "number" ? order : index + 1,
    tool: typeof tool === "string" ? tool : "",
    ...(typeof title === "string" ? { title } : {}),
    // Who was cut short has left its step as it was; those who watched were told that it failed.
    status: over && said === "running" ? "failed" : said,
    ...(result === undefined ? {} : { result }),
  };
}

/** A step of an agent that keeps no plan. */
function stepSeen({ name, status }: StepView, index: number): JsonObject {
  return { stepId: name, order: index + 1, tool: "", status };
}

/** Each of the team, as it was last at work. */
function agentsOf({ subagents }: ThreadView): JsonObject[] {
  const latest = new Map(subagents.map((one) => [one.name, one]));
  return [...latest.values()].map(({ name, status, message }) => ({
    name,
    status,
    ...(message === null ? {} : { message }),
  }));
}

function errorOf({ code, message }: NonNullable<RunView["error"]>): JsonObject {
  return { code: code ?? "agent_error", message };
}

/** What the run says it came to, else what was said in it: as its `request.completed` has it. */
function resultOf(view: ThreadView, run: RunView): Json {
  if (run.result !== undefined) return run.result as Json;
  let said: Said = { text: "", memberText: "" };
  for (const message of view.messages.slice(firstMessage(view, run))) {
    if (message.role !== "assistant" || typeof message.content !== "string") continue;
    const by = ownerOf(message);
    said = sayMore(beginMessage(said, by), { ...by, delta: message.content });
  }
  return saidIn(said);
}

/** Where the run's own messages begin: behind what a person said, or behind the answer it goes on from. */
function firstMessage({ messages, answeredInterrupts }: ThreadView, { runId }: RunView): number {
  const before =
    answeredInterrupts.findLast(({ answerRunId }) => answerRunId === runId)?.afterMessageId ?? `${runId}-user`;
  return messages.findLastIndex(({ id }) => id === before) + 1;
}

function ownerOf(message: Message): { subagentRunId?: string } {
  const owner = "subagentRunId" in message ? message.subagentRunId : undefined;
  return owner === undefined ? {} : { subagentRunId: owner };
}
