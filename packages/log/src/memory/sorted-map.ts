/** A map that can be paged through by key prefix. Sorts when asked, not when changed. */
import { byBytes } from "../core/order.ts";
import { DEFAULT_PAGE, type Page } from "../core/store.ts";

export class SortedMap<V> {
  readonly #map = new Map<string, V>();
  #keys: string[] | undefined;

  get(key: string): V | undefined {
    return this.#map.get(key);
  }

  set(key: string, value: V): void {
    if (!this.#map.has(key)) this.#keys = undefined;
    this.#map.set(key, value);
  }

  delete(key: string): void {
    if (this.#map.delete(key)) this.#keys = undefined;
  }

  values(): Iterable<V> {
    return this.#map.values();
  }

  /** Entries whose key starts with `prefix`, by key, from the one behind `after`. */
  page(prefix: string, { after, limit = DEFAULT_PAGE }: Page): [string, V][] {
    this.#keys ??= [...this.#map.keys()].sort(byBytes);
    const found: [string, V][] = [];
    for (let i = this.#position(prefix, after); i < this.#keys.length && found.length < limit; i += 1) {
      const key = this.#keys[i] as string;
      if (!key.startsWith(prefix)) break;
      found.push([key, this.#map.get(key) as V]);
    }
    return found;
  }

  #position(prefix: string, after: string | undefined): number {
    const keys = this.#keys ?? [];
    const behind = after !== undefined && byBytes(after, prefix) >= 0;
    const from = behind ? after : prefix;
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = byBytes(keys[middle] as string, from);
      if (order < 0 || (behind && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
