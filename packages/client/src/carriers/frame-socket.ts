import { type Failure, failureOfClose, lost } from "../connection/failure.ts";
import type { ClientSystem, WebSocketLike } from "../seams.ts";
import type { CarrierHost } from "./carrier.ts";
import { Pace } from "./pace.ts";
import { parsed } from "./parsed.ts";

export interface FrameSocketPorts<Frame> {
  /** Where to connect to, and with which subprotocol. What it rejects with ends the socket. */
  address(): Promise<readonly [url: string, protocol?: string]>;
  opened(): void;
  frame(frame: Frame): void;
}

/** A WebSocket that carries one JSON object in a message. */
export interface FrameSocket {
  /** Sends no faster than servers take it; once it is over, nothing. Only after it has opened. */
  send(text: string): void;
  /** Safe to repeat. @param failure absent where nobody need be told */
  end(failure?: Failure): void;
}

/** Opens one. Nothing is told before this has returned. */
export function openFrameSocket<Frame extends object>(
  { clock, WebSocket }: ClientSystem,
  host: Pick<CarrierHost, "heard" | "ended">,
  ports: FrameSocketPorts<Frame>,
): FrameSocket {
  let socket: WebSocketLike | undefined;
  let isOver = false;
  const pace = new Pace(clock, (text) => socket?.send(text));

  function end(failure?: Failure): void {
    if (isOver) return;
    isOver = true;
    pace.stop();
    if (socket !== undefined) {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close(1000);
    }
    if (failure !== undefined) host.ended(failure);
  }

  async function open(): Promise<void> {
    const address = await ports.address();
    if (isOver) return;
    socket = new WebSocket(...address);
    socket.onopen = () => ports.opened();
    socket.onmessage = ({ data }) => receive(data);
    socket.onclose = ({ code, reason }) => end(failureOfClose(code, reason));
    // `close` always follows, and says more.
    socket.onerror = () => {};
  }

  function receive(data: unknown): void {
    if (isOver || typeof data !== "string") return;
    host.heard();
    const frame = parsed<Frame>(data);
    if (frame === undefined) end(lost("What came is no frame."));
    else ports.frame(frame);
  }

  open().catch((cause: unknown) => end(lost("The WebSocket cannot be opened.", { cause, elsewhere: true })));
  return {
    send: (text) => {
      if (!isOver) pace.send(text);
    },
    end,
  };
}
