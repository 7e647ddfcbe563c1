import type { Clock } from "@throughline/protocol";
import type { WebSocketClass, WebSocketLike } from "../../src/index.ts";

/** Holds up what a page would do, in its order, while it is shut. */
export interface Gate {
  /** Now, or once it is open. */
  run(work: () => unknown): void;
  shut(): void;
  open(): void;
  /** A clock and sockets of which all that they tell passes here. */
  readonly system: { readonly clock: Clock; readonly WebSocket: WebSocketClass };
}

export function gateOf(clock: Clock, Socket: WebSocketClass): Gate {
  let held: (() => unknown)[] | undefined;
  const run = (work: () => unknown): void => {
    if (held === undefined) work();
    else held.push(work);
  };
  const gated: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimeout: (fn, ms) => {
      let isOver = false;
      const timer = clock.setTimeout(() => run(() => isOver || fn()), ms);
      return {
        cancel: () => {
          isOver = true;
          timer.cancel();
        },
      };
    },
    setImmediate: (fn) => clock.setImmediate(() => run(fn)),
  };
  class GatedSocket implements WebSocketLike {
    onopen: WebSocketLike["onopen"] = null;
    onmessage: WebSocketLike["onmessage"] = null;
    onclose: WebSocketLike["onclose"] = null;
    onerror: WebSocketLike["onerror"] = null;
    readonly #socket: WebSocketLike;

    constructor(url: string, protocols?: string | string[]) {
      this.#socket = new Socket(url, protocols);
      this.#socket.onopen = () => run(() => this.onopen?.());
      this.#socket.onmessage = (event) => run(() => this.onmessage?.(event));
      this.#socket.onclose = (event) => run(() => this.onclose?.(event));
    }

    send(data: string): void {
      this.#socket.send(data);
    }

    close(code?: number): void {
      this.#socket.close(code);
    }
  }
  return {
    run,
    shut: () => {
      held ??= [];
    },
    open: () => {
      const works = held ?? [];
      held = undefined;
      for (const work of works) work();
    },
    system: { clock: gated, WebSocket: GatedSocket },
  };
}
