import { useEffect, useRef, useState } from "react";
import type { RefObject } from "react";
import { ChartCanvas, type Hover } from "./chart-canvas.ts";
import { legendColor } from "./indicator-colors.ts";
import { type Palette, readPalette } from "./palette.ts";
import type { ChartPlan, Level } from "./plan.ts";
import type { Bar, Series } from "./series.ts";

export interface UseChartCanvasOptions {
  readonly series: Series;
  readonly plan: ChartPlan;
  /** What the names of the page's colours begin with. Default `--tl-`. */
  readonly tokens?: string;
}

export interface UseChartCanvas {
  /** Of the element that the chart is drawn into. */
  readonly box: RefObject<HTMLDivElement | null>;
  /** Under the pointer, or else the newest; null for a series without any. */
  readonly bar: Bar | null;
  /** Under the pointer. */
  readonly level: Level | null;
  /** The indicators and the colours they are drawn in. */
  readonly legend: readonly { readonly label: string; readonly color: string }[];
}

/** Draws a chart into an element as long as it is mounted, in the page's colours as they stand. */
export function useChartCanvas({ series, plan, tokens = "--tl-" }: UseChartCanvasOptions): UseChartCanvas {
  const box = useRef<HTMLDivElement>(null);
  const [canvas, setCanvas] = useState<ChartCanvas | null>(null);
  const [hover, setHover] = useState<Hover>({ bar: null, level: null });
  const [palette, setPalette] = useState<Palette | null>(null);
  useEffect(() => {
    if (box.current === null) return;
    const made = new ChartCanvas(box.current, readPalette(box.current, tokens), setHover);
    setCanvas(made);
    return () => made.destroy();
  }, [tokens]);
  useEffect(() => {
    const read = (): void => {
      if (box.current === null || canvas === null) return;
      const colors = readPalette(box.current, tokens);
      setPalette(colors);
      canvas.setPalette(colors);
    };
    read();
    return onThemeChange(read);
  }, [canvas, tokens]);
  useEffect(() => canvas?.show(series, plan), [canvas, series, plan]);
  const { indicators } = plan;
  const legend =
    palette === null
      ? []
      : indicators.map((one) => ({ label: one.label, color: legendColor(palette, indicators, one) }));
  return { box, bar: hover.bar ?? series.bars.at(-1) ?? null, level: hover.level, legend };
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
