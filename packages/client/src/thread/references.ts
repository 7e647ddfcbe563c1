import type { Clock, Timer } from "@throughline/protocol";
import type { Readable } from "../stores/store.ts";

/** What is let go and taken up again within this, in ms, was never let go: pages that render twice do so. */
const LINGER_MS = 1_000;

/** Counts who needs something, and tells when the first comes and the last has gone. */
export class References {
  readonly #clock: Clock;
  readonly #ports: { readonly first: () => void; readonly last: () => void };
  #count = 0;
  #isHeld = false;
  #linger: Timer | undefined;

  constructor(clock: Clock, ports: { readonly first: () => void; readonly last: () => void }) {
    this.#clock = clock;
    this.#ports = ports;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** One more needs it. @returns ends that, and calls `release` */
  hold(release: () => void): () => void {
    this.#count += 1;
    this.#linger?.cancel();
    if (!this.#isHeld) {
      this.#isHeld = true;
      this.#ports.first();
    }
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      release();
      this.#count -= 1;
      if (this.#count === 0) this.#linger = this.#clock.setTimeout(() => this.#letGo(), LINGER_MS);
    };
  }

  /** The same store; whoever subscribes to it needs it. */
  counting<T>(store: Readable<T>): Readable<T> {
    return { get: () => store.get(), subscribe: (listener) => this.hold(store.subscribe(listener)) };
  }

  /** Nobody needs it any more, whoever held it. */
  close(): void {
    this.#linger?.cancel();
    this.#isHeld = false;
    this.#count = 0;
  }

  #letGo(): void {
    this.#isHeld = false;
    this.#ports.last();
  }
}
