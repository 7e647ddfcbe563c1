import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  CrosshairMode,
  HistogramSeries,
  LineSeries,
  LineStyle,
} from "lightweight-charts";
import type {
  IChartApi,
  IPriceLine,
  ISeriesApi,
  ISeriesMarkersPluginApi,
  MouseEventParams,
  SeriesMarker,
  SeriesType,
  Time,
  UTCTimestamp,
} from "lightweight-charts";
import { DrawingLayer } from "./drawing-layer.ts";
import { isOverlay, plotsOf } from "./indicators.ts";
import type { Plot } from "./indicators.ts";
import { agentColor, fade } from "./palette.ts";
import type { Palette } from "./palette.ts";
import { indicatorColors } from "./indicator-colors.ts";
import { LEVEL_SIGNS } from "./plan.ts";
import type { ChartPlan, Level } from "./plan.ts";
import { barIndexAt } from "./series.ts";
import type { Bar, Series } from "./series.ts";
import { shapesOf } from "./shapes.ts";
import { visibleBars } from "./zoom.ts";

/** What is under the pointer. */
export interface Hover {
  readonly bar: Bar | null;
  readonly level: Level | null;
}

/** A level closer to the pointer than this is meant. */
const NEAR_PX = 6;

/** The chart itself, outside of React: told what to show, it shows it. */
export class ChartCanvas {
  readonly #chart: IChartApi;
  readonly #layer = new DrawingLayer();
  #palette: Palette;
  #series: Series | null = null;
  #plan: ChartPlan | null = null;
  #main: ISeriesApi<"Candlestick" | "Line"> | null = null;
  #markers: ISeriesMarkersPluginApi<Time> | null = null;
  #volume: ISeriesApi<"Histogram"> | null = null;
  #plots: ISeriesApi<SeriesType>[] = [];
  /** What the prices and the indicators on the canvas were drawn from. */
  #drawn: { readonly series: Series; readonly palette: Palette; readonly indicators: string } | null = null;
  #levels: { readonly level: Level; readonly line: IPriceLine }[] = [];
  #zoomed = "";

  readonly #box: HTMLElement;
  /** Zooms when a hidden chart is shown. */
  readonly #shown = new ResizeObserver(() => this.#zoom());

  constructor(box: HTMLElement, palette: Palette, onHover: (hover: Hover) => void) {
    this.#box = box;
    this.#shown.observe(box);
    this.#palette = palette;
    this.#chart = createChart(box, { autoSize: true, ...options(palette) });
    this.#chart.subscribeCrosshairMove((event) => onHover(this.#hover(event)));
  }

  destroy(): void {
    this.#shown.disconnect();
    this.#chart.remove();
  }

  setPalette(palette: Palette): void {
    this.#palette = palette;
    this.#chart.applyOptions(options(palette));
    if (this.#series !== null && this.#plan !== null) this.#draw(this.#series, this.#plan);
  }

  show(series: Series, plan: ChartPlan): void {
    if (series !== this.#series) this.#zoomed = "";
    const isNew = series !== this.#series || plan !== this.#plan;
    this.#series = series;
    this.#plan = plan;
    if (isNew) this.#draw(series, plan);
  }

  /** Thousands of bars are drawn anew only when they are others: a plan changes with each command, and fast when rewound. */
  #draw(series: Series, plan: ChartPlan): void {
    const palette = this.#palette;
    const isSame = this.#drawn?.series === series && this.#drawn.palette === palette;
    if (!isSame) this.#clear();
    const main = this.#main ?? this.#addPrices(series);
    const indicators = plan.indicators.map(({ label }) => label).join();
    if (!isSame || this.#drawn?.indicators !== indicators) this.#addIndicators(series, plan);
    this.#drawn = { series, palette, indicators };
    this.#layer.setShapes(shapesOf(plan, series, palette));
    for (const { line } of this.#levels) main.removePriceLine(line);
    this.#levels = plan.levels.map((level) => ({ level, line: main.createPriceLine(this.#levelOptions(level)) }));
    this.#markers?.setMarkers(this.#notes(series, plan));
    this.#zoom();
  }

  #clear(): void {
    this.#markers?.detach();
    this.#main?.detachPrimitive(this.#layer);
    for (const series of [...this.#plots, this.#volume, this.#main])
      if (series !== null) this.#chart.removeSeries(series);
    this.#plots = [];
    this.#levels = [];
    this.#volume = null;
    this.#main = null;
  }

  #addPrices(series: Series): ISeriesApi<"Candlestick" | "Line"> {
    this.#main = this.#addMain(series);
    this.#main.attachPrimitive(this.#layer);
    this.#markers = createSeriesMarkers(this.#main, []);
    this.#addVolume(series);
    return this.#main;
  }

  /** Rising candles are hollow and falling ones filled, so that they differ by more than colour. */
  #addMain({ kind, bars }: Series): ISeriesApi<"Candlestick" | "Line"> {
    const { surface, green, red, ink } = this.#palette;
    if (kind === "close") {
      const line = this.#chart.addSeries(LineSeries, { color: ink, lineWidth: 1, priceLineVisible: false });
      line.setData(bars.map(({ time, close }) => ({ time: time as UTCTimestamp, value: close })));
      return line;
    }
    const candles = this.#chart.addSeries(CandlestickSeries, {
      upColor: surface,
      borderUpColor: green,
      wickUpColor: green,
      downColor: red,
      borderDownColor: red,
      wickDownColor: red,
      priceLineVisible: false,
    });
    candles.setData(
      bars.map(({ time, close, candle }) => ({ time: time as UTCTimestamp, close, ...ohl(candle, close) })),
    );
    return candles;
  }

  #addVolume({ bars }: Series): void {
    if (!bars.some(({ candle }) => (candle?.volume ?? 0) > 0)) return;
    const volume = this.#chart.addSeries(HistogramSeries, {
      priceScaleId: "volume",
      priceFormat: { type: "volume" },
      color: fade(this.#palette.quiet, 0.3),
      priceLineVisible: false,
      lastValueVisible: false,
    });
    volume.priceScale().applyOptions({ scaleMargins: { top: 0.86, bottom: 0 } });
    volume.setData(bars.map(({ time, candle }) => ({ time: time as UTCTimestamp, value: candle?.volume ?? 0 })));
    this.#volume = volume;
  }

  #addIndicators({ bars }: Series, { indicators }: ChartPlan): void {
    for (const plot of this.#plots) this.#chart.removeSeries(plot);
    this.#plots = [];
    let pane = 0;
    // Bands first, so that no average hides behind the middle of its band.
    for (const indicator of [...indicators].sort(
      (left, right) => Number(right.indicator === "BB") - Number(left.indicator === "BB"),
    )) {
      const overlay = isOverlay(indicator);
      if (!overlay) pane += 1;
      const colors = indicatorColors(this.#palette, indicators, indicator);
      for (const [place, plot] of plotsOf(indicator, bars).entries()) {
        this.#addPlot(plot, colors[place] ?? this.#palette.quiet, overlay ? 0 : pane);
      }
    }
    for (const [index, part] of this.#chart.panes().entries()) part.setStretchFactor(index === 0 ? 4 : 1);
  }

  #addPlot(plot: Plot, color: string, pane: number): void {
    const data = plot.values.map(({ time, value }) => ({ time: time as UTCTimestamp, value }));
    const common = { color, priceLineVisible: false, lastValueVisible: false };
    if (plot.shape === "columns") {
      const columns = this.#chart.addSeries(HistogramSeries, common, pane);
      columns.setData(data);
      this.#plots.push(columns);
      return;
    }
    const line = this.#chart.addSeries(LineSeries, { ...common, lineWidth: 1, crosshairMarkerVisible: false }, pane);
    line.setData(data);
    this.#plots.push(line);
  }

  #levelOptions({ kind, price, agent }: Level) {
    const { green, red, signal } = this.#palette;
    const own = agentColor(this.#palette, agent);
    const color = { support: own, resistance: own, entry: signal, target: green, stoploss: red }[kind];
    const lineStyle = kind === "support" || kind === "resistance" ? LineStyle.Solid : LineStyle.Dashed;
    return { price, color, lineStyle, lineWidth: 1 as const, axisLabelVisible: true, title: LEVEL_SIGNS[kind] };
  }

  #notes({ bars }: Series, { notes }: ChartPlan): SeriesMarker<Time>[] {
    const markers = notes.map(({ time, text, agent }) => ({
      time: (bars[barIndexAt(bars, time)]?.time ?? time) as UTCTimestamp,
      position: "aboveBar" as const,
      shape: "circle" as const,
      size: 0.6,
      color: agentColor(this.#palette, agent),
      text: text.length > 28 ? `${text.slice(0, 27)}…` : text,
    }));
    return markers.sort((left, right) => left.time - right.time);
  }

  /** Goes where the agents point, once: from then on the reader may look elsewhere. */
  #zoom(): void {
    const width = this.#box.clientWidth;
    // In a hidden tab there is no width to fit into yet.
    if (this.#series === null || this.#plan === null || width === 0) return;
    const wanted = `at ${this.#plan.zooms.map(({ seq }) => seq).join()}`;
    if (this.#zoomed === wanted) return;
    this.#zoomed = wanted;
    const total = this.#series.bars.length;
    const count = visibleBars(this.#plan.zooms, total, width);
    this.#chart
      .timeScale()
      .setVisibleLogicalRange({ from: total - count - 0.5, to: total + Math.max(2, count * 0.03) });
  }

  #hover(event: MouseEventParams): Hover {
    if (event.point === undefined || this.#series === null || this.#main === null) return { bar: null, level: null };
    const { y } = event.point;
    const bar = event.logical === undefined ? null : (this.#series.bars[Math.round(event.logical)] ?? null);
    const distance = (level: Level): number => Math.abs((this.#main?.priceToCoordinate(level.price) ?? Infinity) - y);
    const near = this.#levels
      .map(({ level }) => level)
      .filter((level) => event.paneIndex === 0 && distance(level) < NEAR_PX);
    return { bar, level: near.sort((left, right) => distance(left) - distance(right))[0] ?? null };
  }
}

function ohl(candle: Bar["candle"], close: number): { open: number; high: number; low: number } {
  return candle === null
    ? { open: close, high: close, low: close }
    : { open: candle.open, high: candle.high, low: candle.low };
}

function options({ surface, hairline, quiet }: Palette) {
  const line = { color: quiet, labelBackgroundColor: quiet, style: LineStyle.Dotted };
  return {
    layout: {
      background: { color: surface },
      textColor: quiet,
      fontFamily: "'Geist Variable', sans-serif",
      fontSize: 11,
      attributionLogo: true,
      panes: { separatorColor: hairline, separatorHoverColor: hairline },
    },
    grid: { vertLines: { color: fade(hairline, 0.5) }, horzLines: { color: fade(hairline, 0.5) } },
    rightPriceScale: { borderColor: hairline, scaleMargins: { top: 0.12, bottom: 0.16 } },
    timeScale: { borderColor: hairline },
    crosshair: { mode: CrosshairMode.Normal, vertLine: line, horzLine: line },
  };
}
