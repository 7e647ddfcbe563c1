import type { Carrier, CarrierHost } from "../carriers/carrier.ts";
import { type FrameSocket, openFrameSocket } from "../carriers/frame-socket.ts";
import type { ClientSystem } from "../seams.ts";
import type { Letter } from "./dialect-outbox.ts";
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
export class DialectSocket implements Carrier<Letter> {
  readonly transport = "websocket";
  readonly pings = true;
  readonly #context: DialectContext;
  readonly #host: CarrierHost<DialectFrame>;
  readonly #socket: FrameSocket;
  readonly #pinged: Ping[] = [];
  #unconfirmed: unknown[] = [];

  constructor(context: DialectContext, host: CarrierHost<DialectFrame>) {
    this.#context = context;
    this.#host = host;
    this.#socket = openFrameSocket<DialectFrame>(context.system, host, {
      address: async () => [await context.address()],
      opened: () => host.opened(context.heartbeatMs),
      frame: (frame) => this.#receive(frame),
    });
  }

  send({ id, text }: Letter): void {
    this.#socket.send(text);
    this.#unconfirmed.push(id);
    // One ping for all that is sent in a turn.
    if (this.#unconfirmed.length === 1) {
      this.#context.system.clock.setImmediate(() => {
        if (this.#unconfirmed.length > 0) this.#ping(undefined);
      });
    }
  }

  probe(id: number): void {
    this.#ping(id);
  }

  close(): void {
    this.#socket.end();
  }

  #ping(heartbeat: number | undefined): void {
    this.#pinged.push({ heartbeat, frames: this.#unconfirmed });
    this.#unconfirmed = [];
    this.#socket.send('{"type":"ping"}');
  }

  #receive(frame: DialectFrame): void {
    if (frame["type"] === "pong") return this.#ponged();
    // Some servers ask for a sign of life of ours.
    if (frame["type"] === "ping") return this.#socket.send('{"type":"pong"}');
    this.#host.frame(frame);
  }

  #ponged(): void {
    const ping = this.#pinged.shift();
    if (ping === undefined) return;
    if (ping.heartbeat !== undefined) this.#host.pong(ping.heartbeat);
    if (ping.frames.length > 0) this.#context.confirmed(ping.frames);
  }
}
