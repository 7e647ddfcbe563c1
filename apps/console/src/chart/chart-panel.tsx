import { ChartCandlestick, CloudOff, ExternalLink } from "lucide-react";
import { Suspense, useCallback, useState } from "react";
import type { ReactNode } from "react";
import type { ThreadView } from "@throughline/protocol";
import { late } from "../app/late.ts";
import { chartPath, Link } from "../app/router.tsx";
import { useServices } from "../app/services.ts";
import { useFetched } from "../app/use-fetched.ts";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { Notice } from "../ui/notice.tsx";
import { Tooltip } from "../ui/tooltip.tsx";
import { DataDialog } from "./data-dialog.tsx";
import { type ChartPlan, parseSeries, planOf, sourceWords } from "@throughline/react/chart";

const ChartView = late(() => import("./chart-view.tsx"));

interface ChartPanelProps {
  readonly threadId: string;
  readonly view: ThreadView | null;
  /** Whether the server answers. */
  readonly isReachable: boolean;
  /** Whether this is a page of its own, which then needs no link to itself. */
  readonly isPage?: boolean;
}

/** The chart that the thread's agents draw on, live. */
export function ChartPanel({ threadId, view, isReachable, isPage = false }: ChartPanelProps) {
  const plan = usePlan(view?.chart ?? NO_COMMANDS);
  if (view === null) return <Frame title={<span className="skeleton h-4 w-40" />}>{<ChartSkeleton />}</Frame>;
  if (plan.symbol === null) {
    return (
      <section aria-label="Chart" className="grid h-full place-items-center">
        <Notice icon={<ChartCandlestick />} title="No chart yet">
          When an agent loads prices, they appear here with what it draws on them.
        </Notice>
      </section>
    );
  }
  return <LoadedChart threadId={threadId} symbol={plan.symbol} plan={plan} isReachable={isReachable} isPage={isPage} />;
}

const NO_COMMANDS: ThreadView["chart"] = [];

/** The plan of the commands in force. Rewinding folds new lists of the very same commands: those keep their plan. */
function usePlan(commands: ThreadView["chart"]): ChartPlan {
  const [planned, setPlanned] = useState(() => ({ commands, plan: planOf(commands) }));
  if (planned.commands === commands) return planned.plan;
  const isSame =
    commands.length === planned.commands.length &&
    commands.every(({ seq }, index) => seq === planned.commands[index]?.seq);
  const next = { commands, plan: isSame ? planned.plan : planOf(commands) };
  setPlanned(next);
  return next.plan;
}

interface LoadedChartProps {
  readonly threadId: string;
  readonly symbol: string;
  readonly plan: ChartPlan;
  readonly isReachable: boolean;
  readonly isPage: boolean;
}

function LoadedChart({ threadId, symbol, plan, isReachable, isPage }: LoadedChartProps) {
  const { pages } = useServices();
  const { timeframe } = plan;
  const fetcher = useCallback(
    async (signal: AbortSignal) => parseSeries(await pages.series(symbol, timeframe, signal)),
    [pages, symbol, timeframe],
  );
  const [series, retry] = useFetched(fetcher, isReachable);
  if (series.status === "loading") return <Frame title={symbol}>{<ChartSkeleton />}</Frame>;
  if (series.status === "failed") {
    return (
      <Frame title={symbol}>
        <div className="grid h-full place-items-center">
          <Notice
            tone="red"
            icon={<CloudOff />}
            title={`The prices of ${symbol} could not be loaded`}
            action={<Button onClick={retry}>Try again</Button>}
          >
            {series.failure.message} {series.failure.remedy}
          </Notice>
        </div>
      </Frame>
    );
  }
  const { value } = series;
  return (
    <Frame
      title={
        <>
          {value.name} <span className="font-normal text-quiet">· {value.timeframe}</span>
        </>
      }
      aside={
        <>
          <SourceBadge source={value.source} />
          <DataDialog series={value} plan={plan} />
          {!isPage && (
            <Tooltip content="Chart on a page of its own">
              <Link
                href={chartPath(threadId)}
                target="_blank"
                aria-label="Open the chart on a page of its own"
                className="grid size-7 place-items-center rounded-control text-quiet hover:bg-sunken hover:text-ink"
              >
                <ExternalLink aria-hidden className="size-3.5" />
              </Link>
            </Tooltip>
          )}
        </>
      }
    >
      <Suspense fallback={<ChartSkeleton />}>
        <ChartView series={value} plan={plan} />
      </Suspense>
    </Frame>
  );
}

function Frame({
  title,
  aside,
  children,
}: {
  readonly title: ReactNode;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section aria-label="Chart" className="flex h-full min-h-0 flex-col">
      <header className="flex h-11 shrink-0 items-center gap-2 border-b border-hairline pr-2 pl-3">
        <h2 className="min-w-0 flex-1 truncate text-sm font-medium">{title}</h2>
        {aside}
      </header>
      <div className="min-h-0 flex-1">{children}</div>
    </section>
  );
}

function SourceBadge({ source }: { readonly source: string }) {
  const { label, hint, isMadeUp } = sourceWords(source);
  return (
    <Tooltip content={hint}>
      <span
        tabIndex={0}
        data-testid="source"
        className={cn("rounded-control px-1 font-mono text-xs", isMadeUp ? "bg-amber-soft text-amber" : "text-quiet")}
      >
        [{label}]
      </span>
    </Tooltip>
  );
}

function ChartSkeleton() {
  const heights = [32, 38, 35, 44, 52, 48, 57, 50, 62, 70, 64, 58, 66, 74, 69, 78];
  return (
    <div
      role="status"
      aria-busy
      aria-label="Loading the chart"
      className="flex h-full items-end gap-[2.5%] px-6 pt-10 pb-8"
    >
      {heights.map((height, index) => (
        <span key={index} className="skeleton flex-1 rounded-xs" style={{ height: `${height}%` }} />
      ))}
    </div>
  );
}
