import type { Clock } from "@throughline/protocol";
import { sleep } from "../link/time.ts";

const FIRST_MS = 50;
const MOST_MS = 5_000;

/** Gives an item to whom it is for. @returns whether it has to be given again. Must not reject. */
export type Give<Item> = (item: Item) => Promise<"done" | "again">;

/**
 * What one thread's messages wait in: given in order, without waiting for one another. Once one is
 * refused no more are given until all have been heard of; then those that were refused are given again,
 * in order, before anything later.
 */
export class Lane<Item> {
  readonly #give: Give<Item>;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  /** In order: those that were given, and behind them those that wait. */
  readonly #items = new Set<Item>();
  readonly #onEmpty: () => void;
  #given = 0;
  #stalled = false;
  #failures = 0;

  constructor(options: {
    readonly give: Give<Item>;
    readonly clock: Clock;
    /** Ends all repeating. */
    readonly signal: AbortSignal;
    /** Called whenever nothing is left. */
    readonly onEmpty: () => void;
  }) {
    this.#give = options.give;
    this.#clock = options.clock;
    this.#signal = options.signal;
    this.#onEmpty = options.onEmpty;
  }

  add(item: Item): void {
    this.#items.add(item);
    if (!this.#stalled) void this.#hand(item);
  }

  async #hand(item: Item): Promise<void> {
    this.#given += 1;
    const outcome = await this.#give(item);
    this.#given -= 1;
    if (outcome === "again") this.#stalled = true;
    else this.#items.delete(item);
    if (!this.#stalled) this.#failures = 0;
    else if (this.#given === 0) await this.#repeat();
    if (this.#items.size === 0) this.#onEmpty();
  }

  async #repeat(): Promise<void> {
    const ms = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    await sleep(this.#clock, ms, this.#signal);
    if (this.#signal.aborted) return;
    this.#stalled = false;
    // Nothing is settled before all of them are given.
    for (const item of this.#items) void this.#hand(item);
  }
}
