import type { WebSocketLike } from "@throughline/client";
import type { NativeClientFrame, NativeServerFrame } from "@throughline/protocol";

/** Rewrites the frames of one connection, so that a client behaves as if it had a mistake in it. */
export interface Tamper {
  readonly sent: (frame: NativeClientFrame) => NativeClientFrame;
  /** undefined = the client never hears of it. */
  readonly received: (frame: NativeServerFrame) => NativeServerFrame | undefined;
}

/** The socket, with its frames rewritten. */
export function tampered(socket: WebSocketLike, { sent, received }: Tamper): WebSocketLike {
  return {
    send: (data) => socket.send(JSON.stringify(sent(JSON.parse(data) as NativeClientFrame))),
    close: (code, reason) => socket.close(code, reason),
    set onopen(listener: WebSocketLike["onopen"]) {
      socket.onopen = listener;
    },
    set onclose(listener: WebSocketLike["onclose"]) {
      socket.onclose = listener;
    },
    set onerror(listener: WebSocketLike["onerror"]) {
      socket.onerror = listener;
    },
    set onmessage(listener: WebSocketLike["onmessage"]) {
      socket.onmessage = ({ data }) => {
        const frame = received(JSON.parse(String(data)) as NativeServerFrame);
        if (frame !== undefined) listener?.({ data: JSON.stringify(frame) });
      };
    },
  };
}
