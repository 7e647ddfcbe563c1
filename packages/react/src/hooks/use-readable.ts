import { useSyncExternalStore } from "react";
import type { Readable } from "@throughline/client";

/**
 * The store's value; renders again when it changes. Who uses it counts as following it.
 *
 * @param onServer what a server renders, and a browser at first: the same object each time
 */
export function useReadable<T>(store: Readable<T>, onServer: T): T {
  return useSyncExternalStore(store.subscribe, store.get, () => onServer);
}
