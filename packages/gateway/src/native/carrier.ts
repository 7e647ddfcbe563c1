import { NATIVE_PROTOCOL, type NativeServerFrame, type WelcomeFrame } from "@throughline/protocol";
import type { Framing } from "../delivery/framing.ts";
import type { EndReason, Sink } from "../delivery/sink.ts";

/** A client that lets more than this lie unread, whatever it is, is sent away. */
const MAX_UNREAD = 4 * 1024 * 1024;

/** What brings the native protocol's frames to one client: a socket, a stream, or one answer. */
export interface Carrier {
  readonly sink: Sink;
  readonly framing: Framing;
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
export function tell(carrier: Carrier, frame: NativeServerFrame): void {
  const { sink, framing } = carrier;
  if (sink.buffered > MAX_UNREAD) return sink.end("slow");
  // Frames are JSON, though their types, being interfaces, cannot say so.
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
