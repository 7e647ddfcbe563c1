import type { Message } from "../events.ts";
import type { ThreadView } from "./view.ts";

export type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The fields of a view that are lists. */
type ListKey = {
  [Key in keyof ThreadView]: ThreadView[Key] extends readonly unknown[] ? Key : never;
}[keyof ThreadView];
type Element<Key extends ListKey> = Mutable<ThreadView[Key][number]>;

/**
 * A view being folded. What it was made from is never changed: a list or object is copied at its first
 * change, and from then on it belongs to the draft and is changed in place. So one event costs what it
 * touches, and a million in a row do not copy anything a million times.
 */
export class Draft {
  readonly view: Mutable<ThreadView>;
  readonly #own = new Set<object>();
  /** Where the last message was found; a guess, checked before use. */
  #hint = -1;

  constructor(view: ThreadView) {
    this.view = { ...view };
  }

  /** The value if the draft made it, else a shallow copy that now belongs to the draft. */
  own<T extends object>(value: T): T {
    if (this.#own.has(value)) return value;
    const copy = (Array.isArray(value) ? value.slice() : { ...value }) as T;
    this.#own.add(copy);
    return copy;
  }

  /** A list of the view, to be changed. */
  list<Key extends ListKey>(key: Key): Element<Key>[] {
    const list = this.own(this.view[key]);
    this.view[key] = list;
    return list as unknown as Element<Key>[];
  }

  /** An element of a list of the view, to be changed. */
  edit<Key extends ListKey>(key: Key, index: number): Element<Key> {
    const list = this.list(key);
    const element = this.own(list[index] as object) as Element<Key>;
    list[index] = element;
    return element;
  }

  /** Index of the newest message with this id, or -1. What is being written stands near the end. */
  findMessage(id: string): number {
    const { messages } = this.view;
    if (messages[this.#hint]?.id === id) return this.#hint;
    let index = messages.length - 1;
    while (index >= 0 && messages[index]?.id !== id) index -= 1;
    this.#hint = index;
    return index;
  }

  /** Must be called when messages have moved. */
  forgetPlaces(): void {
    this.#hint = -1;
  }

  addMessage(message: Message): void {
    this.#hint = this.list("messages").push(message) - 1;
  }
}

/** Index of the last element for which `test` holds, or -1. */
export function lastIndex<T>(list: readonly T[], test: (element: T) => boolean): number {
  let index = list.length - 1;
  while (index >= 0 && !test(list[index] as T)) index -= 1;
  return index;
}
