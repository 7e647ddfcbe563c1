import { ERRORS, NATIVE_PROTOCOL, type NativeClientFrame, type NativeServerFrame } from "@throughline/protocol";
import { failureOfClose, lost, noToken } from "../connection/failure.ts";
import type { WebSocketLike } from "../seams.ts";
import type { Carrier, NativeContext, NativeHost } from "./carrier.ts";
import { Pace } from "./pace.ts";
import { parsed } from "./parsed.ts";

/** Opens the native protocol over a WebSocket. */
export function openWebSocket(context: NativeContext, host: NativeHost): Carrier<NativeClientFrame> {
  return new WebSocketCarrier(context, host);
}

class WebSocketCarrier implements Carrier<NativeClientFrame> {
  readonly transport = "websocket";
  readonly pings = true;
  readonly #context: NativeContext;
  readonly #host: NativeHost;
  readonly #pace: Pace;
  #socket: WebSocketLike | undefined;
  #mostBytes = Infinity;
  #isOpen = false;
  #isOver = false;

  constructor(context: NativeContext, host: NativeHost) {
    this.#context = context;
    this.#host = host;
    this.#pace = new Pace(context.system.clock, (text) => this.#socket?.send(text));
    this.#open().catch((cause: unknown) =>
      this.#end(lost("The WebSocket cannot be opened.", { cause, elsewhere: true })),
    );
  }

  send(frame: NativeClientFrame): void {
    const text = JSON.stringify(frame);
    if (frame.type === "command" && isLonger(text, this.#mostBytes)) this.#refuse(frame.id);
    else this.#pace.send(text);
  }

  probe(id: number): void {
    this.send({ type: "ping", id });
  }

  close(): void {
    this.#end(undefined);
  }

  async #open(): Promise<void> {
    const hello = await this.#context.hello().catch((cause: unknown) => this.#end(noToken(cause)));
    if (hello === undefined || this.#isOver) return;
    const socket = new this.#context.system.WebSocket(
      `${this.#context.url.replace(/^http/, "ws")}/ws`,
      NATIVE_PROTOCOL,
    );
    this.#socket = socket;
    socket.onopen = () => this.send(hello);
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code, reason }) => this.#end(failureOfClose(code, reason));
    // `close` always follows, and says more.
    socket.onerror = () => {};
  }

  #receive(data: unknown): void {
    if (this.#isOver || typeof data !== "string") return;
    this.#host.heard();
    const frame = parsed<NativeServerFrame>(data);
    if (frame === undefined) return this.#end(lost("What came is no frame."));
    if (frame.type === "pong") this.#host.pong(Number(frame.id));
    else if (frame.type !== "welcome") this.#host.frame(frame);
    // A later welcome answers a new token.
    else if (!this.#isOpen) {
      this.#mostBytes = frame.max_frame_bytes;
      this.#begin(frame.heartbeat_ms);
    }
  }

  /** The server would end the connection (1009), and with it all else that is on its way. */
  #refuse(id: string): void {
    const message = `A frame may have ${this.#mostBytes} bytes.`;
    const code = "payload_too_large";
    this.#host.frame({ type: "ack", id, ok: false, code, message, remedy: ERRORS[code].remedy });
  }

  #begin(heartbeatMs: number): void {
    this.#isOpen = true;
    // First of all what is followed: what is sent from here on may be about it.
    for (const each of this.#context.subscriptions()) this.send(each);
    this.#host.opened(heartbeatMs);
  }

  #end(failure: ReturnType<typeof lost> | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#pace.stop();
    if (this.#socket !== undefined) {
      this.#socket.onmessage = null;
      this.#socket.onclose = null;
      this.#socket.close(1000);
    }
    if (failure !== undefined) this.#host.ended(failure);
  }
}

/** Whether a text has more bytes of UTF-8 than that; few need to be counted. */
function isLonger(text: string, mostBytes: number): boolean {
  return text.length * 3 > mostBytes && new TextEncoder().encode(text).length > mostBytes;
}
