import { z } from "zod";

/**
 * The frames of `WS /ws/chat`, both ways, and of its HTTP fallback. What a frame says stands in its
 * `data`. They are loose: who does not know a field ignores it.
 */

const Json = z.json();
const Id = z.string().min(1).max(200);
/** ISO-8601 UTC with milliseconds. */
const Timestamp = z.iso.datetime({ precision: 3 });

/** How much of an earlier conversation a client may bring. */
export const MAX_CHAT_HISTORY = 200;

/** One message of a conversation that was held elsewhere. */
export const ChatTurnSchema = z.looseObject({ role: z.enum(["user", "assistant", "system"]), content: z.string() });

/** A client frame may name itself; a repeat of the name applies once. */
const fromClient = { id: Id.optional() };

export const ChatMessageFrame = z.looseObject({
  ...fromClient,
  type: z.literal("message"),
  data: z.looseObject({
    content: z.string(),
    session_id: Id.optional(),
    /** Used only for a session the server has nothing of. */
    message_history: z.array(ChatTurnSchema).max(MAX_CHAT_HISTORY).nullish(),
    context: z.record(z.string(), Json).nullish(),
    run_id: Id.optional(),
  }),
});

export const ChatCancelFrame = z.looseObject({
  ...fromClient,
  type: z.literal("cancel"),
  data: z.looseObject({ run_id: Id.optional() }).optional(),
});

export const ChatAnswerFrame = z.looseObject({
  ...fromClient,
  type: z.literal("answer"),
  data: z.looseObject({ question_id: Id, answer: Json }),
});

export const ChatPingFrame = z.looseObject({ type: z.literal("ping") });
export const ChatPongFrame = z.looseObject({ type: z.literal("pong") });

/** What a client may send. */
export const ChatClientFrame = z.discriminatedUnion("type", [
  ChatMessageFrame,
  ChatCancelFrame,
  ChatAnswerFrame,
  ChatPingFrame,
  ChatPongFrame,
]);

/** A frame that stands for an event has its seq in the thread, which `?after=` takes. */
const ofEvent = { seq: z.int().min(1).optional(), timestamp: Timestamp.optional() };

/** The greeting (`status` = "connected"), or what the assistant is at. */
export const ChatStatusFrame = z.looseObject({
  ...ofEvent,
  type: z.literal("status"),
  timestamp: Timestamp,
  data: z.looseObject({
    status: z.string(),
    session_id: Id.optional(),
    /** `clarification`, `planning`, `story`, or a step of another agent's. */
    stage: z.string().optional(),
  }),
});

export const ChatToolFrame = z.looseObject({
  ...ofEvent,
  type: z.literal("tool_execution"),
  data: z.looseObject({
    tool: z.string(),
    status: z.enum(["running", "completed", "failed"]),
    details: z.looseObject({ tool_call_id: z.string(), result: Json.optional() }),
  }),
});

export const ChatTokenFrame = z.looseObject({
  ...ofEvent,
  type: z.literal("token"),
  data: z.looseObject({ message_id: z.string(), delta: z.string() }),
});

export const ChatArtifact = z.looseObject({
  artifact_id: z.string(),
  kind: z.string(),
  title: z.string(),
  content: Json,
});

/** The end of a successful run: all it said, and what it made. */
export const ChatReplyFrame = z.looseObject({
  ...ofEvent,
  type: z.literal("message"),
  timestamp: Timestamp,
  data: z.looseObject({ content: z.string(), artifacts: z.array(ChatArtifact), message_id: z.string() }),
});

export const ChatErrorFrame = z.looseObject({
  ...ofEvent,
  type: z.literal("error"),
  data: z.looseObject({ error: z.string(), code: z.string() }),
});

export const ChatCancelledFrame = z.looseObject({
  ...ofEvent,
  type: z.literal("cancelled"),
  data: z.looseObject({ run_id: z.string() }),
});

const Question = z.looseObject({ question_id: Id, question: z.string(), options: Json.optional() });

export const ChatQuestionFrame = z.looseObject({
  ...ofEvent,
  type: z.literal("question"),
  data: z.looseObject({
    ...Question.shape,
    /** All of them, where a run ended with several. */
    questions: z.array(Question).min(2).optional(),
  }),
});

/** The position could not be honoured; what a late joiner gets follows. */
export const ChatResetFrame = z.looseObject({
  type: z.literal("reset"),
  data: z.looseObject({
    epoch: z.string(),
    last_seq: z.int().min(0),
    reason: z.enum(["epoch", "ahead", "trimmed"]),
  }),
});

/** What the server may send. */
export const ChatServerFrame = z.discriminatedUnion("type", [
  ChatStatusFrame,
  ChatToolFrame,
  ChatTokenFrame,
  ChatReplyFrame,
  ChatErrorFrame,
  ChatCancelledFrame,
  ChatQuestionFrame,
  ChatResetFrame,
  ChatPingFrame,
  ChatPongFrame,
]);
