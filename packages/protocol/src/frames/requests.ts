import { z } from "zod";

/**
 * What is said about requests over Socket.IO, both ways. Each message is an event of that library, named by
 * its `type`, with the message as its one argument. They are loose: who does not know a field ignores it.
 */

const Json = z.json();
const Id = z.string().min(1).max(192);
/** `SEQ` or `EPOCH.SEQ`; a bare seq may be a number. */
const Cursor = z.union([z.string(), z.int().min(0)]);

/**
 * The event's name says which message it is, so a client may leave `type` out. A message may name itself: a
 * repeat of the name applies once. Each may ask for an acknowledgement: {@link RequestAck}.
 */
const fromClient = { id: Id.optional(), requestId: Id };

/** Starts the request; a repeat attaches to the run that is there. */
export const StartRequestEvent = z.looseObject({
  ...fromClient,
  type: z.literal("start"),
  userQuery: z.string(),
  /** What the agent is told beside; its `agent` names who is to answer. */
  context: z.record(z.string(), Json).nullish(),
});

export const CancelRequestEvent = z.looseObject({ ...fromClient, type: z.literal("cancel") });

/** Answers a question; the first answer wins. */
export const FeedbackEvent = z.looseObject({
  ...fromClient,
  type: z.literal("feedback"),
  questionId: z.string(),
  answer: Json,
});

/** Follows the request, from a position on or from now: what was missed, one `state`, what comes. */
export const RejoinEvent = z.looseObject({ ...fromClient, type: z.literal("rejoin"), lastSeq: Cursor.nullish() });

/** What a client may send. */
export const RequestClientEvent = z.discriminatedUnion("type", [
  StartRequestEvent,
  CancelRequestEvent,
  FeedbackEvent,
  RejoinEvent,
]);

/** The answer to a client's event that asked for one. */
export const RequestAck = z.discriminatedUnion("ok", [
  z.looseObject({ ok: z.literal(true), requestId: Id, runId: Id.optional(), duplicate: z.boolean().optional() }),
  z.looseObject({ ok: z.literal(false), code: z.string(), message: z.string() }),
]);

/** A message that stands for an event of the thread has its place in it. */
const ofEvent = {
  requestId: Id,
  seq: z.int().min(1).optional(),
  epoch: z.string().optional(),
  runId: z.string().optional(),
};

const StepStatus = z.enum(["running", "completed", "failed"]);

/** A step of the plan begins, goes on or is over. */
export const ProgressEvent = z.looseObject({
  ...ofEvent,
  type: z.literal("progress"),
  agent: z.string(),
  step: z.string(),
  status: StepStatus,
  data: z.looseObject({ stepId: z.string(), stepOrder: z.number(), tool: z.string(), result: Json.optional() }),
});

/** A member of the team is done; `data` is what it came to, null for one that only worked. */
export const AgentCompletedEvent = z.looseObject({
  ...ofEvent,
  type: z.literal("agent.completed"),
  agent: z.string(),
  data: Json,
});

/** A member of the team or the whole run has failed, or something else went wrong: then without `seq`. */
export const RequestErrorEvent = z.looseObject({
  ...ofEvent,
  type: z.literal("error"),
  // As the client gave it; absent where what was refused names no request.
  requestId: z.string().optional(),
  agent: z.string(),
  message: z.string(),
  code: z.string(),
  step: z.string().optional(),
});

const Question = z.looseObject({ questionId: z.string(), question: z.string(), options: Json.optional() });

/** The run waits for a person. */
export const FeedbackRequestedEvent = z.looseObject({
  ...ofEvent,
  type: z.literal("feedback.requested"),
  ...Question.shape,
  agent: z.string(),
  /** All of them, where a run ended with several. */
  questions: z.array(Question).min(2).optional(),
});

export const RequestCompletedEvent = z.looseObject({ ...ofEvent, type: z.literal("request.completed"), result: Json });

export const RequestCancelledEvent = z.looseObject({ ...ofEvent, type: z.literal("request.cancelled") });

const PlanStep = z.looseObject({
  stepId: z.string(),
  order: z.number(),
  tool: z.string(),
  title: z.string().optional(),
  status: z.string(),
  result: Json.optional(),
});

/** The request as it stands behind the event `lastSeq`. */
export const RequestStateEvent = z.looseObject({
  type: z.literal("state"),
  requestId: Id,
  status: z.enum(["pending", "running", "waiting", "completed", "failed", "cancelled"]),
  plan: z.looseObject({ steps: z.array(PlanStep) }),
  agents: z.array(
    z.looseObject({
      name: z.string(),
      status: z.enum(["working", "completed", "suspended", "failed"]),
      message: z.string().optional(),
    }),
  ),
  pendingQuestions: z.array(Question),
  /** What the request came to; absent unless it is completed. */
  result: Json.optional(),
  /** Why it failed. */
  error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
  lastSeq: z.int().min(0),
  epoch: z.string(),
});

/** The position could not be honoured: drop what you have; a `state` follows. */
export const RequestResetEvent = z.looseObject({
  type: z.literal("reset"),
  requestId: Id,
  epoch: z.string(),
  last_seq: z.int().min(0),
  reason: z.enum(["epoch", "ahead", "trimmed"]),
});

/** What the server may send. */
export const RequestServerEvent = z.discriminatedUnion("type", [
  ProgressEvent,
  AgentCompletedEvent,
  RequestErrorEvent,
  FeedbackRequestedEvent,
  RequestCompletedEvent,
  RequestCancelledEvent,
  RequestStateEvent,
  RequestResetEvent,
]);
