import type { Clock } from "@throughline/protocol";
import { CLOSE_CODES, type Gateway } from "@throughline/gateway";
import type { LinkOptions } from "./link.ts";
import { MemorySocket, type SocketEnd } from "./socket.ts";

/** What the sockets of one network share. */
export interface SocketNetwork {
  readonly clock: Clock;
  /** The gateway that is reached; undefined while none is. */
  readonly gateway: () => Pick<Gateway, "accept"> | undefined;
  /** Every socket that is open, for the network to fail. */
  readonly sockets: Set<MemoryWebSocket>;
  /** How bytes travel. Default: they arrive as they were written, in a later turn. */
  readonly link?: LinkOptions;
}

const NORMAL = 1000;
const ABNORMAL = 1006;
const NO_STATUS = 1005;

/** The `close` event; Node 22 has none of its own. */
export class MemoryCloseEvent extends Event {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;

  constructor(code: number, reason: string) {
    super("close");
    this.code = code;
    this.reason = reason;
    this.wasClean = code !== ABNORMAL;
  }
}

type TextEvent = MessageEvent & { readonly data: string };
type Handler<Kind extends Event> = ((event: Kind) => void) | null;

/** The `WebSocket` of browsers and Node, as far as text goes, wired to a gateway in the same process. */
export class MemoryWebSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;
  readonly url: string;
  readonly extensions = "";
  /** Nothing sent waits here: what is lost is lost on the way. */
  readonly bufferedAmount = 0;
  binaryType: "blob" | "arraybuffer" = "blob";
  onopen: Handler<Event> = null;
  onmessage: Handler<TextEvent> = null;
  onerror: Handler<Event> = null;
  onclose: Handler<MemoryCloseEvent> = null;
  readonly #network: SocketNetwork;
  readonly #protocols: readonly string[];
  #readyState = 0;
  #protocol = "";
  #socket: MemorySocket | undefined;
  /** What the client itself has closed with. */
  #leaving: { readonly code: number; readonly reason: string } | undefined;

  constructor(network: SocketNetwork, url: string | URL, protocols: string | readonly string[] = []) {
    super();
    this.#network = network;
    this.url = String(url);
    this.#protocols = typeof protocols === "string" ? [protocols] : protocols;
    network.sockets.add(this);
    network.clock.setImmediate(() => this.#connect());
  }

  get readyState(): number {
    return this.#readyState;
  }

  /** The subprotocol that was agreed on: of those offered, the first. */
  get protocol(): string {
    return this.#protocol;
  }

  /** @throws DOMException InvalidStateError before it is open */
  send(data: string): void {
    if (this.#readyState === 0) throw new DOMException("The socket is not open yet.", "InvalidStateError");
    if (this.#readyState === 1) this.#socket?.send(data);
  }

  close(code = NO_STATUS, reason = ""): void {
    if (this.#readyState >= 2) return;
    this.#readyState = 2;
    this.#leaving = { code, reason };
    // A socket that is not there yet finds out that it is not wanted once it is.
    this.#socket?.close();
  }

  /** The connection beneath, for further ways to fail; undefined before it is open. */
  get wire(): MemorySocket | undefined {
    return this.#socket;
  }

  /** The network breaks: what is on its way is lost, and both sides learn of it. */
  cut(): void {
    if (this.#socket === undefined) this.#finish(ABNORMAL, "");
    else this.#socket.cut();
  }

  /** The network goes silent: nothing passes any more, and nobody is told. */
  halfOpen(): void {
    this.#socket?.halfOpen();
  }

  #connect(): void {
    if (this.#readyState === 3) return;
    if (this.#leaving !== undefined) return this.#finish(ABNORMAL, "");
    const { pathname, search, host } = new URL(this.url);
    const gateway = this.#network.gateway();
    if (gateway === undefined) return this.#fail();
    try {
      this.#socket = new MemorySocket(gateway, {
        ...this.#network.link,
        clock: this.#network.clock,
        path: pathname + search,
        host,
        protocols: this.#protocols,
        onText: (text) => this.#tell(new MessageEvent("message", { data: text })),
        onClose: (end) => this.#handleClose(end),
      });
    } catch {
      // As a browser: why an upgrade was refused is not told.
      return this.#fail();
    }
    this.#readyState = 1;
    this.#protocol = this.#protocols[0] ?? "";
    this.#tell(new Event("open"));
  }

  #handleClose(end: SocketEnd): void {
    if (end === "cut") this.#finish(ABNORMAL, "");
    else if (end === "left") this.#finish(this.#leaving?.code ?? NORMAL, this.#leaving?.reason ?? "");
    else this.#finish(...CLOSE_CODES[end]);
  }

  #fail(): void {
    this.#tell(new Event("error"));
    this.#finish(ABNORMAL, "");
  }

  #finish(code: number, reason: string): void {
    if (this.#readyState === 3) return;
    this.#readyState = 3;
    this.#network.sockets.delete(this);
    this.#network.clock.setImmediate(() => this.#tell(new MemoryCloseEvent(code, reason)));
  }

  #tell(event: Event): void {
    if (event.type === "message" && this.#readyState !== 1) return;
    if (event.type === "open") this.onopen?.(event);
    else if (event.type === "message") this.onmessage?.(event as TextEvent);
    else if (event.type === "error") this.onerror?.(event);
    else this.onclose?.(event as MemoryCloseEvent);
    this.dispatchEvent(event);
  }
}
