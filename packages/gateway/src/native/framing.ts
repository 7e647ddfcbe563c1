import type { Framing, Place } from "../delivery/framing.ts";
import { textFrame, textFrameOf } from "../delivery/websocket-frame.ts";

/**
 * The native protocol's frames as bytes, for each of its carriers. An event's JSON is made once; a frame
 * of several events is made of theirs once for everybody who is at the same place (D3, N12).
 */

type MergedPlace = Place & { readonly threadId: string };

const COMMA = Buffer.from(",");
const END = Buffer.from("]}");

/** A text frame each (N2). */
export const nativeWebSocket: Framing = {
  name: "native-websocket",
  event: bare,
  plain: (frame) => textFrame(JSON.stringify(frame)),
  merge: (parts, place) => textFrameOf(eventsFrame(parts, place)),
};

const DATA = Buffer.from("data: ");
const BLANK = Buffer.from("\n\n");

/** A `data:` line each (N3). */
export const nativeSse: Framing = {
  name: "native-sse",
  event: bare,
  plain: (frame) => Buffer.from(`data: ${JSON.stringify(frame)}\n\n`),
  merge: (parts, place) => Buffer.concat([DATA, ...eventsFrame(parts, place), BLANK]),
};

/** As it is, with a line end behind it; JSON has none inside. */
export const nativeLines: Framing = {
  name: "native-lines",
  event: bare,
  plain: (frame) => Buffer.from(`${JSON.stringify(frame)}\n`),
  merge: (parts, place) => Buffer.concat([...eventsFrame(parts, place), Buffer.from("\n")]),
};

function bare(event: object): Uint8Array {
  return Buffer.from(JSON.stringify(event));
}

/** Pieces of an `events` frame. */
function eventsFrame(parts: readonly Uint8Array[], { threadId, epoch, seq }: MergedPlace): Uint8Array[] {
  const head = { type: "events", thread: threadId, epoch, seq };
  const pieces: Uint8Array[] = [Buffer.from(`${JSON.stringify(head).slice(0, -1)},"events":[`)];
  for (const [index, part] of parts.entries()) {
    if (index > 0) pieces.push(COMMA);
    pieces.push(part);
  }
  pieces.push(END);
  return pieces;
}
