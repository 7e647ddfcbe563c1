import { useCallback } from "react";
import { useServices } from "../app/services.ts";
import { usePolled } from "../app/use-polled.ts";
import { Page } from "../ui/page.tsx";
import { PolledView } from "../ui/polled-view.tsx";
import { figuresOf, parseMetrics } from "./exposition.ts";
import type { Family } from "./exposition.ts";
import { drawingOf, useReadings } from "./history.ts";
import type { Reading } from "./history.ts";
import { MetricCard, titleOf } from "./metric-card.tsx";

const EVERY_MS = 2_000;

/** Every figure of `/metrics`, drawn by what it says of itself: a new one needs nothing here. */
export default function MetricsPage() {
  const { pages } = useServices();
  const [reading, refresh] = usePolled(
    useCallback(
      async (signal: AbortSignal): Promise<Reading> => {
        const text = await pages.metrics(signal);
        return { at: Date.now(), figures: figuresOf(parseMetrics(text)) };
      },
      [pages],
    ),
    EVERY_MS,
  );
  const readings = useReadings(reading);
  return (
    <Page
      title="Metrics"
      description={
        <>
          What the server tells Prometheus at{" "}
          <a href="/metrics" className="text-signal underline underline-offset-3">
            /metrics
          </a>
          , drawn since this page was opened.
        </>
      }
    >
      <PolledView polled={reading} what="The figures" onRetry={refresh} skeleton={<Skeleton />}>
        {({ figures }) => {
          const [own, machine] = parted([...figures.values()]);
          return (
            <>
              <Cards title="Throughline" families={own} readings={readings} />
              <Cards title="Process and machine" families={machine} readings={readings} />
            </>
          );
        }}
      </PolledView>
    </Page>
  );
}

function parted(families: readonly Family[]): readonly [own: readonly Family[], machine: readonly Family[]] {
  const isOwn = ({ name }: Family): boolean => name.startsWith("throughline_");
  return [families.filter(isOwn), families.filter((family) => !isOwn(family))];
}

interface CardsProps {
  readonly title: string;
  readonly families: readonly Family[];
  readonly readings: readonly Reading[];
}

const GRID = "grid grid-cols-[repeat(auto-fill,minmax(min(100%,280px),1fr))] gap-3";

function Cards({ title, families, readings }: CardsProps) {
  const drawn = families.map((family) => ({ family, drawing: drawingOf(family.name, readings) }));
  const told = drawn.filter(({ drawing }) => drawing.curves.length > 0);
  const silent = drawn.filter(({ drawing }) => drawing.curves.length === 0);
  if (families.length === 0) return null;
  return (
    <section aria-label={title} className="mb-8">
      <h2 className="mb-2 text-sm font-medium text-quiet">{title}</h2>
      <div className={GRID}>
        {told.map(({ family, drawing }) => (
          <MetricCard key={family.name} family={family} drawing={drawing} />
        ))}
      </div>
      {silent.length > 0 && (
        <p className="mt-3 text-xs text-quiet">
          Nothing to tell yet: {silent.map(({ family }) => titleOf(family.name)).join(", ")}.
        </p>
      )}
    </section>
  );
}

function Skeleton() {
  return (
    <div role="status" aria-busy aria-label="Loading figures" className={GRID}>
      {Array.from({ length: 8 }, (_, card) => (
        <div key={card} className="flex h-50 flex-col gap-3 rounded-card border border-hairline bg-surface p-4">
          <span className="skeleton h-4 w-32" />
          <span className="skeleton h-3 w-full" />
          <span className="skeleton h-16 w-full" />
          <span className="skeleton mt-auto h-3 w-full" />
        </div>
      ))}
    </div>
  );
}
