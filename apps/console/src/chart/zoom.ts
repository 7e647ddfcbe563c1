import type { Zoom } from "./plan.ts";

/** More bars than this at once are a smear; without a ZOOM the newest are shown. */
const READABLE = 260;
const FEWEST = 5;

/** How many of the newest bars the ZOOMs in force leave in view, of `total`. */
export function visibleBars(zooms: readonly Zoom[], total: number): number {
  let count = Math.min(total, READABLE);
  for (const { to } of zooms) {
    if (to === "FIT") count = total;
    else if (to === "IN") count /= 2;
    else if (to === "OUT") count *= 2;
    else count = to;
  }
  return Math.max(Math.min(FEWEST, total), Math.min(total, Math.round(count)));
}
