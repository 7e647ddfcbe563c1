import { createStore, type StoreApi } from "zustand/vanilla";
import type { ChartLink, Update } from "./update.ts";

export interface ChartState {
  /** The latest last; a chart told again takes the place of what was told before. */
  readonly charts: readonly ChartLink[];
  addChart(chart: ChartLink): void;
  /** Folds in what the server told. */
  apply(updates: readonly Update[]): void;
}

export type ChartStore = StoreApi<ChartState>;

/** The charts that agents made. */
export function createChartStore(): ChartStore {
  return createStore<ChartState>()((set) => ({
    charts: [],
    addChart: (chart) => set(({ charts }) => ({ charts: withChart(charts, chart) })),
    apply: (updates) => {
      const made = updates.filter((update) => update.kind === "chart");
      if (made.length > 0) set(({ charts }) => ({ charts: made.map(linkOf).reduce(withChart, charts) }));
    },
  }));
}

function linkOf({ chartId, url, symbol, interval }: ChartLink): ChartLink {
  return { chartId, url, symbol, interval };
}

function withChart(charts: readonly ChartLink[], chart: ChartLink): readonly ChartLink[] {
  const index = charts.findIndex(({ chartId }) => chartId === chart.chartId);
  return index < 0 ? [...charts, chart] : charts.with(index, chart);
}
