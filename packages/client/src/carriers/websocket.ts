import { NATIVE_PROTOCOL, type NativeClientFrame, type NativeServerFrame } from "@throughline/protocol";
import { failureOfClose, lost, noToken } from "../connection/failure.ts";
import type { WebSocketLike } from "../seams.ts";
import type { Carrier, NativeContext, NativeHost } from "./carrier.ts";
import { Pace } from "./pace.ts";

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
    this.#pace.send(JSON.stringify(frame));
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
    const frame = JSON.parse(data) as NativeServerFrame;
    if (frame.type === "pong") this.#host.pong(Number(frame.id));
    else if (frame.type !== "welcome") this.#host.frame(frame);
    // A later welcome answers a new token.
    else if (!this.#isOpen) this.#begin(frame.heartbeat_ms);
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
