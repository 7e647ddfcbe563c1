import type { WebSocketClass, WebSocketLike } from "@throughline/client";
import type { DelayLine } from "./delay-line.ts";

/** What a socket is told by the network it is in. */
export interface SocketNetwork {
  readonly WebSocket: WebSocketClass;
  readonly isOffline: () => boolean;
  readonly line: () => DelayLine;
  /** A socket is there, and can be broken off. @returns it has ended */
  readonly opened: (breakOff: () => void) => () => void;
  /** A socket was refused. */
  readonly refused: () => void;
}

/** What a browser calls the end of a connection that nobody closed. */
const ABNORMAL = { code: 1006, reason: "" };

/** A WebSocket class whose sockets have the faults of their network. */
export function faultySockets(network: SocketNetwork): WebSocketClass {
  return class implements WebSocketLike {
    onopen: (() => void) | null = null;
    onmessage: ((event: { readonly data: unknown }) => void) | null = null;
    onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null = null;
    onerror: (() => void) | null = null;
    readonly #there = network.line();
    readonly #back = network.line();
    readonly #socket: WebSocketLike | undefined;
    #isOver = false;
    #ended = (): void => {};

    constructor(url: string, protocols?: string | string[]) {
      if (network.isOffline()) {
        network.refused();
        // Whoever made it has yet to say where it wants to hear of it.
        queueMicrotask(() => this.#end(ABNORMAL));
        return;
      }
      const socket = new network.WebSocket(url, protocols);
      this.#socket = socket;
      this.#ended = network.opened(() => this.#break());
      socket.onopen = () => this.#hand(() => this.onopen?.());
      socket.onmessage = (event) => this.#hand(() => this.onmessage?.({ data: event.data }));
      socket.onclose = ({ code, reason }) => this.#hand(() => this.#end({ code, reason }));
      socket.onerror = () => this.#hand(() => this.onerror?.());
    }

    send(data: string): void {
      this.#there.push(() => (this.#isOver ? undefined : this.#socket?.send(data)));
    }

    close(code?: number, reason?: string): void {
      this.#isOver = true;
      this.#ended();
      this.#socket?.close(code, reason);
    }

    /** A page cannot pull a cable; it closes, and hears nothing any more. */
    #break(): void {
      this.#socket?.close();
      this.#end(ABNORMAL);
    }

    #hand(fn: () => void): void {
      this.#back.push(() => (this.#isOver ? undefined : fn()));
    }

    #end(event: { readonly code: number; readonly reason: string }): void {
      if (this.#isOver) return;
      this.#isOver = true;
      this.#ended();
      this.onclose?.(event);
    }
  };
}
