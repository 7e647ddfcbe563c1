import type {
  IChartApiBase,
  IPrimitivePaneView,
  ISeriesApi,
  ISeriesPrimitive,
  Logical,
  SeriesAttachedParameter,
  SeriesType,
  Time,
} from "lightweight-charts";

/** A line between two points; places are counted in bars. */
export interface LineShape {
  readonly kind: "line";
  readonly from: { readonly logical: number; readonly price: number };
  readonly to: { readonly logical: number; readonly price: number };
  readonly color: string;
  readonly isDashed: boolean;
  /** Written above its start. */
  readonly label: string | null;
}

/** A span of time, over the full height. */
export interface BandShape {
  readonly kind: "band";
  readonly from: number;
  readonly to: number;
  readonly color: string;
}

export type Shape = LineShape | BandShape;

/** Draws shapes behind the series it is attached to. */
export class DrawingLayer implements ISeriesPrimitive {
  #shapes: readonly Shape[] = [];
  #at: SeriesAttachedParameter<Time, SeriesType> | null = null;
  readonly #views: readonly IPrimitivePaneView[] = [
    {
      zOrder: () => "bottom",
      renderer: () => ({ draw: (target) => target.useMediaCoordinateSpace((scope) => this.#draw(scope)) }),
    },
  ];

  setShapes(shapes: readonly Shape[]): void {
    this.#shapes = shapes;
    this.#at?.requestUpdate();
  }

  attached(at: SeriesAttachedParameter<Time, SeriesType>): void {
    this.#at = at;
  }

  detached(): void {
    this.#at = null;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.#views;
  }

  #draw(scope: { readonly context: CanvasRenderingContext2D; readonly mediaSize: { readonly height: number } }): void {
    if (this.#at === null) return;
    const { chart, series } = this.#at;
    for (const shape of this.#shapes) {
      if (shape.kind === "band") drawBand(scope.context, shape, chart, scope.mediaSize.height);
      else drawLine(scope.context, shape, chart, series);
    }
  }
}

function drawBand(
  context: CanvasRenderingContext2D,
  band: BandShape,
  chart: IChartApiBase<Time>,
  height: number,
): void {
  const left = xOf(chart, band.from);
  const right = xOf(chart, band.to);
  if (left === null || right === null) return;
  context.fillStyle = band.color;
  context.fillRect(left, 0, Math.max(1, right - left), height);
}

function drawLine(
  context: CanvasRenderingContext2D,
  line: LineShape,
  chart: IChartApiBase<Time>,
  series: ISeriesApi<SeriesType>,
): void {
  const [x1, x2] = [xOf(chart, line.from.logical), xOf(chart, line.to.logical)];
  const [y1, y2] = [series.priceToCoordinate(line.from.price), series.priceToCoordinate(line.to.price)];
  if (x1 === null || x2 === null || y1 === null || y2 === null) return;
  context.save();
  context.strokeStyle = line.color;
  context.lineWidth = 1.5;
  context.setLineDash(line.isDashed ? [4, 4] : []);
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
  if (line.label !== null) {
    context.fillStyle = line.color;
    context.font = "11px 'Geist Mono Variable', monospace";
    context.fillText(line.label, Math.max(4, Math.min(x1, x2) + 4), (x1 <= x2 ? y1 : y2) - 4);
  }
  context.restore();
}

function xOf(chart: IChartApiBase<Time>, logical: number): number | null {
  return chart.timeScale().logicalToCoordinate(logical as Logical);
}
