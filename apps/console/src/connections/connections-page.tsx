import { Plug } from "lucide-react";
import { useCallback } from "react";
import { useServices } from "../app/services.ts";
import { usePolled } from "../app/use-polled.ts";
import { figuresOf, parseMetrics, sumOf } from "../metrics/exposition.ts";
import type { ConnectionsStatus } from "../server/pages.ts";
import { Figure, Figures } from "../ui/figure.tsx";
import { whole } from "../ui/format.ts";
import { Notice } from "../ui/notice.tsx";
import { Page } from "../ui/page.tsx";
import { RowsCard } from "../ui/rows-card.tsx";
import { ClientsTable } from "./clients-table.tsx";

const EVERY_MS = 2_000;

/** What the page shows: who is connected, and what the server has counted of connections. */
interface Seen {
  readonly status: ConnectionsStatus;
  /** Connections opened with a position to go on from. */
  readonly resumes: number;
  /** Upgrades refused. */
  readonly refusals: number;
  /** Events that have not been sent yet, of all together. */
  readonly lag: number;
}

/** Who follows what, how far behind, and since when. */
export default function ConnectionsPage() {
  const { pages } = useServices();
  const [seen, refresh] = usePolled(
    useCallback(
      async (signal: AbortSignal): Promise<Seen> => {
        const [status, text] = await Promise.all([pages.connections(signal), pages.metrics(signal)]);
        const figures = figuresOf(parseMetrics(text));
        return {
          status,
          resumes: sumOf(figures, "throughline_reconnections_total"),
          refusals: sumOf(figures, "throughline_connection_failures_total"),
          lag: sumOf(figures, "throughline_lag_events"),
        };
      },
      [pages],
    ),
    EVERY_MS,
  );
  return (
    <Page title="Connections" description="Every client that follows something, in whichever protocol.">
      <Figures>
        <Figure label="Named clients" value={seen.value?.status.connections.total} format={whole} />
        <Figure label="Event streams (SSE)" value={seen.value?.status.event_streams} format={whole} />
        <Figure label="Events not sent yet" value={seen.value?.lag} format={whole} />
        <Figure label="Resumes since the start" value={seen.value?.resumes} format={whole} />
        <Figure label="Upgrades refused" value={seen.value?.refusals} format={whole} />
      </Figures>
      <RowsCard polled={seen} what="The connections" onRetry={refresh} rows={5}>
        {({ status }) =>
          status.clients.length === 0 ? (
            <Notice icon={<Plug />} title="No named client is connected" className="py-16">
              Clients that follow something appear here, such as a tab with a run in it. Those without a name, such as
              plain event streams, are counted above.
            </Notice>
          ) : (
            <ClientsTable rows={status.clients} onDisconnect={pages.disconnect} onChange={refresh} />
          )
        }
      </RowsCard>
    </Page>
  );
}
