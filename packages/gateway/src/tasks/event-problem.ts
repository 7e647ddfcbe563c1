import type { JsonObject } from "@throughline/protocol";
import { TaskServerFrame } from "@throughline/protocol/schemas";

/** The server's own words are not for others to say. */
const RESERVED = new Set(["connection_established", "connection_closed", "heartbeat", "reset"]);

/** Why nobody may say this event of a task; undefined when all is well. */
export function eventProblem(taskId: string, type: string, data: JsonObject): string | undefined {
  if (RESERVED.has(type)) return "is the server's own";
  const frame = { event_type: type, task_id: taskId, data, timestamp: new Date(0).toISOString() };
  const [issue] = TaskServerFrame.safeParse(frame).error?.issues ?? [];
  return issue === undefined ? undefined : `${issue.path.join(".")}: ${issue.message}`;
}
