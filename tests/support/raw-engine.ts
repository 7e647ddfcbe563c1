import WebSocket from "ws";

/** A socket that speaks Engine.IO by hand, for what no client library would say. */
export class RawEngine {
  readonly packets: string[] = [];
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  #changed: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      this.packets.push(data.toString());
      this.#changed();
    });
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        resolve();
        this.#changed();
      });
    });
  }

  /** @throws when the upgrade is refused */
  static async open(origin: string, query = ""): Promise<RawEngine> {
    const url = `${origin.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket${query}`;
    const socket = new WebSocket(url, { perMessageDeflate: false });
    const engine = new RawEngine(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    return engine;
  }

  send(packet: string | Buffer): void {
    this.#socket.send(packet);
  }

  /** Resolves when some packet matches. @throws once the socket is closed without one */
  async next(matches: (packet: string) => boolean): Promise<string> {
    for (;;) {
      const found = this.packets.find(matches);
      if (found !== undefined) return found;
      if (this.#socket.readyState >= WebSocket.CLOSING) throw new Error("closed while waiting for a packet");
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

  drop(): void {
    this.#socket.terminate();
  }
}
