import { hueOf } from "@throughline/react";
import { useChartCanvas } from "@throughline/react/chart/canvas";
import { type Bar, type ChartPlan, day, LEVEL_NAMES, type Series } from "@throughline/react/chart";
import { price, whole } from "../ui/format.ts";

/** The page's tokens have no prefix. */
const TOKENS = "--";

interface ChartViewProps {
  readonly series: Series;
  readonly plan: ChartPlan;
}

/** The drawn chart, with what is under the pointer written in its corner. */
export default function ChartView({ series, plan }: ChartViewProps) {
  const { box, bar, level, legend } = useChartCanvas({ series, plan, tokens: TOKENS });
  return (
    <div className="relative h-full min-h-0">
      <div
        ref={box}
        role="group"
        aria-label={`Price chart of ${series.name}; the same as a table behind “Data”`}
        className="absolute inset-0"
      />
      <div className="nums pointer-events-none absolute top-2 left-3 z-10 flex flex-wrap items-center gap-x-3 gap-y-0.5 pr-20 text-xs text-quiet">
        {bar !== null && <BarValues bar={bar} />}
        {legend.map(({ label, color }) => (
          <span key={label} className="inline-flex items-center gap-1">
            <span aria-hidden className="h-0.5 w-2.5 rounded-full" style={{ background: color }} />
            {label}
          </span>
        ))}
        {level !== null && (
          <span
            data-hue={level.agent === null ? undefined : hueOf(level.agent)}
            className="rounded-control bg-raised px-1.5 text-agent"
          >
            {LEVEL_NAMES[level.kind]} {price(level.price)}
            {level.agent !== null && ` · ${level.agent}`}
          </span>
        )}
      </div>
    </div>
  );
}

function BarValues({ bar }: { readonly bar: Bar }) {
  if (bar.candle === null) {
    return (
      <span>
        {day(bar.time)} <b className="font-medium text-ink">{price(bar.close)}</b>
      </span>
    );
  }
  const { open, high, low, volume } = bar.candle;
  const tone = bar.close >= open ? "text-green" : "text-red";
  const values = { O: open, H: high, L: low, C: bar.close };
  return (
    <span className="flex gap-x-2 whitespace-nowrap">
      {day(bar.time)}
      {Object.entries(values).map(([name, value]) => (
        <span key={name} className={name === "C" ? undefined : "max-md:hidden"}>
          {name} <b className={`font-medium ${tone}`}>{price(value)}</b>
        </span>
      ))}
      {volume > 0 && <span className="max-xl:hidden">V {whole(volume)}</span>}
    </span>
  );
}
