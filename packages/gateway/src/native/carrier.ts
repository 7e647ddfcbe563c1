import { NATIVE_PROTOCOL, type NativeServerFrame, type WelcomeFrame } from "@throughline/protocol";
import type { Framing } from "../delivery/framing.ts";
import type { EndReason, Sink } from "../delivery/sink.ts";
import type { Unread } from "../delivery/unread.ts";

/** What brings the native protocol's frames to one client: a socket, a stream, or one answer. */
export interface Carrier {
  readonly sink: Sink;
  readonly framing: Framing;
  readonly unread: Unread;
  /** Something came that a waiting client is to have at once (N4). */
  readonly news?: () => void;
  /** It is one answer: nothing of it is taken before it is whole, and what does not fit is left for the next. */
  readonly atOnce?: true;
}

/** The first frame over WebSocket and SSE (N7). */
export function welcome(
  limits: { readonly heartbeatMs: number; readonly maxFrameBytes: number },
  clientId: string,
): WelcomeFrame {
  return {
    type: "welcome",
    protocol: NATIVE_PROTOCOL,
    client_id: clientId,
    heartbeat_ms: limits.heartbeatMs,
    max_frame_bytes: limits.maxFrameBytes,
  };
}

/** Brings one frame that is no event's. */
export function tell({ sink, framing, unread }: Carrier, frame: NativeServerFrame): void {
  // Frames are JSON, though their types, being interfaces, cannot say so.
  const bytes = framing.plain(frame as never);
  if (unread.admits(bytes.length, sink.buffered)) sink.write(bytes);
  else sink.end("slow");
}

/** Brings one frame that may hold a view, to a client that has room for it. */
export function show({ sink, framing }: Carrier, frame: NativeServerFrame): void {
  sink.write(framing.plain(frame as never));
}

/** A frame's bytes, made once for all who get it (D3). */
const shared = new WeakMap<object, Map<string, Uint8Array>>();

/** As {@link tell}, of a frame that many get. */
export function tellShared({ sink, framing }: Carrier, frame: NativeServerFrame): void {
  const made = shared.get(frame) ?? new Map<string, Uint8Array>();
  shared.set(frame, made);
  const bytes = made.get(framing.name) ?? framing.plain(frame as never);
  made.set(framing.name, bytes);
  sink.write(bytes);
}

/** How long a client of a server that goes down is to wait (N26). */
const RETRY_AFTER_MS = 1_000;

/** Ends the client's connection; one that is to come back later is told when (N26). */
export function dismiss(carrier: Carrier, reason: EndReason): void {
  if (reason === "draining") tell(carrier, { type: "draining", retry_after_ms: RETRY_AFTER_MS });
  carrier.sink.end(reason);
}
