import { setTimeout as delay } from "node:timers/promises";
import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import type { Frame } from "./gateway.ts";

export type Options = Partial<ManagerOptions & SocketOptions>;

/** What a client's event was answered with. */
export type Ack = Record<string, any>;

/** The official Socket.IO client; keeps every event it gets, in order. `await using` disconnects it. */
export class RequestClient implements AsyncDisposable {
  readonly socket: Socket;
  readonly frames: Frame[] = [];
  #read = 0;
  #changed: () => void = () => undefined;

  constructor(origin: string, options: Options = {}) {
    this.socket = io(origin, { forceNew: true, reconnectionDelay: 10, randomizationFactor: 0, ...options });
    this.socket.onAny((name: string, frame: Frame) => {
      if (frame?.["type"] !== name) throw new Error(`${name} came as ${JSON.stringify(frame)}`);
      this.frames.push(frame);
      this.#changed();
    });
  }

  /** Connects and waits until it is connected. */
  static async open(origin: string, options: Options = {}): Promise<RequestClient> {
    const client = new RequestClient(origin, options);
    await client.connected();
    return client;
  }

  /** @throws what the server refused the connection with */
  connected(): Promise<void> {
    if (this.socket.connected) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.socket.once("connect", resolve);
      this.socket.once("connect_error", reject);
    });
  }

  /** Sends an event and waits for its acknowledgement. */
  ask(name: string, payload: unknown): Promise<Ack> {
    return this.socket.emitWithAck(name, payload);
  }

  /** The next event not yet taken of this type; those before it are passed over. */
  async next(type: string, matches: (frame: Frame) => boolean = () => true): Promise<Frame> {
    for (;;) {
      while (this.#read < this.frames.length) {
        const frame = this.frames[this.#read++];
        if (frame?.["type"] === type && matches(frame)) return frame;
      }
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  /** Loses the transport, as a network does; the client comes back by itself. */
  loseTransport(): void {
    this.socket.io.engine.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.disconnect();
  }
}

/** A client as applications have it: it follows one request, and comes back to where it was. */
export function followRequest(origin: string, requestId: string, options: Options = {}): RequestClient {
  const client: RequestClient = new RequestClient(origin, {
    query: { requestId },
    auth: (give) => give({ lastSeq: positionOf(client.frames) }),
    reconnectionDelayMax: 100,
    ...options,
  });
  return client;
}

/** Where a client stands that has got these frames. */
function positionOf(frames: readonly Frame[]): string | number {
  const epoch: unknown = frames.find((frame) => frame["epoch"] !== undefined)?.["epoch"];
  const last: unknown = frames.findLast((frame) => frame["seq"] !== undefined)?.["seq"];
  return typeof epoch === "string" && typeof last === "number" ? `${epoch}.${last}` : 0;
}

/** Well below how often a client may ask. */
const ASK_AGAIN_MS = 100;

/** Starts a request; while its agents cannot be reached it is refused, and asked again. @returns the first other answer */
export async function startRequest(
  client: RequestClient,
  asked: { readonly requestId: string; readonly userQuery: string; readonly context?: object },
): Promise<Ack> {
  for (;;) {
    const ack = await client.ask("start", asked);
    if (ack["code"] !== "unavailable") return ack;
    await delay(ASK_AGAIN_MS);
  }
}
