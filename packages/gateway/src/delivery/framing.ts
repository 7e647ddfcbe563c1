import type { JsonObject } from "@throughline/protocol";
import { textFrame } from "./websocket-frame.ts";

/** Where a frame stands. */
export interface Place {
  readonly epoch: string;
  readonly seq: number;
}

/** How a dialect's frames become bytes on one kind of connection. */
export interface Framing {
  readonly name: string;
  /** A frame that stands for an event; with {@link merge}, a part of one. */
  event(frame: JsonObject, place: Place): Uint8Array;
  /** A frame that stands for none: a greeting, an answer, a reset. */
  plain(frame: JsonObject): Uint8Array;
  /**
   * Makes one frame of the parts of consecutive events; absent where each event's is whole by itself.
   * @param place of the first one
   */
  merge?(parts: readonly Uint8Array[], place: Place & { readonly threadId: string }): Uint8Array;
}

/** What one merged frame holds at most, in bytes of its events; a larger event stands alone. */
export const MERGE_BYTES = 128 * 1024;

/**
 * The frames of consecutive events as bytes for the network.
 * @param frames undefined where the dialect passes an event over, which a framing that merges has none of
 * @param place of the first one
 */
export function joined(
  framing: Framing,
  frames: readonly (Uint8Array | undefined)[],
  place: Place & { readonly threadId: string },
): Uint8Array {
  const parts = frames.filter((frame) => frame !== undefined);
  const whole = framing.merge === undefined ? parts : [...merged(framing, parts, place)];
  const [only] = whole;
  return whole.length === 1 && only !== undefined ? only : Buffer.concat(whole);
}

function* merged(
  framing: Framing,
  parts: readonly Uint8Array[],
  place: Place & { readonly threadId: string },
): Generator<Uint8Array> {
  let first = 0;
  let bytes = 0;
  for (const [at, part] of parts.entries()) {
    if (at > first && bytes + part.length > MERGE_BYTES) {
      yield* merge(first, at);
      first = at;
      bytes = 0;
    }
    bytes += part.length;
  }
  yield* merge(first, parts.length);

  function* merge(from: number, to: number): Generator<Uint8Array> {
    const frame = framing.merge?.(parts.slice(from, to), { ...place, seq: place.seq + from });
    if (to > from && frame !== undefined) yield frame;
  }
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
