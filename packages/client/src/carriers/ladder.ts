import type { NativeClientFrame, Timer } from "@throughline/protocol";
import { type Failure, lost } from "../connection/failure.ts";
import type { Carrier, NativeContext, NativeHost, Transport } from "./carrier.ts";
import { loadHttp, openHttp } from "./lazy.ts";
import { openWebSocket } from "./websocket.ts";

/** Best first. */
export const TRANSPORTS: readonly Transport[] = ["websocket", "sse", "long-poll"];

/** How long a transport has to open before the next is tried, in ms. */
const OPEN_MS = 6_000;

/** What is told of the carrier that opened, or that none did. */
export interface LadderHost extends Omit<NativeHost, "opened"> {
  /** Told again when a better one has opened beside it: that one takes its place, and it is to be closed. */
  opened(carrier: Carrier<NativeClientFrame>, heartbeatMs: number): void;
}

/** An opening under way. */
export interface Dialling {
  cancel(): void;
}

/** Whom the carriers of one dialling tell; `unopened` where none of them opened. */
interface RungHost extends LadderHost {
  unopened(failure: Failure): void;
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

  /** Opens the best transport that lets us through; if it is not the best of all, the better ones are tried later. */
  dial(host: LadderHost): Dialling {
    const { system } = this.#context;
    let isOver = false;
    let climbing: Dialling | undefined;
    const rung: RungHost = {
      ...host,
      opened: (carrier, heartbeatMs) => {
        host.opened(carrier, heartbeatMs);
        const better = this.#transports.slice(0, this.#transports.indexOf(carrier.transport));
        if (better.length === 0) return;
        loadHttp().then(
          ({ climb }) => {
            const attempt = (unopened: () => void): Dialling => this.#descend(better, { ...rung, unopened });
            if (!isOver) climbing = climb(system.clock, attempt);
          },
          // What is open serves as well.
          () => {},
        );
      },
      unopened: (failure) => {
        this.#remember(undefined);
        host.ended(failure);
      },
    };
    const remembered = this.#transports.indexOf(system.storage.origin.get(this.#key) as Transport);
    const opening = this.#descend(this.#transports.slice(Math.max(0, remembered)), rung);
    return {
      cancel: () => {
        isOver = true;
        opening.cancel();
        climbing?.cancel();
      },
    };
  }

  #remember(transport: Transport | undefined): void {
    const isBest = transport === undefined || transport === this.#transports[0];
    this.#context.system.storage.origin.set(this.#key, isBest ? null : transport);
  }

  #descend([transport, ...worse]: readonly Transport[], host: RungHost): Dialling {
    let current: Dialling = { cancel() {} };
    if (transport === undefined) host.unopened(lost("There is no transport to try."));
    else {
      current = this.#try(transport, {
        ...host,
        opened: (carrier, heartbeatMs) => {
          this.#remember(transport);
          host.opened(carrier, heartbeatMs);
        },
        unopened: (failure) => {
          if (failure.elsewhere && worse.length > 0) current = this.#descend(worse, host);
          else host.unopened(failure);
        },
      });
    }
    return { cancel: () => current.cancel() };
  }

  /** One transport, with its time limit, which does not count the time that the app takes for a token. */
  #try(transport: Transport, host: RungHost): Dialling {
    let isOpen = false;
    let isOver = false;
    let timer: Timer | undefined;
    const end = (): void => {
      isOver = true;
      timer?.cancel();
    };
    const fail = (failure: Failure): void => {
      end();
      if (isOpen) host.ended(failure);
      else host.unopened(failure);
    };
    const limit = (): void => {
      if (isOpen || isOver) return;
      timer = this.#context.system.clock.setTimeout(() => {
        carrier.close();
        fail(lost(`No welcome within ${OPEN_MS} ms.`, { elsewhere: true }));
      }, OPEN_MS);
    };
    this.#context.hello().then(limit, limit);
    const open = transport === "websocket" ? openWebSocket : openHttp(transport);
    const carrier = open(this.#context, {
      // Of what has not opened nobody wants to hear: another may be open beside it.
      heard: () => isOpen && host.heard(),
      pong: (id) => host.pong(id),
      frame: (frame) => host.frame(frame),
      ended: fail,
      opened: (heartbeatMs) => {
        isOpen = true;
        timer?.cancel();
        host.opened(carrier, heartbeatMs);
      },
    });
    return {
      cancel: () => {
        end();
        carrier.close();
      },
    };
  }
}
