import { useMemo } from "react";
import type { ThreadState } from "@throughline/client";
import type { ChartView, ThroughlineError } from "@throughline/protocol";
import { type ChartPlan, planOf } from "../chart/plan.ts";
import { parseSeries, type Series } from "../chart/series.ts";
import { useThroughline } from "./throughline-provider.tsx";
import { useLoaded } from "./use-loaded.ts";
import type { ThreadId } from "./use-thread-object.ts";
import { useThreadSelector } from "./use-thread-selector.ts";

export interface UseChart {
  /** What the thread's agents have drawn; null until the thread has come. */
  readonly plan: ChartPlan | null;
  /** The prices of the symbol they loaded; null until they have come. */
  readonly series: Series | null;
  /** Why the prices have not come. */
  readonly error: ThroughlineError | null;
  /** Asks for the prices again. */
  readonly retry: () => void;
  /** Charts with a page of their own. */
  readonly charts: readonly ChartView[];
}

const chartOf = ({ view }: ThreadState) => view.chart;
const chartsOf = ({ view }: ThreadState) => view.charts;
const isLoadedIn = ({ isLoaded }: ThreadState) => isLoaded;

/** A thread's chart, live, for `<ChartPanel {...useChart(threadId)} />`; none while there is no thread yet. */
export function useChart(threadId: ThreadId): UseChart {
  const { rest } = useThroughline();
  const commands = useThreadSelector(threadId, chartOf);
  const charts = useThreadSelector(threadId, chartsOf);
  const isLoaded = useThreadSelector(threadId, isLoadedIn);
  const plan = useMemo(() => planOf(commands), [commands]);
  const { symbol, timeframe } = plan;
  const load = useMemo(() => {
    if (symbol === null) return null;
    const query = new URLSearchParams({ symbol, ...(timeframe !== null && { timeframe }) }).toString();
    return async (signal: AbortSignal): Promise<Series> =>
      parseSeries(await rest.json(`/api/v1/market/series?${query}`, { signal }));
  }, [rest, symbol, timeframe]);
  const { value, error, reload } = useLoaded(load);
  // While the next symbol is on its way, the prices of the one before would lie.
  const series = value !== null && isOf(value, symbol) ? value : null;
  return { plan: isLoaded ? plan : null, series, error, retry: reload, charts };
}

function isOf(series: Series, symbol: string | null): boolean {
  return symbol !== null && series.symbol.toUpperCase() === symbol.toUpperCase();
}
