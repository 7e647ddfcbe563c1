import { Activity, Plus, SearchX } from "lucide-react";
import { useCallback } from "react";
import { navigate } from "../app/router.tsx";
import { useServices } from "../app/services.ts";
import { useFilters } from "../app/use-filters.ts";
import { usePaged } from "../app/use-paged.ts";
import { Button } from "../ui/button.tsx";
import { Chips, SearchField } from "../ui/filters.tsx";
import { More } from "../ui/more.tsx";
import { Notice } from "../ui/notice.tsx";
import { Page } from "../ui/page.tsx";
import { RowsCard } from "../ui/rows-card.tsx";
import { RunsTable } from "./runs-table.tsx";

const EVERY_MS = 2_000;
const PAGE_SIZE = 50;

const STATUSES = [
  { value: "", label: "All" },
  { value: "running", label: "Running" },
  { value: "waiting", label: "Needs an answer" },
  { value: "paused", label: "Paused" },
  { value: "failed", label: "Failed" },
  { value: "idle", label: "Done" },
];

const FILTERS = ["status", "agent", "q"] as const;

/** Every thread with its newest run, the latest active first; what is looked for stands in the address. */
export default function RunsPage() {
  const { pages } = useServices();
  const { values, isFiltered, set, clear } = useFilters(FILTERS);
  const { status, agent, q } = values;
  const { list, refresh, onMore, isGrowing } = usePaged(
    useCallback(
      (limit: number, signal: AbortSignal) => pages.threads({ status, agent, q, limit }, signal),
      [pages, status, agent, q],
    ),
    { pageSize: PAGE_SIZE, everyMs: EVERY_MS },
  );
  return (
    <Page
      title="Runs"
      description="Every thread and how its newest run stands."
      tools={
        <Button tone="primary" onClick={() => navigate("/")}>
          <Plus aria-hidden /> New run
        </Button>
      }
    >
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <SearchField
          label="Search titles and ids"
          value={q}
          onChange={(value) => set({ q: value })}
          className="w-64 max-md:w-full"
        />
        <Chips label="Status" value={status} options={STATUSES} onChange={(value) => set({ status: value })} />
        {agent !== "" && (
          <Button size="small" onClick={() => set({ agent: "" })}>
            Agent: {agent} ×
          </Button>
        )}
      </div>
      <RowsCard polled={list} what="The runs" onRetry={refresh} rows={8}>
        {({ items }) =>
          items.length > 0 ? <RunsTable rows={items} /> : isFiltered ? <NothingFound onClear={clear} /> : <NothingYet />
        }
      </RowsCard>
      {onMore !== null && <More isBusy={isGrowing} onMore={onMore} />}
    </Page>
  );
}

function NothingYet() {
  return (
    <Notice
      icon={<Activity />}
      title="No runs yet"
      className="py-16"
      action={
        <Button tone="primary" onClick={() => navigate("/")}>
          Ask the agents something
        </Button>
      }
    >
      Each run is kept whole, event by event, until its thread is deleted.
    </Notice>
  );
}

function NothingFound({ onClear }: { readonly onClear: () => void }) {
  return (
    <Notice
      icon={<SearchX />}
      title="No run is like that"
      className="py-16"
      action={<Button onClick={onClear}>Show all runs</Button>}
    >
      No thread has this status and these words.
    </Notice>
  );
}
