export { ChartCanvas, type Hover } from "./chart-canvas.ts";
export { legendColor } from "./indicator-colors.ts";
export { type Palette, readPalette } from "./palette.ts";
