import type { Clock, JsonObject } from "@throughline/protocol";
import type { EndReason, Gateway, Sink, SocketHandler } from "@throughline/gateway";
import { FrameParser, type Message } from "./frame-parser.ts";
import { Link, type LinkOptions } from "./link.ts";

/** Why a socket is closed: the server's reason, `cut` by the network, or `left` by the client itself. */
export type SocketEnd = EndReason | "cut" | "left";

export interface SocketOptions extends LinkOptions {
  /** Path and query, such as `/ws/stream?client_id=a`. */
  readonly path: string;
  readonly clock: Clock;
  /** The Host header. Default: a loopback one. */
  readonly host?: string;
  /** The Origin header, as a browser sends it. */
  readonly origin?: string;
  /** The subprotocols it offers. */
  readonly protocols?: readonly string[];
  /** Told of each frame as it was written, before {@link onFrame}. */
  readonly onText?: (text: string) => void;
  readonly onFrame?: (frame: JsonObject) => void;
  readonly onClose?: (reason: SocketEnd) => void;
}

/**
 * A WebSocket client that is wired to a gateway in the same process. It reads the very bytes that the
 * gateway writes, through a {@link Link} that a test can make slow, deaf or dead.
 */
export class MemorySocket {
  /** Every frame that came, in order. */
  readonly frames: JsonObject[] = [];
  readonly #clock: Clock;
  readonly #options: SocketOptions;
  readonly #link: Link;
  readonly #handler: SocketHandler;
  readonly #waiting = new Set<() => void>();
  #end: SocketEnd | undefined;
  #deaf = false;
  #serverTold = false;

  /**
   * Opens a socket.
   * @throws ThroughlineError with which the gateway refuses the upgrade
   */
  constructor(gateway: Pick<Gateway, "accept">, options: SocketOptions) {
    this.#clock = options.clock;
    this.#options = options;
    const parser = new FrameParser((message) => this.#handleMessage(message));
    this.#link = new Link(options.clock, options, (bytes) => parser.push(bytes));
    const request = {
      url: new URL(options.path, "ws://memory"),
      host: options.host ?? "127.0.0.1",
      origin: options.origin,
      protocols: options.protocols ?? [],
    };
    this.#handler = gateway.accept(request, this.#sink());
  }

  /** Why it is closed; undefined while it is open. */
  get ended(): SocketEnd | undefined {
    return this.#end;
  }

  /** The most bytes the gateway ever had waiting for this client. */
  get peakBuffered(): number {
    return this.#link.peakBuffered;
  }

  /** Sends a frame; text as it is, so that it may be malformed. */
  send(frame: JsonObject | string): void {
    const text = typeof frame === "string" ? frame : JSON.stringify(frame);
    this.#later(() => {
      if (!this.#deaf && this.#end === undefined) this.#handler.handleText(text);
    });
  }

  /**
   * The first frame, of those that came and those to come, for which `matches` holds.
   * @throws Error when the socket closes before one comes
   */
  async find(matches: (frame: JsonObject) => boolean): Promise<JsonObject> {
    for (let at = 0; ;) {
      for (; at < this.frames.length; at++) {
        const frame = this.frames[at] as JsonObject;
        if (matches(frame)) return frame;
      }
      if (this.#end !== undefined) throw new Error(`The socket was closed (${this.#end}) before such a frame came.`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Leaves. The server learns of it. */
  close(): void {
    this.#finish("left", 0);
  }

  /** The network breaks: what is on its way is lost. The server learns of it after `noticeMs`. */
  cut(noticeMs = 0): void {
    this.#finish("cut", noticeMs);
  }

  /** The network breaks once exactly `bytes` more have come, be it in the middle of a frame. */
  cutAfter(bytes: number): void {
    this.#link.cutAfter(bytes, () => this.#finish("cut", 0));
  }

  /** Nothing passes any more in either direction, and nobody is told. */
  halfOpen(): void {
    this.#deaf = true;
    this.#link.pause();
  }

  /** The client stops reading, and goes on with {@link resumeReading}. */
  pauseReading(): void {
    this.#link.pause();
  }

  resumeReading(): void {
    if (!this.#deaf) this.#link.resume();
  }

  /** The client reads this many bytes a second; Infinity for as many as come. */
  throttle(bytesPerSecond: number): void {
    this.#link.throttle(bytesPerSecond);
  }

  #sink(): Sink {
    const link = this.#link;
    return {
      write: (bytes) => link.write(bytes),
      get buffered() {
        return link.buffered;
      },
      onceDrained: (listener) => link.onceDrained(listener),
      // A peer that still hears echoes a ping once it has read what came before it.
      ping: (payload) =>
        link.onceDrained(() =>
          this.#later(() => {
            if (!this.#deaf && this.#end === undefined) this.#handler.handlePong(payload);
          }),
        ),
      // The close frame follows what was written, as on a real socket, unless nobody reads there.
      end: (reason) => {
        if (reason === "slow") this.#later(() => this.#finish(reason, 0));
        else link.onceDrained(() => this.#later(() => this.#finish(reason, 0)));
      },
    };
  }

  #handleMessage(message: Message): void {
    if (message.type !== "text") throw new Error(`The gateway wrote a ${message.type} frame to a sink.`);
    const frame = JSON.parse(message.text) as JsonObject;
    this.frames.push(frame);
    this.#options.onText?.(message.text);
    this.#options.onFrame?.(frame);
    this.#wake();
  }

  #finish(reason: SocketEnd, noticeMs: number): void {
    this.#tellServer(noticeMs);
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#link.cut();
    this.#options.onClose?.(reason);
    this.#wake();
  }

  #tellServer(noticeMs: number): void {
    if (this.#serverTold) return;
    this.#serverTold = true;
    if (noticeMs === 0) this.#clock.setImmediate(() => this.#handler.handleClose());
    else this.#clock.setTimeout(() => this.#handler.handleClose(), noticeMs);
  }

  #later(fn: () => void): void {
    const { latencyMs = 0 } = this.#options;
    if (latencyMs === 0) this.#clock.setImmediate(fn);
    else this.#clock.setTimeout(fn, latencyMs);
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
