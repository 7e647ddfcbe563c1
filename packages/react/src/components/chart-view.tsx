import { day } from "../chart/drawings.ts";
import { type ChartPlan, LEVEL_NAMES } from "../chart/plan.ts";
import type { Bar, Series } from "../chart/series.ts";
import { useChartCanvas } from "../chart/use-chart-canvas.ts";
import { price } from "../format.ts";
import { hueOf } from "../transcript/agent-tag.ts";

export interface ChartViewProps {
  readonly series: Series;
  readonly plan: ChartPlan;
}

/** The drawn chart, with what is under the pointer written in its corner. */
export default function ChartView({ series, plan }: ChartViewProps) {
  const { box, bar, level, legend } = useChartCanvas({ series, plan });
  return (
    <div data-tl="chart-view">
      <div ref={box} data-tl="canvas" role="group" aria-label={`Price chart of ${series.name}; “Data” shows a table`} />
      <p data-tl="legend">
        {bar !== null && <BarValues {...bar} />}
        {legend.map(({ label, color }) => (
          <span key={label}>
            <span data-tl="swatch" aria-hidden="true" style={{ background: color }} />
            {label}
          </span>
        ))}
        {level !== null && (
          <span data-tl="level" data-hue={level.agent === null ? undefined : hueOf(level.agent)}>
            {LEVEL_NAMES[level.kind]} {price(level.price)}
            {level.agent !== null && ` · ${level.agent}`}
          </span>
        )}
      </p>
    </div>
  );
}

function BarValues({ time, close, candle }: Bar) {
  if (candle === null) return `${day(time)} ${price(close)}`;
  const { open, high, low } = candle;
  return (
    <span data-direction={close >= open ? "up" : "down"}>
      {day(time)} O {price(open)} H {price(high)} L {price(low)} C {price(close)}
    </span>
  );
}
