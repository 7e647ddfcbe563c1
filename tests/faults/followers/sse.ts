import { dataOf, type EventStream, type MemoryHttp, type SseEvent } from "@throughline/testing";
import type { Clock, JsonObject } from "@throughline/protocol";
import type { NetworkFault } from "../plan.ts";
import type { Connection, ConnectionEvents } from "./connection.ts";
import type { Opening } from "./surroundings.ts";

type SseOptions = Opening & { readonly http: MemoryHttp; readonly clock: Clock };

/** Server-sent events of the thread. */
export function openSse(options: SseOptions, events: ConnectionEvents): Connection {
  return new SseConnection(options, events);
}

class SseConnection implements Connection {
  readonly peakBuffered = 0;
  readonly #clock: Clock;
  readonly #events: ConnectionEvents;
  #stream: EventStream | undefined;
  #over = false;
  /** Events that still come before the connection is cut. */
  #fuse = Number.POSITIVE_INFINITY;
  #paceMs = 0;
  #gate: { readonly opened: Promise<void>; readonly open: () => void } | undefined;

  constructor(options: SseOptions, events: ConnectionEvents) {
    this.#clock = options.clock;
    this.#events = events;
    void this.#open(options);
  }

  fail(fault: NetworkFault, amount: number): void {
    if (fault === "cut") this.#end("cut");
    else if (fault === "cut in a frame") this.#fuse = amount % 20;
    else if (fault === "throttle") this.#paceMs = amount % 40;
    else this.#gate ??= gate();
  }

  mend(): void {
    this.#paceMs = 0;
    this.#gate?.open();
    this.#gate = undefined;
  }

  drop(): void {
    this.#over = true;
    this.#stream?.close();
  }

  send(): void {
    // Server-sent events go one way only.
  }

  async #open({ http, thread, cursor, asHeader }: SseOptions): Promise<void> {
    const path = `/api/v1/threads/${thread}/events`;
    const query = cursor === undefined || asHeader ? "" : `?after=${cursor}`;
    try {
      const stream = await http.events(path + query, {
        lastEventId: asHeader ? cursor : undefined,
        onEvent: (event) => this.#handle(event),
        onEnd: () => this.#end("broken off"),
        beforeRead: () => this.#pace(),
      });
      this.#stream = stream;
      if (this.#over) stream.close();
      else this.#events.greeted(undefined, undefined);
    } catch (error) {
      this.#end(String(error));
    }
  }

  #handle(event: SseEvent): void {
    if (this.#over) return;
    if (event.type === "reset") {
      const { epoch, last_seq: lastSeq, reason } = dataOf(event) as JsonObject;
      this.#events.reset(String(epoch), Number(lastSeq), String(reason));
      return;
    }
    if (this.#fuse-- <= 0) return this.#end("cut");
    const dot = event.id.lastIndexOf(".");
    this.#events.delivered(Number(event.id.slice(dot + 1)), event.data, event.id.slice(0, dot));
  }

  #end(reason: string): void {
    if (this.#over) return;
    this.drop();
    this.#events.ended(reason);
  }

  async #pace(): Promise<void> {
    if (this.#paceMs > 0) await new Promise<void>((resolve) => this.#clock.setTimeout(resolve, this.#paceMs));
    await this.#gate?.opened;
  }
}

function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
