import { z } from "zod";
import { TaskSchema } from "../schemas/custom.ts";

/**
 * The frames of `WS /ws/tasks/{task_id}`, both ways. They are loose: clients ignore fields they do not
 * know, and so does the server.
 */

const Json = z.json();
const Id = z.string().min(1).max(200);
/** ISO-8601 UTC with milliseconds. */
const Timestamp = z.iso.datetime({ precision: 3 });
const Share = z.number().min(0).max(1);

const fromClient = {
  /** A client frame may name itself; a repeat of the name applies once. */
  id: Id.optional(),
};

export const TaskClientFrame = z.discriminatedUnion("type", [
  z.looseObject({ ...fromClient, type: z.literal("heartbeat"), timestamp: Json.optional() }),
  z.looseObject({ ...fromClient, type: z.literal("ping") }),
  z.looseObject({ ...fromClient, type: z.literal("pong") }),
  z.looseObject({ ...fromClient, type: z.literal("cancel"), run_id: Id.optional() }),
  z.looseObject({ ...fromClient, type: z.literal("pause"), run_id: Id.optional() }),
  z.looseObject({ ...fromClient, type: z.literal("resume"), run_id: Id.optional() }),
  z.looseObject({ ...fromClient, type: z.literal("answer"), question_id: Id, answer: Json }),
]);

/** The envelope of everything the server sends; `seq` where the frame stands for an event. */
function frame<Type extends string, Data extends z.ZodType>(type: Type, data: Data) {
  return z.looseObject({
    event_type: z.literal(type),
    task_id: Id,
    client_id: Id.optional(),
    data,
    timestamp: Timestamp,
    seq: z.int().min(1).optional(),
  });
}

const ofRun = { run_id: Id.optional() };
const Question = z.looseObject({ question_id: Id, question: z.string(), options: Json.optional() });

export const TaskServerFrame = z.discriminatedUnion("event_type", [
  // One's own has all of it; another's only who it is.
  frame(
    "connection_established",
    z.looseObject({
      client_id: Id,
      task: TaskSchema.nullable().optional(),
      last_seq: z.int().min(0).optional(),
      epoch: z.string().optional(),
    }),
  ),
  frame("connection_closed", z.looseObject({ client_id: Id })),
  // Also the answer to a ping, then with `type: "pong"`.
  frame("heartbeat", z.looseObject({})),
  frame("reset", z.looseObject({ epoch: z.string(), last_seq: z.int().min(0), reason: z.string() })),
  frame("error", z.looseObject({ code: z.string(), message: z.string() })),
  frame("task_started", z.looseObject({ ...ofRun, agent: z.string() })),
  // The task as it is now, or that a held run goes on.
  frame("task_updated", z.looseObject({ ...ofRun, task: TaskSchema.optional(), deleted: z.boolean().optional() })),
  frame("task_completed", z.looseObject({ ...ofRun, result: Json.optional() })),
  frame("task_failed", z.looseObject({ ...ofRun, code: z.string(), message: z.string() })),
  // Held by somebody, or waiting for an answer: then with the question.
  frame(
    "task_paused",
    z.looseObject({ ...ofRun, ...Question.partial().shape, questions: z.array(Question).optional() }),
  ),
  frame("task_cancelled", z.looseObject(ofRun)),
  frame("message.delta", z.looseObject({ message_id: z.string(), delta: z.string() })),
  frame("tool_call.start", z.looseObject({ tool_call_id: z.string(), tool_name: z.string() })),
  frame(
    "tool_call.end",
    z.looseObject({ tool_call_id: z.string(), tool_name: z.string(), args: Json.optional(), result: Json.optional() }),
  ),
  // RFC 6902; a whole new state is one that replaces the root.
  frame("state.patch", z.looseObject({ patch: z.array(Json) })),
  frame("agent_status_change", z.looseObject({ agent: z.string(), status: z.string() })),
  frame("progress_update", z.looseObject({ progress: Share, message: z.string() })),
  frame("confidence_update", z.looseObject({ confidence: Share })),
]);
