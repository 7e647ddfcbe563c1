import { useEffect, useRef, useState } from "react";
import { theme } from "../app/theme.ts";
import { useStore } from "../app/use-store.ts";
import { hueOf } from "@throughline/react";
import { price, whole } from "../ui/format.ts";
import { ChartCanvas, type Hover, legendColor, readPalette, type Palette } from "@throughline/react/chart/canvas";
import { LEVEL_NAMES, type ChartPlan, type Bar, type Series } from "@throughline/react/chart";

/** The page's tokens have no prefix. */
const TOKENS = "--";

interface ChartViewProps {
  readonly series: Series;
  readonly plan: ChartPlan;
}

/** The drawn chart, with what is under the pointer written in its corner. */
export default function ChartView({ series, plan }: ChartViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const [canvas, setCanvas] = useState<ChartCanvas | null>(null);
  const [hover, setHover] = useState<Hover>({ bar: null, level: null });
  const shown = useStore(theme);
  const [palette, setPalette] = useState<Palette | null>(null);
  useEffect(() => {
    if (box.current === null) return;
    const made = new ChartCanvas(box.current, readPalette(box.current, TOKENS), setHover);
    setCanvas(made);
    return () => made.destroy();
  }, []);
  useEffect(() => {
    if (box.current === null) return;
    const read = readPalette(box.current, TOKENS);
    setPalette(read);
    canvas?.setPalette(read);
  }, [canvas, shown]);
  useEffect(() => canvas?.show(series, plan), [canvas, series, plan]);
  const bar = hover.bar ?? series.bars.at(-1) ?? null;
  return (
    <div className="relative h-full min-h-0">
      <div
        ref={box}
        role="group"
        aria-label={`Price chart of ${series.name}; the same as a table behind “Data”`}
        className="absolute inset-0"
      />
      <div className="nums pointer-events-none absolute top-2 left-3 z-10 flex flex-wrap items-center gap-x-3 gap-y-0.5 pr-20 text-xs text-quiet">
        {bar && <BarValues bar={bar} />}
        {palette !== null &&
          plan.indicators.map((indicator) => (
            <span key={indicator.label} className="inline-flex items-center gap-1">
              <span
                aria-hidden
                className="h-0.5 w-2.5 rounded-full"
                style={{ background: legendColor(palette, plan.indicators, indicator) }}
              />
              {indicator.label}
            </span>
          ))}
        {hover.level && (
          <span
            data-hue={hover.level.agent === null ? undefined : hueOf(hover.level.agent)}
            className="rounded-control bg-raised px-1.5 text-agent"
          >
            {LEVEL_NAMES[hover.level.kind]} {price(hover.level.price)}
            {hover.level.agent !== null && ` · ${hover.level.agent}`}
          </span>
        )}
      </div>
    </div>
  );
}

function BarValues({ bar }: { readonly bar: Bar }) {
  const day = new Date(bar.time * 1000).toISOString().slice(0, 10);
  if (bar.candle === null) {
    return (
      <span>
        {day} <b className="font-medium text-ink">{price(bar.close)}</b>
      </span>
    );
  }
  const { open, high, low, volume } = bar.candle;
  const tone = bar.close >= open ? "text-green" : "text-red";
  const values = { O: open, H: high, L: low, C: bar.close };
  return (
    <span className="flex gap-x-2 whitespace-nowrap">
      {day}
      {Object.entries(values).map(([name, value]) => (
        <span key={name} className={name === "C" ? undefined : "max-md:hidden"}>
          {name} <b className={`font-medium ${tone}`}>{price(value)}</b>
        </span>
      ))}
      {volume > 0 && <span className="max-xl:hidden">V {whole(volume)}</span>}
    </span>
  );
}
