import { type Clock, type Cursor, type JsonObject, ThroughlineError } from "@throughline/protocol";
import type { StreamLog } from "@throughline/log";
import { keys } from "../threads/names.ts";

/** A place is forgotten this long after the client was last heard of. */
const KEEP_MS = 24 * 60 * 60_000;
/** Places kept of one thread; the one longest unheard of goes first. */
const KEEP_CLIENTS = 1_000;
/** Frames kept for one client while it is away. */
const KEEP_FRAMES = 100;

/** Names a client of a thread. */
export interface ClientPlace {
  readonly tenant: string;
  readonly threadId: string;
  readonly clientId: string;
}

interface Remembered {
  readonly epoch: string;
  readonly seq: number;
  /** When the client was last heard of, in ms since the Unix epoch. */
  readonly at: number;
}

/** What was sent to a client while it was away. */
export interface Mail {
  readonly frames: readonly JsonObject[];
  /** How many older ones had to go. */
  readonly dropped: number;
}

/**
 * What is kept of clients that may come back under their own id: how far they have acknowledged the
 * thread, and frames of their own (D1). Stored, so that it outlives the process.
 */
export class ClientMemory {
  readonly #log: StreamLog;
  readonly #clock: Clock;

  constructor(log: StreamLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** How far the client has acknowledged; undefined for a new or forgotten one. */
  async recall(place: ClientPlace): Promise<Cursor | undefined> {
    const value = await this.#log.control(keys.client(place));
    if (value === undefined) return undefined;
    const { epoch, seq, at } = JSON.parse(value) as Remembered;
    return this.#clock.now() - at > KEEP_MS ? undefined : { epoch, seq };
  }

  /** Notes how far the client has acknowledged. */
  async note(place: ClientPlace, cursor: { readonly epoch: string; readonly seq: number }): Promise<void> {
    const remembered: Remembered = { ...cursor, at: this.#clock.now() };
    const write = { key: keys.client(place), value: JSON.stringify(remembered) };
    await this.#log.append({ appends: [], controls: [write] });
  }

  /** Forgets whom the thread has not heard of for long; call it when a new client comes. */
  async prune({ tenant, threadId }: ClientPlace): Promise<void> {
    const found = await this.#log.controls(keys.clients(tenant, threadId), { limit: 2 * KEEP_CLIENTS });
    const now = this.#clock.now();
    const byAge = found
      .map(({ key, value }) => ({ key, at: (JSON.parse(value) as Remembered).at }))
      .sort((a, b) => b.at - a.at);
    const gone = byAge.filter(({ at }, index) => index >= KEEP_CLIENTS || now - at > KEEP_MS);
    if (gone.length === 0) return;
    const controls = gone.flatMap(({ key }) => [
      { key, value: null },
      { key: keys.mailOf(key), value: null },
    ]);
    await this.#log.append({ appends: [], controls });
  }

  /** Keeps a frame for a client that is away. */
  async post(place: ClientPlace, frame: JsonObject): Promise<void> {
    const key = keys.mailOf(keys.client(place));
    for (;;) {
      const stored = await this.#log.control(key);
      const mail = stored === undefined ? { frames: [], dropped: 0 } : (JSON.parse(stored) as Mail);
      const frames = [...mail.frames, frame];
      const dropped = mail.dropped + Math.max(0, frames.length - KEEP_FRAMES);
      const value = JSON.stringify({ frames: frames.slice(-KEEP_FRAMES), dropped } satisfies Mail);
      if (await this.#swap(key, stored, value)) return;
    }
  }

  /** Hands over what was kept for the client; it is not kept any longer. */
  async collect(place: ClientPlace): Promise<Mail | undefined> {
    const key = keys.mailOf(keys.client(place));
    const stored = await this.#log.control(key);
    if (stored === undefined) return undefined;
    return (await this.#swap(key, stored, null)) ? (JSON.parse(stored) as Mail) : this.collect(place);
  }

  /** Whether the value was still what it was. */
  async #swap(key: string, from: string | undefined, to: string | null): Promise<boolean> {
    try {
      await this.#log.append({ appends: [], controls: [{ key, value: to, expect: from ?? null }] });
      return true;
    } catch (error) {
      if (ThroughlineError.from(error).code === "control_mismatch") return false;
      throw error;
    }
  }
}
