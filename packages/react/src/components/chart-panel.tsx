import { lazy, Suspense, useState } from "react";
import type { ReactNode } from "react";
import type { ChartPlan } from "../chart/plan.ts";
import type { Series } from "../chart/series.ts";
import { sourceWords } from "../chart/source-words.ts";
import { ChartTable } from "./chart-table.tsx";

const ChartView = lazy(() => import("./chart-view.tsx"));

export interface ChartPanelProps {
  /** What is drawn: `planOf(view.chart)`. Null while the thread is being loaded. */
  readonly plan: ChartPlan | null;
  /** The prices of the plan's symbol; null until they have come. */
  readonly series: Series | null;
  /** Why they have not. */
  readonly error?: { readonly message: string } | null;
  /** Asks for them again. */
  readonly retry?: () => void;
  readonly className?: string;
  /** Stands in the header, such as a link to a page of its own. */
  readonly children?: ReactNode;
}

/**
 * The chart that a thread's agents draw on, live, and the same as a table. Drawn by `lightweight-charts`,
 * which is fetched with the first chart.
 */
export function ChartPanel({ plan, series, error = null, retry, className, children }: ChartPanelProps) {
  const [isTable, setTable] = useState(false);
  const symbol = plan?.symbol ?? null;
  const state = symbol === null ? "empty" : series !== null ? "ready" : error !== null ? "error" : "loading";
  return (
    <section data-tl="chart-panel" data-state={state} aria-label="Chart" className={className}>
      <header>
        <h2>{series?.name ?? symbol ?? "Chart"}</h2>
        {series !== null && (
          <>
            <span data-tl="detail">{series.timeframe}</span>
            <Source source={series.source} />
            <button type="button" data-tl="button" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
              Data
            </button>
          </>
        )}
        {children}
      </header>
      <div data-tl="chart-body">
        {symbol === null && <p data-tl="empty">When an agent loads prices, they appear here with what it draws.</p>}
        {state === "loading" && <p role="status">Loading the prices of {symbol}</p>}
        {state === "error" && (
          <div role="alert" data-tl="problem">
            <p>
              The prices of {symbol} could not be loaded. {error?.message}
            </p>
            {retry !== undefined && (
              <button type="button" data-tl="button" onClick={retry}>
                Try again
              </button>
            )}
          </div>
        )}
        {series !== null && plan !== null && <Body series={series} plan={plan} isTable={isTable} />}
      </div>
    </section>
  );
}

interface BodyProps {
  readonly series: Series;
  readonly plan: ChartPlan;
  readonly isTable: boolean;
}

function Body({ series, plan, isTable }: BodyProps) {
  if (isTable) return <ChartTable series={series} plan={plan} />;
  return (
    <Suspense fallback={<p role="status">Loading the chart</p>}>
      <ChartView series={series} plan={plan} />
    </Suspense>
  );
}

function Source({ source }: { readonly source: string }) {
  const { label, hint } = sourceWords(source);
  return (
    <span data-tl="badge" data-source={source} title={hint}>
      {label}
    </span>
  );
}
