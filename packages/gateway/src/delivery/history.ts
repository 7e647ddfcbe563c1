import { type Dialect, type DialectContext, type JsonObject, ThroughlineError } from "@throughline/protocol";
import type { Thread } from "../threads/thread.ts";
import type { Turns } from "../turns.ts";
import { runStartBefore, stateAt } from "./dialect-state.ts";

/** How many events a page has at most; also where pages begin: at multiples of it. */
const PAGE = 128;
/** How many pages are kept while somebody reads. */
const KEEP_PAGES = 16;

/** Makes bytes for the network of the frames of events from seq `first` on. */
type Join = (frames: readonly (Uint8Array | undefined)[], first: number) => Uint8Array;

/** Encoded events, contiguous. */
export interface Page {
  /** Seq of the last event before it, and of its own last. */
  readonly after: number;
  readonly upTo: number;
  /** Bytes of the frame of each event; undefined where the dialect passes it over. */
  readonly frames: readonly (Uint8Array | undefined)[];
  /** All frames in one. */
  readonly bytes: Uint8Array;
  /** Of the dialect, behind it. */
  readonly state: unknown;
}

/**
 * What lies further back than a channel keeps, for subscriptions that catch up. After a restart all
 * clients of a thread come back at once and miss nearly the same: whoever needs a page first has it
 * made, and the others get the same bytes (D3).
 */
export class History {
  readonly #thread: Thread;
  readonly #dialect: Dialect;
  readonly #context: DialectContext;
  readonly #encode: (frame: JsonObject, seq: number) => Uint8Array;
  readonly #join: Join;
  readonly #turns: Turns;
  /** By the seq before them, those used longest ago first. */
  readonly #pages = new Map<number, Promise<Page>>();
  #readers = 0;

  constructor(options: {
    readonly thread: Thread;
    readonly dialect: Dialect;
    readonly context: DialectContext;
    readonly encode: (frame: JsonObject, seq: number) => Uint8Array;
    readonly join: Join;
    readonly turns: Turns;
  }) {
    this.#thread = options.thread;
    this.#dialect = options.dialect;
    this.#context = options.context;
    this.#encode = options.encode;
    this.#join = options.join;
    this.#turns = options.turns;
  }

  /** Keeps pages until the returned function is called. */
  enter(): () => void {
    this.#readers += 1;
    return () => {
      this.#readers -= 1;
      if (this.#readers === 0) this.#pages.clear();
    };
  }

  /**
   * The page with the event behind `cursor`, which must not be the head.
   * @param before the page read last, if any: the dialect's state is known at its end
   * @throws trimmed, corrupt, unavailable
   */
  async page(cursor: number, before?: Page): Promise<Page> {
    if (before?.upTo === cursor) return this.#get(cursor, async () => before.state);
    if (this.#dialect.stateless === true) return this.#statelessPage(cursor);
    const runStart = runStartBefore(this.#thread, cursor);
    // No page begins before the run does: no more than the run must still be there to read.
    const after = Math.max(runStart, cursor - (cursor % PAGE));
    return this.#reaching(cursor, await this.#get(after, () => this.#stateAt(after, runStart)));
  }

  /** A page that was made while the thread was shorter may end before the cursor; others follow it. */
  async #reaching(cursor: number, first: Page): Promise<Page> {
    let page = first;
    while (page.upTo <= cursor) {
      const { upTo, state } = page;
      page = await this.#get(upTo, async () => state);
    }
    return page;
  }

  /** Where readers can share pages, they do; where that page is not kept whole, from the cursor on. */
  async #statelessPage(cursor: number): Promise<Page> {
    const initial = async (): Promise<unknown> => this.#dialect.initial;
    const aligned = cursor - (cursor % PAGE);
    const first = await this.#get(aligned, initial).catch((error: unknown) => {
      if (aligned === cursor || ThroughlineError.from(error).code !== "trimmed") throw error;
      return this.#get(cursor, initial);
    });
    return this.#reaching(cursor, first);
  }

  async #stateAt(seq: number, runStart: number): Promise<unknown> {
    if (seq === runStart) return this.#dialect.initial;
    return stateAt(this.#thread, this.#dialect, this.#context, seq, this.#turns);
  }

  #get(after: number, state: () => Promise<unknown>): Promise<Page> {
    const page = this.#pages.get(after) ?? this.#make(after, state);
    this.#pages.delete(after);
    this.#pages.set(after, page);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= KEEP_PAGES) break;
      this.#pages.delete(oldest);
    }
    // The next reader may have better luck.
    page.catch(() => this.#pages.get(after) === page && this.#pages.delete(after));
    return page;
  }

  async #make(after: number, stateBefore: () => Promise<unknown>): Promise<Page> {
    let state = await stateBefore();
    await this.#turns.next();
    const frames: (Uint8Array | undefined)[] = [];
    for (const event of await this.#thread.read(after, PAGE - (after % PAGE))) {
      const step = this.#dialect.step(state, event, this.#context);
      state = step.state;
      frames.push(step.frame === undefined ? undefined : this.#encode(step.frame, event.seq));
    }
    return { after, upTo: after + frames.length, frames, bytes: this.#join(frames, after + 1), state };
  }

  /** The bytes of what is behind `cursor` in the page, up to the event `upTo`. */
  bytesBehind(page: Page, cursor: number, upTo: number): Uint8Array {
    if (cursor === page.after && upTo === page.upTo) return page.bytes;
    return this.#join(page.frames.slice(cursor - page.after, upTo - page.after), cursor + 1);
  }
}
