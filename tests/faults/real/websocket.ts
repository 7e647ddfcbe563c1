import type { JsonObject } from "@throughline/protocol";
import { NATIVE_PROTOCOL } from "@throughline/protocol";
import { WebSocket } from "ws";
import { addressOf, tellFrame } from "../followers/address.ts";
import type { Connection, ConnectionEvents } from "../followers/connection.ts";
import { nativeEars, nativeOpening } from "../followers/native.ts";
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
  return connectionOf(socket);
}

/** A client of the native protocol over a real socket. */
export function openRealNative(url: string, opening: Opening, events: ConnectionEvents): Connection {
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws`, NATIVE_PROTOCOL);
  const { receive, ended } = nativeEars(events, () => socket.close());
  socket.on("open", () => nativeOpening(opening).forEach((frame) => socket.send(JSON.stringify(frame))));
  socket.on("message", (data: Buffer) => receive(JSON.parse(data.toString()) as JsonObject));
  socket.on("close", (code) => ended(`closed ${code}`));
  return connectionOf(socket);
}

function connectionOf(socket: WebSocket): Connection {
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
