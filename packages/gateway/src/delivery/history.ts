import type { Dialect, DialectContext, JsonObject } from "@throughline/protocol";
import type { Thread } from "../threads/thread.ts";
import type { Turns } from "../turns.ts";
import { runStartBefore, stateAt } from "./dialect-state.ts";

/** How many events a page has at most; also where pages begin: at multiples of it. */
const PAGE = 128;
/** How many pages are kept while somebody reads. */
const KEEP_PAGES = 16;

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
  readonly #turns: Turns;
  /** By the seq before them, those used longest ago first. */
  readonly #pages = new Map<number, Promise<Page>>();
  #readers = 0;

  constructor(options: {
    readonly thread: Thread;
    readonly dialect: Dialect;
    readonly context: DialectContext;
    readonly encode: (frame: JsonObject, seq: number) => Uint8Array;
    readonly turns: Turns;
  }) {
    this.#thread = options.thread;
    this.#dialect = options.dialect;
    this.#context = options.context;
    this.#encode = options.encode;
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
    const runStart = runStartBefore(this.#thread, cursor);
    // No page begins before the run does: no more than the run must still be there to read.
    const after = Math.max(runStart, cursor - (cursor % PAGE));
    let page = await this.#get(after, () => this.#stateAt(after, runStart));
    while (page.upTo <= cursor) {
      const { upTo, state } = page;
      page = await this.#get(upTo, async () => state);
    }
    return page;
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
    return { after, upTo: after + frames.length, frames, bytes: joined(frames), state };
  }
}

/** The bytes of what is behind `cursor` in the page. */
export function bytesBehind(page: Page, cursor: number): Uint8Array {
  return cursor === page.after ? page.bytes : joined(page.frames.slice(cursor - page.after));
}

function joined(frames: readonly (Uint8Array | undefined)[]): Uint8Array {
  return Buffer.concat(frames.filter((frame) => frame !== undefined));
}
