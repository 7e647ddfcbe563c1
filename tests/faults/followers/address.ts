import type { JsonObject } from "@throughline/protocol";
import type { Socket } from "../plan.ts";
import type { ConnectionEvents } from "./connection.ts";
import type { Opening } from "./surroundings.ts";

const TASK = "task:";

/** Where a client over WebSocket takes up its thread. */
export function addressOf(socket: Socket, { client, thread, cursor }: Opening, agent: string): string {
  const query = new URLSearchParams({ agent, ...(cursor === undefined ? {} : { after: cursor }) });
  // Under an id of its own a client of a task is remembered, and then never joins late again.
  if (socket !== "tasks" || cursor !== undefined) query.set("client_id", client);
  if (socket === "tasks") return `/ws/tasks/${thread.slice(TASK.length)}?${query.toString()}`;
  query.set("thread_id", thread);
  return `${{ websocket: "/ws/stream", chat: "/ws/chat", chart: "/ws/chart-commands/desk" }[socket]}?${query.toString()}`;
}

/** What a frame of any of these protocols tells. */
export function tellFrame({ seq, ...frame }: JsonObject, events: ConnectionEvents): void {
  const { epoch, last_seq: lastSeq, reason } = { ...frame, ...(frame["data"] as JsonObject | undefined) };
  const type = frame["type"] ?? frame["event_type"];
  const told = frame["epoch"] === undefined ? undefined : String(frame["epoch"]);
  if (typeof seq === "number") events.delivered(seq, JSON.stringify(frame), told);
  else if (type === "reset") events.reset(String(epoch), Number(lastSeq), String(reason));
  else if (typeof lastSeq === "number") events.greeted(String(epoch), lastSeq);
  else events.other(frame);
}
