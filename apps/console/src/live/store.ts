/** A value that can be watched, in the shape `useSyncExternalStore` takes. */
export interface Readable<T> {
  get(): T;
  subscribe(listener: () => void): () => void;
}

/** A value that can be set; its listeners hear of each change at once. */
export class Store<T> implements Readable<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(initial: T) {
    this.#value = initial;
  }

  readonly get = (): T => this.#value;

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

/**
 * Publishes at most once in `intervalMs`, the first change at once: a stream of a thousand tokens a
 * second costs twenty renders, and a single event is seen without delay. `get` gives what was last
 * published, so that every component of one render sees the same.
 */
export class ThrottledStore<T> implements Readable<T> {
  readonly get: () => T;
  readonly subscribe: (listener: () => void) => () => void;
  readonly #published: Store<T>;
  readonly #intervalMs: number;
  readonly #after: (ms: number, fn: () => void) => unknown;
  #latest: T;
  #resting = false;

  constructor(initial: T, intervalMs: number, after: (ms: number, fn: () => void) => unknown) {
    this.#published = new Store(initial);
    this.#latest = initial;
    this.#intervalMs = intervalMs;
    this.#after = after;
    this.get = this.#published.get;
    this.subscribe = this.#published.subscribe;
  }

  /** The newest value, published or not. */
  peek(): T {
    return this.#latest;
  }

  set(value: T): void {
    this.#latest = value;
    if (!this.#resting) this.#publish();
  }

  #publish(): void {
    if (Object.is(this.#published.get(), this.#latest)) return;
    this.#published.set(this.#latest);
    this.#resting = true;
    this.#after(this.#intervalMs, () => {
      this.#resting = false;
      this.#publish();
    });
  }
}
