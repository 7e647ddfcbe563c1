import type { Assignment, Notice } from "@throughline/gateway";
import type { Json } from "@throughline/protocol";
import type { BrokerControlMessage, BrokerRequestMessage } from "@throughline/protocol/schemas";
import { addressOf } from "./address.ts";

/** What agents are asked: the start of a request, or its going on with an answer. */
export function requestMessage({ tenant, threadId, request, input, questions }: Assignment): BrokerRequestMessage {
  const common = {
    ...addressOf(tenant, threadId),
    runId: request.runId,
    agent: request.agent,
    userQuery: request.text ?? lastUserText(input.messages),
    context: { ...request.context },
    input,
    ...(questions === undefined || questions.length === 0 ? {} : { questions: [...questions] }),
  };
  const [answer] = request.resume ?? [];
  if (answer === undefined) return { type: "request.start", ...common } as BrokerRequestMessage;
  return {
    type: "request.feedback",
    ...common,
    questionId: answer.interruptId,
    answer: answer.status === "resolved" ? ((answer.payload ?? null) as Json) : null,
    ...(request.parentRunId === undefined ? {} : { parentRunId: request.parentRunId }),
  } as BrokerRequestMessage;
}

export function controlMessage({ type, tenant, threadId, runId, error }: Notice): BrokerControlMessage {
  return { type, ...addressOf(tenant, threadId), runId, ...(error === undefined ? {} : { error }) };
}

/** What the request was about, for those who read no more than that when an answer comes. */
function lastUserText(messages: Assignment["input"]["messages"]): string {
  const asked = messages.findLast(({ role }) => role === "user");
  return typeof asked?.content === "string" ? asked.content : "";
}
