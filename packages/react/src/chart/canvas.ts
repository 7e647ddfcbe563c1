"use client";

export { ChartCanvas, type Hover } from "./chart-canvas.ts";
export { legendColor } from "./indicator-colors.ts";
export { type Palette, readPalette } from "./palette.ts";
export { useChartCanvas, type UseChartCanvas, type UseChartCanvasOptions } from "./use-chart-canvas.ts";
