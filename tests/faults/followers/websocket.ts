import { MemorySocket } from "@throughline/testing";
import type { Gateway } from "@throughline/gateway";
import type { Clock } from "@throughline/protocol";
import type { Socket } from "../plan.ts";
import { addressOf, tellFrame } from "./address.ts";
import type { Connection, ConnectionEvents } from "./connection.ts";
import { breakable } from "./memory-connection.ts";
import type { Opening } from "./surroundings.ts";

/** @throws ThroughlineError with which the upgrade is refused */
export function openWebSocket(
  protocol: Socket,
  options: Opening & { readonly gateway: Gateway; readonly clock: Clock },
  events: ConnectionEvents,
): Connection {
  const socket = new MemorySocket(options.gateway, {
    path: addressOf(protocol, options, "puppet"),
    clock: options.clock,
    latencyMs: options.latencyMs,
    ...(options.chunkBytes === undefined ? {} : { chunkBytes: options.chunkBytes }),
    onFrame: (frame) => tellFrame(frame, events),
    onClose: (reason) => events.ended(reason),
  });
  // The chart's protocol has no greeting.
  if (protocol === "chart") events.greeted(undefined, undefined);
  return breakable(socket);
}
