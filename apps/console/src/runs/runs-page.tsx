import { Activity, Plus, SearchX } from "lucide-react";
import { useCallback, useRef } from "react";
import { navigate, setSearch, useSearch } from "../app/router.tsx";
import { useServices } from "../app/services.ts";
import { useRowKeys } from "../app/shortcuts.ts";
import { usePaged } from "../app/use-paged.ts";
import { Button } from "../ui/button.tsx";
import { Chips, SearchField } from "../ui/filters.tsx";
import { More } from "../ui/more.tsx";
import { Notice } from "../ui/notice.tsx";
import { Card, Page } from "../ui/page.tsx";
import { PolledView, RowSkeleton } from "../ui/polled-view.tsx";
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

/** Every thread with its newest run, the latest active first; what is looked for stands in the address. */
export default function RunsPage() {
  const { pages } = useServices();
  const search = useSearch();
  const status = search.get("status") ?? "";
  const agent = search.get("agent") ?? "";
  const q = search.get("q") ?? "";
  const table = useRef<HTMLDivElement>(null);
  useRowKeys(table);
  const { list, refresh, onMore, isGrowing } = usePaged(
    useCallback(
      (limit: number, signal: AbortSignal) => pages.threads({ status, agent, q, limit }, signal),
      [pages, status, agent, q],
    ),
    { pageSize: PAGE_SIZE, everyMs: EVERY_MS },
  );
  const isFiltered = status !== "" || agent !== "" || q !== "";
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
          onChange={setQuery}
          className="w-64 max-md:w-full"
          key={isFiltered ? "filtered" : "all"}
        />
        <Chips label="Status" value={status} options={STATUSES} onChange={(value) => setSearch({ status: value })} />
        {agent !== "" && (
          <Button size="small" onClick={() => setSearch({ agent: null })}>
            Agent: {agent} ×
          </Button>
        )}
      </div>
      <Card>
        <div ref={table}>
          <PolledView
            polled={list}
            what="The runs"
            onRetry={refresh}
            skeleton={<RowSkeleton rows={8} label="Loading runs" />}
          >
            {({ items }) =>
              items.length > 0 ? <RunsTable rows={items} /> : isFiltered ? <NothingFound /> : <NothingYet />
            }
          </PolledView>
        </div>
      </Card>
      {onMore !== null && <More isBusy={isGrowing} onMore={onMore} />}
    </Page>
  );
}

function setQuery(q: string): void {
  setSearch({ q });
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

function NothingFound() {
  return (
    <Notice
      icon={<SearchX />}
      title="No run is like that"
      className="py-16"
      action={<Button onClick={() => setSearch({ status: null, agent: null, q: null })}>Show all runs</Button>}
    >
      No thread has this status and these words.
    </Notice>
  );
}
