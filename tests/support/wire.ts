import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

type Direction = "toBroker" | "fromBroker";

/**
 * The network between a gateway and its broker. It can be made to carry nothing in one direction while
 * both ends take it for whole, and it can be cut: what it holds is lost then.
 */
export class Wire implements AsyncDisposable {
  /** The broker's URL at this end. */
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<{ readonly near: Socket; readonly far: Socket }>();
  #held: Direction | undefined;

  private constructor(server: Server, broker: URL) {
    const near = new URL(broker);
    near.port = String((server.address() as AddressInfo).port);
    this.url = near.href;
    this.#server = server;
    server.on("connection", (socket) => this.#join(socket, broker));
  }

  static async to(url: string): Promise<Wire> {
    const server = createServer({ noDelay: true }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Wire(server, new URL(url));
  }

  /** Carries nothing more this way, over the connections there are and those to come. */
  hold(direction: Direction): void {
    this.#held = direction;
    for (const pair of this.#sockets) this.#source(pair).pause();
  }

  /** Breaks all connections, with what is on its way; those to come are carried whole. */
  cut(): void {
    this.#held = undefined;
    for (const { near, far } of this.#sockets) {
      near.destroy();
      far.destroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket, broker: URL): void {
    const far = connect({ host: broker.hostname, port: Number(broker.port), noDelay: true });
    const pair = { near, far };
    this.#sockets.add(pair);
    const part = (): void => {
      this.#sockets.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("data", (bytes) => to.write(bytes));
      from.on("close", part);
      from.on("error", part);
    }
    if (this.#held !== undefined) this.#source(pair).pause();
  }

  /** The end that is not listened to while a direction is held. */
  #source({ near, far }: { readonly near: Socket; readonly far: Socket }): Socket {
    return this.#held === "toBroker" ? near : far;
  }
}
