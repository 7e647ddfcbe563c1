import { isOverlay } from "./indicators.ts";
import { fade } from "./palette.ts";
import type { Palette } from "./palette.ts";
import type { IndicatorPlan } from "./plan.ts";

/** The colour of each plot of an indicator, in the order that `plotsOf` gives them. */
export function indicatorColors(
  palette: Palette,
  all: readonly IndicatorPlan[],
  one: IndicatorPlan,
): readonly string[] {
  const { signal, amber, violet, quiet } = palette;
  if (one.indicator === "MACD") return [fade(quiet, 0.45), signal, amber];
  if (one.indicator === "RSI") return [signal];
  const color = [signal, amber, violet][all.filter(isOverlay).indexOf(one) % 3] ?? signal;
  return one.indicator === "BB" ? [fade(color, 0.8), fade(color, 0.5), fade(color, 0.8)] : [color];
}

/** The colour that stands for the indicator in the legend. */
export function legendColor(palette: Palette, all: readonly IndicatorPlan[], one: IndicatorPlan): string {
  const colors = indicatorColors(palette, all, one);
  return (one.indicator === "MACD" ? colors[1] : colors[0]) ?? palette.quiet;
}
