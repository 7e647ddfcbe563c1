/** Who wants to hear of which stream's commits. */
import type { TailEvent } from "../stream-log.ts";

type Listener = (event: TailEvent) => void;

export class Tails {
  readonly #streams = new Map<string, Set<{ readonly tell: Listener }>>();
  readonly #onThrow: (error: unknown) => void;

  /** @param onThrow hears of a listener that threw, which it must not; the others are told all the same */
  constructor(onThrow: (error: unknown) => void) {
    this.#onThrow = onThrow;
  }

  /** @returns stops it; safe to repeat */
  add(stream: string, tell: Listener): () => void {
    const entry = { tell };
    const entries = this.#streams.get(stream) ?? new Set();
    entries.add(entry);
    this.#streams.set(stream, entries);
    return () => {
      if (entries.delete(entry) && entries.size === 0 && this.#streams.get(stream) === entries) {
        this.#streams.delete(stream);
      }
    };
  }

  /** A listener added meanwhile hears the next commit, not this one. */
  tell(stream: string, event: TailEvent): void {
    const entries = this.#streams.get(stream);
    if (entries === undefined) return;
    const listening = [...entries];
    for (const entry of listening) {
      try {
        if (entries.has(entry)) entry.tell(event);
      } catch (error) {
        this.#onThrow(error);
      }
    }
  }

  clear(): void {
    this.#streams.clear();
  }
}
