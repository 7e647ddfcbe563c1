import WebSocket from "ws";

/** A frame as it came, parsed. */
export type Frame = Record<string, any>;

/** A plain WebSocket client that keeps every frame it gets. */
export class WsClient {
  readonly frames: Frame[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #socket: WebSocket;
  #read = 0;
  #changed: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      this.frames.push(JSON.parse(data.toString()) as Frame);
      this.#changed();
    });
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.#changed();
      });
    });
    socket.on("error", () => undefined);
  }

  static async open(
    url: string,
    headers: Record<string, string> = {},
    protocols: readonly string[] = [],
  ): Promise<WsClient> {
    const socket = new WebSocket(url, [...protocols], { headers, perMessageDeflate: false });
    const client = new WsClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("unexpected-response", (_request, response) => reject(new Refused(response.statusCode ?? 0)));
      socket.once("error", reject);
    });
    return client;
  }

  send(frame: unknown): void {
    this.#socket.send(typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  /** The next frame not yet taken that is of this type; those before it are passed over. */
  next(type: string, matches: (frame: Frame) => boolean = () => true): Promise<Frame> {
    return this.nextWhere((frame) => frame["type"] === type && matches(frame), type);
  }

  /** The next frame not yet taken that matches; those before it are passed over. */
  async nextWhere(matches: (frame: Frame) => boolean, what = "a frame"): Promise<Frame> {
    for (;;) {
      while (this.#read < this.frames.length) {
        const frame = this.frames[this.#read++];
        if (frame !== undefined && matches(frame)) return frame;
      }
      if (this.#socket.readyState >= WebSocket.CLOSING) throw new Error(`closed while waiting for ${what}`);
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  /** Stops reading, so that the server's buffer fills. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.close();
  }

  /** Gone without a word. */
  drop(): void {
    this.#socket.terminate();
  }
}

/** The server answered the upgrade with an HTTP error. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`refused with ${status}`);
    this.status = status;
  }
}
