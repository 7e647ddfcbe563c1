import { ERRORS, NATIVE_PROTOCOL, type NativeClientFrame, type NativeServerFrame } from "@throughline/protocol";
import { noToken } from "../connection/failure.ts";
import type { Carrier, NativeContext, NativeHost } from "./carrier.ts";
import { openFrameSocket } from "./frame-socket.ts";

/** Opens the native protocol over a WebSocket. */
export function openWebSocket(context: NativeContext, host: NativeHost): Carrier<NativeClientFrame> {
  const hello = context.hello();
  let mostBytes = Infinity;
  let isOpen = false;
  const socket = openFrameSocket<NativeServerFrame>(context.system, host, {
    address: async () => {
      await hello.catch((cause: unknown) => socket.end(noToken(cause)));
      return [`${context.url.replace(/^http/, "ws")}/ws`, NATIVE_PROTOCOL];
    },
    opened: () => void hello.then(send),
    frame: (frame) => {
      if (frame.type === "pong") host.pong(Number(frame.id));
      else if (frame.type !== "welcome") host.frame(frame);
      // A later welcome answers a new token.
      else if (!isOpen) {
        isOpen = true;
        mostBytes = frame.max_frame_bytes;
        // First of all what is followed: what is sent from here on may be about it.
        for (const each of context.subscriptions()) send(each);
        host.opened(frame.heartbeat_ms);
      }
    },
  });

  function send(frame: NativeClientFrame): void {
    const text = JSON.stringify(frame);
    if (frame.type !== "command" || !isLonger(text, mostBytes)) return socket.send(text);
    // The server would end the connection (1009), and with it all else that is on its way.
    const code = "payload_too_large";
    const message = `A frame may have ${mostBytes} bytes.`;
    host.frame({ type: "ack", id: frame.id, ok: false, code, message, remedy: ERRORS[code].remedy });
  }

  return {
    transport: "websocket",
    pings: true,
    send,
    probe: (id) => send({ type: "ping", id }),
    close: () => socket.end(),
  };
}

/** Whether a text has more bytes of UTF-8 than that; few need to be counted. */
function isLonger(text: string, mostBytes: number): boolean {
  return text.length * 3 > mostBytes && new TextEncoder().encode(text).length > mostBytes;
}
