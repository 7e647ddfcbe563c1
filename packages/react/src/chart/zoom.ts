import type { Zoom } from "./plan.ts";

/** Bars closer than this, in px, are a smear; without a ZOOM as many of the newest are shown as stay clear. */
const CLEAR_PX = 3.5;
const MOST = 260;
const FEWEST = 5;

/** How many of the newest bars the ZOOMs in force leave in view, of `total`, on a chart of `width` px. */
export function visibleBars(zooms: readonly Zoom[], total: number, width: number): number {
  let count = Math.min(total, MOST, width / CLEAR_PX);
  for (const { to } of zooms) {
    if (to === "FIT") count = total;
    else if (to === "IN") count /= 2;
    else if (to === "OUT") count *= 2;
    else count = to;
  }
  return Math.max(Math.min(FEWEST, total), Math.min(total, Math.round(count)));
}
