import type { MemoryHttp } from "@throughline/testing";
import type { Clock, JsonObject } from "@throughline/protocol";
import type { NetworkFault } from "../plan.ts";
import type { Connection, ConnectionEvents } from "./connection.ts";
import type { Opening } from "./surroundings.ts";

type PollOptions = Opening & { readonly http: MemoryHttp; readonly clock: Clock };

interface Page {
  readonly events: readonly { readonly seq: number; readonly event: JsonObject }[];
  readonly next_after: number;
  readonly last_seq: number;
  readonly epoch: string;
  readonly reset?: { readonly epoch: string; readonly last_seq: number; readonly reason: string };
}

/** How soon one who does not wait at the server asks again. */
const IDLE_MS = 50;

/** Long-polls of the thread, one after another. */
export function openPoll(options: PollOptions, events: ConnectionEvents): Connection {
  return new PollConnection(options, events);
}

class PollConnection implements Connection {
  readonly peakBuffered = 0;
  readonly #options: PollOptions;
  readonly #events: ConnectionEvents;
  #abort = new AbortController();
  #over = false;
  #paceMs = 0;
  #loseAnswer = false;

  constructor(options: PollOptions, events: ConnectionEvents) {
    this.#options = options;
    this.#events = events;
    void this.#poll();
  }

  fail(fault: NetworkFault, amount: number): void {
    if (fault === "cut") this.#end("cut");
    else if (fault === "cut in a frame") this.#loseAnswer = true;
    else this.#paceMs = amount % 300;
  }

  mend(): void {
    this.#paceMs = 0;
  }

  drop(): void {
    this.#over = true;
    this.#abort.abort();
  }

  send(): void {
    // Reading goes one way only.
  }

  async #poll(): Promise<void> {
    const { http, thread, waitSeconds, limit } = this.#options;
    let { cursor } = this.#options;
    try {
      while (!this.#over) {
        // One for each request: a signal keeps what ever listened to it.
        this.#abort = new AbortController();
        const after = cursor === undefined ? "" : `&after=${cursor}`;
        const path = `/api/v1/threads/${thread}/events?wait=${waitSeconds}&limit=${limit}${after}`;
        const { status, body } = await http.get(path, { signal: this.#abort.signal });
        if (this.#over) return;
        if (status !== 200) return this.#end(`The server answered ${status}: ${JSON.stringify(body)}`);
        if (this.#loseAnswer) return this.#end("cut");
        const page = body as unknown as Page;
        cursor = this.#take(page);
        await this.#pause(page.events.length === 0 && waitSeconds === 0 ? IDLE_MS : 1);
      }
    } catch (error) {
      this.#end(String(error));
    }
  }

  /** Hands a page on; the position behind it. */
  #take(page: Page): string {
    if (page.reset !== undefined) this.#events.reset(page.reset.epoch, page.reset.last_seq, page.reset.reason);
    else this.#events.greeted(page.epoch, page.last_seq);
    for (const { seq, event } of page.events) this.#events.delivered(seq, JSON.stringify(event), page.epoch);
    return this.#options.withEpoch ? `${page.epoch}.${page.next_after}` : String(page.next_after);
  }

  #end(reason: string): void {
    if (this.#over) return;
    this.drop();
    this.#events.ended(reason);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.clock.setTimeout(resolve, Math.max(ms, this.#paceMs)));
  }
}
