import type { JsonObject } from "@throughline/protocol";
import { textFrame } from "./websocket-frame.ts";

/** Where a frame stands. */
export interface Place {
  readonly epoch: string;
  readonly seq: number;
}

/** How a dialect's frames become bytes on one kind of connection. */
export interface Framing {
  readonly name: "websocket" | "sse";
  /** A frame that stands for an event. */
  event(frame: JsonObject, place: Place): Uint8Array;
  /** A frame that stands for none: a greeting, an answer, a reset. */
  plain(frame: JsonObject): Uint8Array;
}

/** One text frame each; the seq travels inside. */
export const websocketFraming: Framing = {
  name: "websocket",
  event: (frame, place) => textFrame(JSON.stringify({ ...frame, seq: place.seq })),
  plain: (frame) => textFrame(JSON.stringify(frame)),
};

/**
 * Server-sent events. The data of an event's frame is the frame itself, its place is the `id`; a
 * frame without a place carries its `type` as the event's name, so that it cannot be taken for one.
 */
export const sseFraming: Framing = {
  name: "sse",
  event: (frame, place) => Buffer.from(`id: ${place.epoch}.${place.seq}\ndata: ${JSON.stringify(frame)}\n\n`),
  plain: (frame) => Buffer.from(`event: ${String(frame["type"])}\ndata: ${JSON.stringify(frame)}\n\n`),
};
