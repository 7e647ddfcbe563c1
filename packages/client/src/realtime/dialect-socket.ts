import type { Carrier, CarrierHost } from "../carriers/carrier.ts";
import { Pace } from "../carriers/pace.ts";
import { parsed } from "../carriers/parsed.ts";
import { type Failure, failureOfClose, lost } from "../connection/failure.ts";
import type { ClientSystem, WebSocketLike } from "../seams.ts";
import type { DialectFrame } from "./position.ts";

export interface DialectContext {
  readonly system: ClientSystem;
  readonly heartbeatMs: number;
  /** Where to connect to, from where one stands now. Rejects where that cannot be told. */
  address(): Promise<string>;
  /** The server has taken in these frames: it has answered a ping that was sent after them. */
  confirmed(ids: readonly unknown[]): void;
}

/** A ping on its way: of a heartbeat, or to confirm the frames sent before it. */
interface Ping {
  readonly heartbeat: number | undefined;
  readonly frames: readonly unknown[];
}

/**
 * A WebSocket in one of the dialects. Dialects do not acknowledge frames, but they take them in one
 * after another and answer pings: what was sent before a ping that was answered has arrived.
 */
export class DialectSocket implements Carrier<DialectFrame> {
  readonly transport = "websocket";
  readonly pings = true;
  readonly #context: DialectContext;
  readonly #host: CarrierHost<DialectFrame>;
  readonly #pace: Pace;
  readonly #pinged: Ping[] = [];
  #unconfirmed: unknown[] = [];
  #socket: WebSocketLike | undefined;
  #isOver = false;

  constructor(context: DialectContext, host: CarrierHost<DialectFrame>) {
    this.#context = context;
    this.#host = host;
    this.#pace = new Pace(context.system.clock, (text) => this.#socket?.send(text));
    this.#open().catch((cause: unknown) => this.#end(lost("The WebSocket cannot be opened.", { cause })));
  }

  send(frame: DialectFrame): void {
    this.#pace.send(JSON.stringify(frame));
    this.#unconfirmed.push(frame["id"]);
    // One ping for all that is sent in a turn.
    if (this.#unconfirmed.length === 1) {
      this.#context.system.clock.setImmediate(() => {
        if (!this.#isOver && this.#unconfirmed.length > 0) this.#ping(undefined);
      });
    }
  }

  probe(id: number): void {
    this.#ping(id);
  }

  close(): void {
    this.#end(undefined);
  }

  #ping(heartbeat: number | undefined): void {
    this.#pinged.push({ heartbeat, frames: this.#unconfirmed });
    this.#unconfirmed = [];
    this.#pace.send('{"type":"ping"}');
  }

  async #open(): Promise<void> {
    const address = await this.#context.address();
    if (this.#isOver) return;
    const socket = new this.#context.system.WebSocket(address);
    this.#socket = socket;
    socket.onopen = () => this.#host.opened(this.#context.heartbeatMs);
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code, reason }) => this.#end(failureOfClose(code, reason));
    // `close` always follows, and says more.
    socket.onerror = () => {};
  }

  #receive(data: unknown): void {
    if (this.#isOver || typeof data !== "string") return;
    this.#host.heard();
    const frame = parsed<DialectFrame>(data);
    if (frame === undefined) return this.#end(lost("What came is no frame."));
    if (frame["type"] === "pong") return this.#ponged();
    // Some servers ask for a sign of life of ours.
    if (frame["type"] === "ping") return this.#pace.send('{"type":"pong"}');
    this.#host.frame(frame);
  }

  #ponged(): void {
    const ping = this.#pinged.shift();
    if (ping === undefined) return;
    if (ping.heartbeat !== undefined) this.#host.pong(ping.heartbeat);
    if (ping.frames.length > 0) this.#context.confirmed(ping.frames);
  }

  #end(failure: Failure | undefined): void {
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
