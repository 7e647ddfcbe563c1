import { z } from "zod";

/**
 * The frames of `WS /ws/stream`, both ways. They are loose: clients ignore fields they do not know, and
 * so does the server. The gateway's dialect makes and reads them by hand, since it does so for every
 * token; these schemas document them and hold the dialect to them in tests.
 */

const Json = z.json();
const Context = z.record(z.string(), Json);
const Id = z.string().min(1).max(128);
/** ISO-8601 UTC with milliseconds. */
const Timestamp = z.iso.datetime({ precision: 3 });

/** A client frame may name itself; a repeat of the name applies once. */
const fromClient = { id: Id.optional() };

export const ChatFrame = z.looseObject({
  ...fromClient,
  type: z.literal("chat"),
  payload: z.looseObject({ message: z.string(), context: Context.nullish(), run_id: Id.optional() }),
});

export const CancelFrame = z.looseObject({
  ...fromClient,
  type: z.literal("cancel"),
  payload: z.looseObject({ run_id: Id.optional() }).optional(),
});

export const AnswerFrame = z.looseObject({
  ...fromClient,
  type: z.literal("answer"),
  payload: z.looseObject({ question_id: Id, answer: Json }),
});

export const PingFrame = z.looseObject({ ...fromClient, type: z.literal("ping") });
export const PongFrame = z.looseObject({ ...fromClient, type: z.literal("pong") });

/** What a client may send. */
export const AgentStreamClientFrame = z.discriminatedUnion("type", [
  ChatFrame,
  CancelFrame,
  AnswerFrame,
  PingFrame,
  PongFrame,
]);

/** A frame that stands for an event has its seq in the thread, which `?after=` takes. */
const ofEvent = {
  seq: z.int().min(1).optional(),
  run_id: Id.optional(),
  thread_id: Id.optional(),
};
const timed = { ...ofEvent, timestamp: Timestamp };

export const ConnectedFrame = z.looseObject({
  type: z.literal("connected"),
  client_id: Id,
  thread_id: Id,
  epoch: z.string(),
  last_seq: z.int().min(0),
});

/** The cursor could not be honoured; what a late joiner gets follows. */
export const ResetFrame = z.looseObject({
  type: z.literal("reset"),
  epoch: z.string(),
  last_seq: z.int().min(0),
  reason: z.enum(["epoch", "ahead", "trimmed"]),
});

export const AgentStepFrame = z.looseObject({
  ...timed,
  type: z.literal("agent_step"),
  agent: z.string(),
  emoji: z.string(),
  status: z.enum(["working", "completed", "failed"]),
});

export const ToolCallFrame = z.looseObject({
  ...timed,
  type: z.literal("tool_call"),
  agent: z.string(),
  tool_name: z.string(),
  tool_call_id: z.string(),
  args: Json,
});

export const ToolResultFrame = z.looseObject({
  ...timed,
  type: z.literal("tool_result"),
  agent: z.string(),
  tool_name: z.string(),
  tool_call_id: z.string(),
  result: Json,
});

export const ProgressFrame = z.looseObject({
  ...timed,
  type: z.literal("progress"),
  current_turn: z.number().min(0),
  max_turns: z.number().min(0),
});

export const ChartFrame = z.looseObject({
  ...timed,
  type: z.literal("chart"),
  chart_id: z.string(),
  url: z.string(),
  symbol: z.string(),
  interval: z.string(),
});

export const TokenFrame = z.looseObject({
  ...ofEvent,
  type: z.literal("token"),
  agent: z.string(),
  message_id: z.string(),
  delta: z.string(),
});

export const ResultFrame = z.looseObject({
  ...timed,
  type: z.literal("result"),
  content: z.string(),
  agents_used: z.array(z.string()),
});

export const ErrorFrame = z.looseObject({
  ...timed,
  type: z.literal("error"),
  message: z.string(),
  /** The error code. */
  details: z.string(),
});

/** With `message` a run's own ending; with `success` the answer to a `cancel`. */
export const CancelledFrame = z
  .looseObject({
    ...timed,
    type: z.literal("cancelled"),
    message: z.string().optional(),
    success: z.boolean().optional(),
  })
  .refine(({ message, success }) => (message === undefined) !== (success === undefined), {
    error: "Either `message` or `success`.",
  });

const Question = z.looseObject({ question_id: Id, question: z.string(), options: Json.optional() });

export const QuestionFrame = z.looseObject({
  ...ofEvent,
  timestamp: Timestamp.optional(),
  type: z.literal("question"),
  ...Question.shape,
  /** All of them, where a run ended with several. */
  questions: z.array(Question).min(2).optional(),
});

/** What the server may send. */
export const AgentStreamServerFrame = z.discriminatedUnion("type", [
  ConnectedFrame,
  ResetFrame,
  AgentStepFrame,
  ToolCallFrame,
  ToolResultFrame,
  ProgressFrame,
  ChartFrame,
  TokenFrame,
  ResultFrame,
  ErrorFrame,
  CancelledFrame,
  QuestionFrame,
  PingFrame,
  PongFrame,
]);
