import { Listeners } from "./listeners.ts";

/** Where typed events go. `Events` maps an event's name to what its listeners are given. */
export interface Emits<Events extends object> {
  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void;
}

/** Where typed events come from. */
export interface Emitted<Events extends object> {
  /** @returns a function that ends it */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void;
}

/** Typed events. */
export class Emitter<Events extends object> implements Emits<Events>, Emitted<Events> {
  readonly #listeners = new Map<keyof Events, Listeners<[never]>>();

  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Listeners<[never]>();
    this.#listeners.set(name, listeners);
    return listeners.add(listener);
  }

  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    this.#listeners.get(name)?.tell(payload as never);
  }
}
