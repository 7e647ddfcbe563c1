import type { Shape } from "./drawing-layer.ts";
import { agentColor, fade } from "./palette.ts";
import type { Palette } from "./palette.ts";
import { FIB_RATIOS, fibPrice } from "./plan.ts";
import type { ChartPlan, Segment } from "./plan.ts";
import { logicalAt } from "./series.ts";
import type { Series } from "./series.ts";

/** What the plan draws freely on the prices: highlights, trend lines, retracements. */
export function shapesOf(plan: ChartPlan, { bars }: Series, palette: Palette): readonly Shape[] {
  const at = (time: number): number => logicalAt(bars, time);
  const bands = plan.highlights.map(({ from, to, agent }): Shape => {
    const color = fade(agentColor(palette, agent), 0.12);
    return { kind: "band", from: at(from) - 0.5, to: at(to) + 0.5, color };
  });
  return [
    ...bands,
    ...plan.segments.flatMap((segment) => linesOf(segment, at, bars.length - 1, agentColor(palette, segment.agent))),
  ];
}

function linesOf(segment: Segment, at: (time: number) => number, end: number, color: string): readonly Shape[] {
  const { kind, from, to } = segment;
  const [start, stop] = [at(from.time), at(to.time)];
  const slope = {
    kind: "line",
    from: { logical: start, price: from.price },
    to: { logical: stop, price: to.price },
    color,
    label: null,
  } as const;
  if (kind === "trendline") return [{ ...slope, isDashed: false }];
  const levels = FIB_RATIOS.map((ratio): Shape => {
    const price = fibPrice(segment, ratio);
    return {
      kind: "line",
      from: { logical: Math.min(start, stop), price },
      to: { logical: Math.max(start, stop, end), price },
      color: fade(color, 0.75),
      isDashed: true,
      label: `${(ratio * 100).toFixed(1)}%`,
    };
  });
  return [{ ...slope, isDashed: true }, ...levels];
}
