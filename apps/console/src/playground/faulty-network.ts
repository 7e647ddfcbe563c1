import { Store } from "../live/store.ts";
import type { System } from "../live/seams.ts";

/** What is done to this page's own connection. All zero and false: nothing. */
export interface Faults {
  /** Added to every request and every piece of a stream. */
  readonly latencyMs: number;
  /** Up to this much more, at random. */
  readonly jitterMs: number;
  /** Streams break off after about this long; 0 = never. */
  readonly dropEveryMs: number;
  /** Nothing gets through at all. */
  readonly isOffline: boolean;
}

export const NO_FAULTS: Faults = { latencyMs: 0, jitterMs: 0, dropEveryMs: 0, isOffline: false };

/** What has been done so far. */
export interface Damage {
  readonly kills: number;
  readonly drops: number;
  /** Requests refused while offline. */
  readonly refused: number;
}

type StreamController = ReadableStreamDefaultController<Uint8Array>;

/**
 * The network of this page with faults that one asks for: to see that nothing is lost, one has to be
 * able to break the connection. The server knows nothing of it, and nobody else is touched.
 */
export class FaultyNetwork {
  readonly faults = new Store<Faults>(NO_FAULTS);
  readonly damage = new Store<Damage>({ kills: 0, drops: 0, refused: 0 });
  readonly #system: System;
  readonly #streams = new Map<StreamController, () => void>();

  constructor(system: System) {
    this.#system = system;
  }

  set(change: Partial<Faults>): void {
    this.faults.set({ ...this.faults.get(), ...change });
    if (change.isOffline === true) this.#breakAll();
  }

  /** Breaks every open stream off, as a pulled cable would. */
  kill(): void {
    this.#count("kills");
    this.#breakAll();
  }

  readonly fetch = async (path: string, init?: RequestInit): Promise<Response> => {
    if (this.faults.get().isOffline) {
      this.#count("refused");
      throw new TypeError("The playground has taken this page offline.");
    }
    await this.#delay();
    const response = await this.#system.fetch(path, init);
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (!isStream || response.body === null) return response;
    return new Response(this.#relay(response.body), { status: response.status, headers: response.headers });
  };

  #relay(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = body.getReader();
    let end = (): void => {};
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        const forgetDrop = this.#dropLater(controller);
        end = () => {
          forgetDrop();
          this.#streams.delete(controller);
          // The other side may be gone already; there is nobody left who would care.
          reader.cancel().catch(() => {});
        };
        this.#streams.set(controller, end);
        void this.#pump(reader, controller);
      },
      cancel: () => end(),
    });
  }

  /** Hands on each piece when it is due: later than it came, and in order, as on a long way. */
  async #pump(reader: ReadableStreamDefaultReader<Uint8Array>, controller: StreamController): Promise<void> {
    let due = 0;
    const later = (fn: () => void): void => {
      const now = this.#system.monotonic();
      due = Math.max(due, now + this.#delayMs());
      // Broken off meanwhile: what comes now is lost, as it would be.
      const hand = (): void => (this.#streams.has(controller) ? fn() : undefined);
      if (due === now) hand();
      else this.#system.after(due - now, hand);
    };
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        later(() => controller.enqueue(value));
      }
      later(() => this.#finish(controller, () => controller.close()));
    } catch (error) {
      this.#finish(controller, () => controller.error(error));
    }
  }

  #finish(controller: StreamController, last: () => void): void {
    const end = this.#streams.get(controller);
    if (end === undefined) return;
    last();
    end();
  }

  #dropLater(controller: StreamController): () => void {
    const { dropEveryMs } = this.faults.get();
    if (dropEveryMs === 0) return () => {};
    return this.#system.after(dropEveryMs * (0.5 + this.#system.random()), () => {
      this.#count("drops");
      this.#break(controller);
    });
  }

  #breakAll(): void {
    for (const controller of this.#streams.keys()) this.#break(controller);
  }

  #break(controller: StreamController): void {
    this.#finish(controller, () => controller.error(new TypeError("The playground broke the connection.")));
  }

  #delay(): Promise<void> {
    const ms = this.#delayMs();
    return ms === 0 ? Promise.resolve() : new Promise((resolve) => this.#system.after(ms, resolve));
  }

  #delayMs(): number {
    const { latencyMs, jitterMs } = this.faults.get();
    return latencyMs + jitterMs * this.#system.random();
  }

  #count(what: keyof Damage): void {
    const damage = this.damage.get();
    this.damage.set({ ...damage, [what]: damage[what] + 1 });
  }
}
