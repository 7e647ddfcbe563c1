import { MemorySocket } from "@throughline/testing";
import type { Gateway } from "@throughline/gateway";
import type { Clock, JsonObject } from "@throughline/protocol";
import type { Connection, ConnectionEvents } from "./connection.ts";
import type { Opening } from "./surroundings.ts";

/** `/ws/stream`. @throws ThroughlineError with which the upgrade is refused */
export function openWebSocket(
  options: Opening & { readonly gateway: Gateway; readonly clock: Clock },
  events: ConnectionEvents,
): Connection {
  const query = new URLSearchParams({ client_id: options.client, thread_id: options.thread, agent: "puppet" });
  if (options.cursor !== undefined) query.set("after", options.cursor);
  const socket = new MemorySocket(options.gateway, {
    path: `/ws/stream?${query.toString()}`,
    clock: options.clock,
    latencyMs: options.latencyMs,
    ...(options.chunkBytes === undefined ? {} : { chunkBytes: options.chunkBytes }),
    onFrame: (frame) => tellFrame(frame, events),
    onClose: (reason) => events.ended(reason),
  });
  let deaf = false;
  return {
    fail: (fault, amount) => {
      deaf ||= fault === "half-open";
      if (fault === "cut") socket.cut(amount % 50);
      else if (fault === "cut in a frame") socket.cutAfter(amount);
      else if (fault === "half-open") socket.halfOpen();
      else if (fault === "pause") socket.pauseReading();
      else socket.throttle(amount);
    },
    mend: () => {
      if (deaf) return socket.cut();
      socket.throttle(Number.POSITIVE_INFINITY);
      socket.resumeReading();
    },
    drop: () => socket.cut(),
    send: (frame) => socket.send(frame),
    get peakBuffered() {
      return socket.peakBuffered;
    },
  };
}

/** What a frame of `/ws/stream` tells. */
export function tellFrame({ seq, ...frame }: JsonObject, events: ConnectionEvents): void {
  const place = [String(frame["epoch"]), Number(frame["last_seq"])] as const;
  if (typeof seq === "number") events.delivered(seq, JSON.stringify(frame), undefined);
  else if (frame["type"] === "connected") events.greeted(...place);
  else if (frame["type"] === "reset") events.reset(...place, String(frame["reason"]));
  else events.other(frame);
}
