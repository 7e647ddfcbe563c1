import { useSyncExternalStore } from "react";
import type { Readable } from "@throughline/client";

/** The store's value; renders again when it changes. */
export function useStore<T>(store: Readable<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}
