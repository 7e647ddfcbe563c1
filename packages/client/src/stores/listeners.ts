import { reportThrown } from "../system.ts";

/** Who is to be told of something. One that throws harms neither the others nor whoever tells. */
export class Listeners<Payload extends readonly unknown[]> {
  readonly #listeners = new Set<(...payload: Payload) => void>();

  /** A listener added twice is told twice, and each ending ends one. @returns ends it */
  add(listener: (...payload: Payload) => void): () => void {
    const own = (...payload: Payload): void => listener(...payload);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  tell(...payload: Payload): void {
    // Who comes while it is told hears of the next; who has gone meanwhile, of nothing.
    const present = [...this.#listeners];
    for (const listener of present) {
      if (!this.#listeners.has(listener)) continue;
      try {
        listener(...payload);
      } catch (thrown) {
        reportThrown(thrown);
      }
    }
  }
}
