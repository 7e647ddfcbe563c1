import { MemorySocket } from "@throughline/testing";
import { type JsonObject, NATIVE_PROTOCOL, type NativeServerFrame } from "@throughline/protocol";
import type { Gateway } from "@throughline/gateway";
import type { Clock } from "@throughline/protocol";
import type { Connection, ConnectionEvents } from "./connection.ts";
import { breakable } from "./memory-connection.ts";
import type { Opening } from "./surroundings.ts";

/**
 * The native protocol, frame by frame, without the client that speaks it.
 * @throws ThroughlineError with which the upgrade is refused
 */
export function openNative(
  options: Opening & { readonly gateway: Gateway; readonly clock: Clock },
  events: ConnectionEvents,
): Connection {
  const { receive, ended } = nativeEars(events, () => socket.close());
  const socket = new MemorySocket(options.gateway, {
    path: "/ws",
    protocols: [NATIVE_PROTOCOL],
    clock: options.clock,
    latencyMs: options.latencyMs,
    ...(options.chunkBytes === undefined ? {} : { chunkBytes: options.chunkBytes }),
    onFrame: receive,
    onClose: ended,
  });
  for (const frame of nativeOpening(options)) socket.send(frame);
  return breakable(socket);
}

/** What a client says first. */
export function nativeOpening({ thread, cursor, client }: Opening): JsonObject[] {
  return [
    { type: "hello", client_id: client },
    { type: "subscribe", thread, from: cursor === undefined ? "view" : { after: cursor } },
  ];
}

/** Tells what a connection brings; `leave` is called when the subscription was refused or ended. */
export function nativeEars(
  events: ConnectionEvents,
  leave: () => void,
): { receive(frame: JsonObject): void; ended(reason: string): void } {
  let refusal: string | undefined;
  return {
    receive: (json) => {
      const frame = json as unknown as NativeServerFrame;
      if (frame.type === "subscribed") events.greeted(frame.epoch, frame.after);
      else if (frame.type === "reset") events.reset(frame.epoch, frame.last_seq, frame.reason);
      else if (frame.type === "unsubscribed") {
        refusal = `${frame.code}: ${frame.message}`;
        leave();
      } else if (frame.type === "events") {
        for (const [index, event] of frame.events.entries())
          events.delivered(frame.seq + index, JSON.stringify(event), frame.epoch);
      } else events.other(json);
    },
    ended: (reason) => events.ended(refusal ?? reason),
  };
}
