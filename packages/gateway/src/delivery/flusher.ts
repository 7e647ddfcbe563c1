import type { Clock, Logger } from "@throughline/protocol";
import type { Flushed, Telemetry } from "../telemetry/telemetry.ts";
import type { Channel } from "./channel.ts";

/** A busy thread's events are merged for this long (D4). */
const WINDOW_MS = 12;
/** No flush holds the event loop longer than this before others have their turn (D4). */
const SLICE_MS = 4;

/** A flush under way. */
interface Flush {
  readonly channel: Channel;
  readonly steps: Generator<void, Flushed>;
}

/**
 * Decides when channels are flushed (D4): one that was quiet at once, a busy one when its window is
 * over, and all of them in slices, so that thousands of channels never hold the loop.
 */
export class Flusher {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #telemetry: Telemetry;
  /** Quiet until now, or whose window is over. */
  #ready: Channel[] = [];
  /** Flushed less than a window ago. */
  #later = new Set<Channel>();
  readonly #queued = new Set<Channel>();
  readonly #flushedAt = new WeakMap<Channel, number>();
  #current: Flush | undefined;
  #scheduled = false;
  #ticking = false;

  constructor(options: { readonly clock: Clock; readonly logger: Logger; readonly telemetry: Telemetry }) {
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#telemetry = options.telemetry;
  }

  /** The channel has something to give. */
  mark(channel: Channel): void {
    if (this.#queued.has(channel)) return;
    this.#queued.add(channel);
    const flushedAt = this.#flushedAt.get(channel) ?? Number.NEGATIVE_INFINITY;
    if (this.#clock.monotonic() - flushedAt >= WINDOW_MS) {
      this.#ready.push(channel);
      this.#schedule();
    } else {
      this.#later.add(channel);
      this.#tick();
    }
  }

  /** Gives at once all that the channel has: it is about to end. */
  finish(channel: Channel): void {
    if (this.#current?.channel === channel) {
      this.#exhaust(this.#current);
      this.#current = undefined;
    }
    this.#exhaust({ channel, steps: channel.flush() });
  }

  #exhaust(flush: Flush): void {
    while (!this.#step(flush));
  }

  /** Resolves once everything that was marked has been flushed. */
  async idle(): Promise<void> {
    while (this.#queued.size > 0 || this.#current !== undefined) {
      await new Promise<void>((resolve) => this.#clock.setTimeout(resolve, WINDOW_MS));
    }
  }

  /** Goes one step on; true when the flush is over. A dialect that throws costs its followers only. */
  #step({ channel, steps }: Flush): boolean {
    try {
      const step = steps.next();
      if (step.done === true) this.#telemetry.flushed(step.value, this.#clock.now());
      return step.done === true;
    } catch (error) {
      this.#logger.error("a channel failed", { threadId: channel.thread.id, dialect: channel.dialect.name, error });
      channel.fail();
      return true;
    }
  }

  #tick(): void {
    if (this.#ticking) return;
    this.#ticking = true;
    this.#clock.setTimeout(() => {
      this.#ticking = false;
      this.#ready.push(...this.#later);
      this.#later = new Set();
      this.#schedule();
    }, WINDOW_MS);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.setImmediate(() => {
      this.#scheduled = false;
      this.#drain();
    });
  }

  /** Works for a slice of time, and comes back if there is more to do. */
  #drain(): void {
    const deadline = this.#clock.monotonic() + SLICE_MS;
    let done = 0;
    for (;;) {
      if (this.#current === undefined) {
        const channel = this.#ready[done];
        if (channel === undefined) break;
        done += 1;
        // From here on a new commit needs a new flush.
        this.#queued.delete(channel);
        this.#flushedAt.set(channel, this.#clock.monotonic());
        this.#current = { channel, steps: channel.flush() };
      }
      if (this.#step(this.#current)) this.#current = undefined;
      if (this.#clock.monotonic() >= deadline) break;
    }
    this.#ready = this.#ready.slice(done);
    if (this.#current !== undefined || this.#ready.length > 0) this.#schedule();
  }
}
