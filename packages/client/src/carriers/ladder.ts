import type { NativeClientFrame, Timer } from "@throughline/protocol";
import { type Failure, lost } from "../connection/failure.ts";
import type { Carrier, NativeContext, NativeHost, Transport } from "./carrier.ts";
import { openHttp } from "./lazy.ts";
import { openWebSocket } from "./websocket.ts";

/** Best first. */
export const TRANSPORTS: readonly Transport[] = ["websocket", "sse", "long-poll"];

/** How long a transport has to open before the next is tried, in ms. */
const OPEN_MS = 6_000;

/** What is told of the one carrier that opened, or that none did. */
export interface LadderHost extends Omit<NativeHost, "opened"> {
  opened(carrier: Carrier<NativeClientFrame>, heartbeatMs: number): void;
}

/** An opening under way. */
export interface Dialling {
  cancel(): void;
}

/**
 * The transports from best to worst. The one that worked last is tried first and the others below it
 * after; which it was is kept for the origin, so that a network that lets no WebSocket through costs
 * its time-out once. When none works, the next attempt begins at the top again.
 */
export class Ladder {
  readonly #context: NativeContext;
  readonly #transports: readonly Transport[];
  readonly #key: string;

  constructor(context: NativeContext, transports: readonly Transport[]) {
    this.#context = context;
    this.#transports = transports;
    this.#key = `throughline.transport.${context.url}`;
  }

  /** Opens the best transport that lets us through. */
  dial(host: LadderHost): Dialling {
    const remembered = this.#transports.indexOf(this.#context.system.storage.origin.get(this.#key) as Transport);
    return this.#descend(this.#transports.slice(Math.max(0, remembered)), host, () => this.#remember(undefined));
  }

  /** Tries what is better than `transport`; `undefined` where nothing is. */
  climb(transport: Transport, host: LadderHost): Dialling | undefined {
    const better = this.#transports.slice(0, this.#transports.indexOf(transport));
    return better.length === 0 ? undefined : this.#descend(better, host, () => {});
  }

  #remember(transport: Transport | undefined): void {
    const isBest = transport === undefined || transport === this.#transports[0];
    this.#context.system.storage.origin.set(this.#key, isBest ? null : transport);
  }

  #descend([transport, ...worse]: readonly Transport[], host: LadderHost, noneWorked: () => void): Dialling {
    let current: Dialling = { cancel() {} };
    if (transport === undefined) {
      host.ended(lost("There is no transport to try."));
      return current;
    }
    current = this.#try(transport, {
      ...host,
      opened: (carrier, heartbeatMs) => {
        this.#remember(transport);
        host.opened(carrier, heartbeatMs);
      },
      unopened: (failure) => {
        if (failure.elsewhere && worse.length > 0) current = this.#descend(worse, host, noneWorked);
        else {
          noneWorked();
          host.ended(failure);
        }
      },
    });
    return { cancel: () => current.cancel() };
  }

  /** One transport, with its time limit. */
  #try(transport: Transport, host: LadderHost & { unopened(failure: Failure): void }): Dialling {
    let isOpen = false;
    const fail = (failure: Failure): void => {
      timer.cancel();
      if (isOpen) host.ended(failure);
      else host.unopened(failure);
    };
    const timer: Timer = this.#context.system.clock.setTimeout(() => {
      carrier.close();
      fail(lost(`No welcome within ${OPEN_MS} ms.`, { elsewhere: true }));
    }, OPEN_MS);
    const open = transport === "websocket" ? openWebSocket : openHttp(transport);
    const carrier = open(this.#context, {
      heard: () => host.heard(),
      pong: (id) => host.pong(id),
      frame: (frame) => host.frame(frame),
      ended: fail,
      opened: (heartbeatMs) => {
        isOpen = true;
        timer.cancel();
        host.opened(carrier, heartbeatMs);
      },
    });
    return {
      cancel: () => {
        timer.cancel();
        carrier.close();
      },
    };
  }
}
