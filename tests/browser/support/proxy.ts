import { once } from "node:events";
import { createServer, request as send, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

/** What a network on the way may do to what passes. All false: nothing. */
export interface Meddling {
  /** WebSocket upgrades are refused, as some companies' proxies do. */
  readonly refusesUpgrades: boolean;
  /** Answers are handed on once they are whole: an event stream never is. */
  readonly buffers: boolean;
  /** Nobody gets through: a connection breaks as soon as it is made. Those that are open are for `cut`. */
  readonly isDown: boolean;
}

/** A reverse proxy in front of a server, as a network on the way that meddles. Its behaviour can change while it runs. */
export class Proxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #target: URL;
  /** Of the pages that came through. */
  readonly #sockets = new Set<Socket>();
  #meddling: Meddling;

  private constructor(target: string, meddling: Meddling) {
    this.#target = new URL(target);
    this.#meddling = meddling;
    this.#server = createServer((request, response) => this.#pass(request, response));
    this.#server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
    this.#server.on("connection", (socket) => {
      if (this.#meddling.isDown) {
        socket.resetAndDestroy();
        return;
      }
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  static async start(target: string, meddling: Partial<Meddling> = {}): Promise<Proxy> {
    const proxy = new Proxy(target, { refusesUpgrades: false, buffers: false, isDown: false, ...meddling });
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on; what is open stays as it is. */
  set(meddling: Partial<Meddling>): void {
    this.#meddling = { ...this.#meddling, ...meddling };
  }

  /** Cuts every connection that is open, as a pulled cable would. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, "close");
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const { method, headers, url: path } = request;
    const passed = send({ ...this.#address, method, headers, path }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      if (this.#meddling.buffers) hold(answer, response);
      else answer.pipe(response.on("close", () => answer.destroy()));
      answer.on("error", () => response.destroy());
    });
    // The other side gone, either way: the page sees its connection break, as it would.
    passed.on("error", () => response.destroy());
    response.on("close", () => passed.destroy());
    request.pipe(passed);
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (this.#meddling.refusesUpgrades) {
      socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    const { port, hostname } = this.#target;
    const onward = connect(Number(port), hostname, () => {
      const headers = request.rawHeaders.flatMap((text, at, all) => (at % 2 === 0 ? [`${text}: ${all[at + 1]}`] : []));
      onward.write(`GET ${request.url} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  }

  get #address(): { readonly host: string; readonly port: string } {
    return { host: this.#target.hostname, port: this.#target.port };
  }
}

/** Hands an answer on once it is whole. */
function hold(answer: IncomingMessage, response: ServerResponse): void {
  const pieces: Buffer[] = [];
  answer.on("data", (piece: Buffer) => pieces.push(piece));
  answer.on("end", () => response.end(Buffer.concat(pieces)));
}
