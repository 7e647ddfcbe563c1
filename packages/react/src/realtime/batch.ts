import type { Clock, Timer } from "@throughline/protocol";

/** Hands things on in groups: the first at once, then at most once in `everyMs`, nothing lost, in order. */
export class Batch<T> {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #take: (items: readonly T[]) => void;
  #waiting: T[] = [];
  #rest: Timer | undefined;

  constructor(clock: Clock, everyMs: number, take: (items: readonly T[]) => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#take = take;
  }

  add(item: T): void {
    this.#waiting.push(item);
    if (this.#rest === undefined) this.#hand();
  }

  /** Hands on what waits. */
  close(): void {
    this.#rest?.cancel();
    this.#rest = undefined;
    if (this.#waiting.length > 0) this.#take(this.#waiting.splice(0));
  }

  #hand(): void {
    if (this.#waiting.length === 0) {
      this.#rest = undefined;
      return;
    }
    this.#rest = this.#clock.setTimeout(() => this.#hand(), this.#everyMs);
    this.#take(this.#waiting.splice(0));
  }
}
