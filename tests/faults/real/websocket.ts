import type { JsonObject } from "@throughline/protocol";
import { WebSocket } from "ws";
import type { Connection, ConnectionEvents } from "../followers/connection.ts";
import type { Opening } from "../followers/surroundings.ts";
import { tellFrame } from "../followers/websocket.ts";

/** `/ws/stream` over a real socket. */
export function openRealWebSocket(url: string, opening: Opening, events: ConnectionEvents): Connection {
  const query = new URLSearchParams({ client_id: opening.client, thread_id: opening.thread, agent: "scripted" });
  if (opening.cursor !== undefined) query.set("after", opening.cursor);
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws/stream?${query.toString()}`);
  socket.on("message", (data: Buffer) => tellFrame(JSON.parse(data.toString()) as JsonObject, events));
  socket.on("close", (code) => events.ended(`closed ${code}`));
  // A close follows every error.
  socket.on("error", () => undefined);
  return {
    // Here the network is what the kernel makes of it.
    fail: () => undefined,
    mend: () => undefined,
    drop: () => socket.terminate(),
    send: (frame) => socket.send(frame),
    peakBuffered: 0,
  };
}
