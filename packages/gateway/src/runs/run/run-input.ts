import {
  type Clock,
  EventType,
  type Message,
  type RunAgentInput,
  type RunStartedEvent,
  type ThreadView,
} from "@throughline/protocol";
import type { StartRequest } from "../stored/records.ts";

/**
 * The run's first event. What is new of a person's messages lives in its input, and nothing that the
 * thread holds already.
 */
export function runStarted(
  threadId: string,
  request: StartRequest,
  view: Pick<ThreadView, "runs">,
  clock: Clock,
): RunStartedEvent {
  return {
    type: EventType.RUN_STARTED,
    threadId,
    runId: request.runId,
    ...(request.parentRunId === undefined ? {} : { parentRunId: request.parentRunId }),
    input: {
      threadId,
      runId: request.runId,
      ...(request.parentRunId === undefined ? {} : { parentRunId: request.parentRunId }),
      messages: [...(view.runs.length === 0 ? earlierMessages(request) : []), ...newMessages(request)],
      tools: [],
      context: [],
      forwardedProps: { agent: request.agent, ...(request.context === undefined ? {} : { context: request.context }) },
      ...(request.resume === undefined ? {} : { resume: [...request.resume] }),
    },
    timestamp: clock.now(),
  };
}

/** What the agent is given: the started event's input with the whole conversation and state in it. */
export function agentInput(started: RunStartedEvent, view: ThreadView): RunAgentInput {
  const input = started.input as RunAgentInput;
  return { ...input, messages: [...view.messages, ...input.messages], state: view.state };
}

/** What the client says was said before, where nobody knows better. */
function earlierMessages({ runId, history = [] }: StartRequest): Message[] {
  return history.map(({ role, content }, index) => ({ id: `${runId}-history-${index}`, role, content }));
}

function newMessages(request: StartRequest): Message[] {
  if (request.text === undefined) return [];
  return [{ id: `${request.runId}-user`, role: "user", content: request.text }];
}
