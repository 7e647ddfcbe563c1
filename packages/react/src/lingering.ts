import type { Clock, Timer } from "@throughline/protocol";

/** What is taken away and put back within this, as React's StrictMode does, stays open. */
const LINGER_MS = 1_000;

/** Something that is open while somebody holds it, and a second longer. */
export class Lingering {
  readonly #clock: Clock;
  readonly #open: () => () => void;
  #holders = 0;
  #close: (() => void) | undefined;
  #timer: Timer | undefined;

  /** @param open is called with the first holder; what it gives, a second after the last has let go */
  constructor(clock: Clock, open: () => () => void) {
    this.#clock = clock;
    this.#open = open;
  }

  /** @returns lets go of it; safe to repeat */
  hold(): () => void {
    this.#timer?.cancel();
    this.#holders += 1;
    this.#close ??= this.#open();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#holders -= 1;
      if (this.#holders === 0) this.#timer = this.#clock.setTimeout(() => this.#end(), LINGER_MS);
    };
  }

  #end(): void {
    this.#close?.();
    this.#close = undefined;
  }
}
