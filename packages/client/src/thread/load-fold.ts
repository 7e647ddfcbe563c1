import type * as fold from "./fold.ts";

export type Fold = typeof fold;

let loaded: Fold | undefined;

/** The fold, once it was loaded. */
export function foldNow(): Fold | undefined {
  return loaded;
}

/** Rejects where it cannot be fetched; another call tries again. */
export async function loadFold(): Promise<void> {
  loaded ??= await import("./fold.ts");
}
