import type { Clock } from "@throughline/protocol";
import { Listeners } from "./listeners.ts";

/** A value that can be watched, in the shape React's `useSyncExternalStore` takes. */
export interface Readable<T> {
  /** The same object until it changes. */
  get(): T;
  /** @returns a function that ends it */
  subscribe(listener: () => void): () => void;
}

/** A value that can be set; its listeners hear of each change at once. */
export class Store<T> implements Readable<T> {
  #value: T;
  readonly #listeners = new Listeners<[]>();

  constructor(initial: T) {
    this.#value = initial;
  }

  readonly get = (): T => this.#value;

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    this.#listeners.tell();
  }

  /** Sets some fields; the same values as before are no change. */
  patch(change: Partial<T>): void {
    const before = this.#value;
    const isSame = (Object.keys(change) as (keyof T)[]).every((key) => Object.is(before[key], change[key]));
    if (!isSame) this.set({ ...before, ...change });
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);
}

/**
 * Publishes at most once in `intervalMs`, the first change at once: a stream of a thousand tokens a
 * second costs twenty renders, and a single event is seen without delay. `get` gives what was last
 * published or {@link reveal}ed, so that every component of one render sees the same.
 */
export class ThrottledStore<T> implements Readable<T> {
  /** As the listeners were last told. */
  readonly #published: Store<T>;
  readonly #intervalMs: number;
  readonly #clock: Clock;
  #latest: T;
  #shown: T;
  #resting = false;

  constructor(initial: T, intervalMs: number, clock: Clock) {
    this.#published = new Store(initial);
    this.#latest = initial;
    this.#shown = initial;
    this.#intervalMs = intervalMs;
    this.#clock = clock;
  }

  readonly get = (): T => this.#shown;

  readonly subscribe = (listener: () => void): (() => void) => this.#published.subscribe(listener);

  /** The newest value, published or not. */
  peek(): T {
    return this.#latest;
  }

  set(value: T): void {
    this.#latest = value;
    if (!this.#resting) this.#publish();
  }

  /** Publishes what waits, now. */
  flush(): void {
    this.reveal();
    this.#published.set(this.#latest);
  }

  /** Lets `get` give the newest value; the listeners are told of it in their time. */
  reveal(): void {
    this.#shown = this.#latest;
  }

  #publish(): void {
    if (Object.is(this.#published.get(), this.#latest)) return;
    this.#resting = true;
    this.#clock.setTimeout(() => {
      this.#resting = false;
      this.#publish();
    }, this.#intervalMs);
    this.flush();
  }
}
