import { useEffect, useRef, useState } from "react";
import { ChartCanvas, type Hover } from "../chart/chart-canvas.ts";
import { legendColor } from "../chart/indicator-colors.ts";
import { type Palette, readPalette } from "../chart/palette.ts";
import { type ChartPlan, LEVEL_NAMES } from "../chart/plan.ts";
import type { Bar, Series } from "../chart/series.ts";
import { price } from "../format.ts";
import { hueOf } from "../transcript/agent-tag.ts";

export interface ChartViewProps {
  readonly series: Series;
  readonly plan: ChartPlan;
}

/** The drawn chart, with what is under the pointer written in its corner. */
export default function ChartView({ series, plan }: ChartViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const [canvas, setCanvas] = useState<ChartCanvas | null>(null);
  const [hover, setHover] = useState<Hover>({ bar: null, level: null });
  const [palette, setPalette] = useState<Palette | null>(null);
  useEffect(() => {
    if (box.current === null) return;
    const made = new ChartCanvas(box.current, readPalette(box.current), setHover);
    setCanvas(made);
    return () => made.destroy();
  }, []);
  useEffect(() => {
    const read = (): void => {
      if (box.current === null || canvas === null) return;
      const colors = readPalette(box.current);
      setPalette(colors);
      canvas.setPalette(colors);
    };
    read();
    return onThemeChange(read);
  }, [canvas]);
  useEffect(() => canvas?.show(series, plan), [canvas, series, plan]);
  const { level } = hover;
  return (
    <div data-tl="chart-view">
      <div ref={box} data-tl="canvas" role="group" aria-label={`Price chart of ${series.name}; “Data” shows a table`} />
      <p data-tl="legend">
        <BarValues bar={hover.bar ?? series.bars.at(-1) ?? null} />
        {palette !== null &&
          plan.indicators.map((indicator) => (
            <span key={indicator.label}>
              <span
                data-tl="swatch"
                aria-hidden="true"
                style={{ background: legendColor(palette, plan.indicators, indicator) }}
              />
              {indicator.label}
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

function BarValues({ bar }: { readonly bar: Bar | null }) {
  if (bar === null) return null;
  const day = new Date(bar.time * 1000).toISOString().slice(0, 10);
  if (bar.candle === null) return `${day} ${price(bar.close)}`;
  const { open, high, low } = bar.candle;
  return (
    <span data-direction={bar.close >= open ? "up" : "down"}>
      {day} O {price(open)} H {price(high)} L {price(low)} C {price(bar.close)}
    </span>
  );
}

/** A page changes its theme by the system's setting, or by an attribute of its root. */
function onThemeChange(listener: () => void): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", listener);
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ["class", "data-theme", "style"] });
  return () => {
    dark.removeEventListener("change", listener);
    observer.disconnect();
  };
}
