/** Where typed events go. `Events` maps an event's name to what its listeners are given. */
export interface Emits<Events extends object> {
  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void;
}

/** Where typed events come from. */
export interface Emitted<Events extends object> {
  /** @returns a function that ends it */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void;
}

/** Typed events. A listener given twice is called twice, and each ending ends one. */
export class Emitter<Events extends object> implements Emits<Events>, Emitted<Events> {
  readonly #listeners = new Map<keyof Events, Set<(payload: never) => void>>();

  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    const own = (payload: Events[Name]): void => listener(payload);
    listeners.add(own);
    return () => listeners.delete(own);
  }

  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) (listener as (payload: Events[Name]) => void)(payload);
  }
}
