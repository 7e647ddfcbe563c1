import type { JsonObject } from "@throughline/protocol";
import { WebSocket } from "ws";
import { addressOf, tellFrame } from "../followers/address.ts";
import type { Connection, ConnectionEvents } from "../followers/connection.ts";
import type { Opening } from "../followers/surroundings.ts";
import type { Socket } from "../plan.ts";

/** A client over a real socket. */
export function openRealWebSocket(
  protocol: Socket,
  url: string,
  opening: Opening,
  events: ConnectionEvents,
): Connection {
  const socket = new WebSocket(url.replace("http", "ws") + addressOf(protocol, opening, "scripted"));
  // The chart's protocol has no greeting.
  if (protocol === "chart") socket.on("open", () => events.greeted(undefined, undefined));
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
