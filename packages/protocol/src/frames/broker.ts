import { InterruptSchema, RunAgentInputSchema } from "@ag-ui/core/schemas";
import { z } from "zod";

/**
 * What agents in other processes and the gateway say to one another over a message broker, as JSON
 * bodies; the exchanges stand in `exchanges.ts`. They are loose: who
 * does not know a field ignores it, and an agent may add its own.
 */

const Json = z.json();
const Id = z.string().min(1).max(200);
/** As the gateway's ids: safe in a path, a log line and a key. */
const SafeId = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.:@~-]{0,199}$/, "no id");
/** Its thread is `request:{requestId}`, which has to be an id: so it may begin with what an id may not. */
const RequestId = z.string().regex(/^[A-Za-z0-9_.:@~-]{1,192}$/, "no id of a request");
const Text = z.string().max(100_000);

/** Any one AG-UI event. What it holds is for the run's own grammar to judge. */
const Event = z.looseObject({ type: z.string().min(1).max(64) });

/** What every message of an agent has. `runId` absent = the request's current run. */
const ofAgent = {
  requestId: RequestId,
  runId: SafeId.optional(),
  /** Absent = the default one, which nobody has to know of. */
  tenant: SafeId.optional(),
  /** Which agent of the team says it. */
  agent: z.string().min(1).max(128).optional(),
};

/**
 * Where `data.event` is there, the message means exactly that event, and the rest of it is for those
 * who listen to the broker without knowing AG-UI.
 */
const said = { event: Event.optional() };

export const PlanStepSchema = z.looseObject({
  stepId: Id,
  order: z.number().optional(),
  tool: z.string().max(200).optional(),
  title: Text.optional(),
});

/** A step of the plan begins or ends. */
export const StepProgressMessage = z.looseObject({
  ...ofAgent,
  type: z.literal("executor.step.progress"),
  data: z.looseObject({
    ...said,
    stepId: Id,
    stepOrder: z.number().optional(),
    status: z.enum(["running", "completed", "failed"]),
    tool: z.string().max(200).optional(),
    result: Json.optional(),
    message: Text.optional(),
  }),
});

/** The thought-agent is done; its plan, if it made one, stands in `data.plan`. */
export const ThoughtCompletedMessage = z.looseObject({
  ...ofAgent,
  type: z.literal("thought.completed"),
  data: z
    .looseObject({ ...said, plan: z.looseObject({ steps: z.array(PlanStepSchema).max(1_000) }).optional() })
    .default({}),
});

/** The executor-agent is done. */
export const ExecutorCompletedMessage = z.looseObject({
  ...ofAgent,
  type: z.literal("executor.completed"),
  data: z.looseObject(said).default({}),
});

/** The request is done: the run's one successful end. */
export const RequestCompletedMessage = z.looseObject({
  ...ofAgent,
  type: z.literal("request.completed"),
  data: z.looseObject({ ...said, result: Json.optional() }).default({}),
});

/**
 * Something failed. With `fatal: false`, with the `step` it failed at, or with `recoverable: true` it
 * is one agent's failure and the run goes on; otherwise it ends the run.
 */
export const AgentErrorMessage = z.looseObject({
  ...ofAgent,
  type: z.literal("agent.error"),
  data: z.looseObject({
    ...said,
    message: Text,
    code: z.string().max(64).optional(),
    step: Id.optional(),
    recoverable: z.boolean().optional(),
    fatal: z.boolean().optional(),
  }),
});

/** The run ends with a question; the answer comes as {@link RequestFeedbackMessage} and is another run. */
export const FeedbackRequestedMessage = z.looseObject({
  ...ofAgent,
  type: z.literal("feedback.requested"),
  data: z.looseObject({
    ...said,
    questionId: Id,
    question: Text,
    options: z.array(Json).max(100).optional(),
  }),
});

/** The worker lives and works on the run; renews its lease and says nothing. */
export const AgentHeartbeatMessage = z.looseObject({
  ...ofAgent,
  type: z.literal("agent.heartbeat"),
  data: z
    .looseObject({
      /** Whether the worker holds the run. One that is not as it was told to be is told again. */
      paused: z.boolean().optional(),
    })
    .optional(),
});

/** Any one AG-UI event: text, tool calls, charts, state. Needs an AMQP message_id, since it has no other name. */
export const AgentEventMessage = z.looseObject({
  ...ofAgent,
  type: z.literal("agent.event"),
  data: z.looseObject({ event: Event }),
});

/** What an agent may say. */
export const BrokerAgentMessage = z.discriminatedUnion("type", [
  StepProgressMessage,
  ThoughtCompletedMessage,
  ExecutorCompletedMessage,
  RequestCompletedMessage,
  AgentErrorMessage,
  FeedbackRequestedMessage,
  AgentHeartbeatMessage,
  AgentEventMessage,
]);

const ofRequest = {
  requestId: RequestId,
  runId: SafeId,
  tenant: SafeId.optional(),
  /** Which agent is to work; the others pass it over. */
  agent: z.string().min(1).max(128),
  /** What the person asked for. */
  userQuery: z.string(),
  context: z.record(z.string(), Json),
  /** AG-UI's RunAgentInput: the whole conversation, the shared state, the answers. */
  input: RunAgentInputSchema,
  /** The thread's open questions (AG-UI interrupts) as the run begins, those it answers included. */
  questions: z.array(InterruptSchema).optional(),
};

/** Work on a request begins. */
export const RequestStartMessage = z.looseObject({ ...ofRequest, type: z.literal("request.start") });

/** Work goes on with an answer, as a run of its own. */
export const RequestFeedbackMessage = z.looseObject({
  ...ofRequest,
  type: z.literal("request.feedback"),
  questionId: Id,
  /** null when the question was dismissed. */
  answer: Json,
  /** The run that asked. */
  parentRunId: SafeId.optional(),
});

/** What the gateway asks of agents. */
export const BrokerRequestMessage = z.discriminatedUnion("type", [RequestStartMessage, RequestFeedbackMessage]);

const ofControl = { requestId: RequestId, runId: SafeId, tenant: SafeId.optional() };

/** What the gateway tells all workers about a run: that it has ended, is to hold, or to go on. */
export const BrokerControlMessage = z.discriminatedUnion("type", [
  z.looseObject({
    ...ofControl,
    type: z.literal("cancel"),
    /** Why it has ended, where that was not somebody's wish. */
    error: z.looseObject({ code: z.string().max(64), message: Text }).optional(),
  }),
  z.looseObject({ ...ofControl, type: z.literal("pause") }),
  z.looseObject({ ...ofControl, type: z.literal("resume") }),
]);

export type BrokerAgentMessage = z.infer<typeof BrokerAgentMessage>;
export type BrokerRequestMessage = z.infer<typeof BrokerRequestMessage>;
export type BrokerControlMessage = z.infer<typeof BrokerControlMessage>;
