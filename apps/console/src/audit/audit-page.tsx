import { ScrollText, SearchX } from "lucide-react";
import { useCallback } from "react";
import { useServices } from "../app/services.ts";
import { useFilters } from "../app/use-filters.ts";
import { usePaged } from "../app/use-paged.ts";
import { Button } from "../ui/button.tsx";
import { Chips, SearchField } from "../ui/filters.tsx";
import { More } from "../ui/more.tsx";
import { Notice } from "../ui/notice.tsx";
import { Page } from "../ui/page.tsx";
import { RowsCard } from "../ui/rows-card.tsx";
import { AuditTable } from "./audit-table.tsx";

const EVERY_MS = 5_000;
const PAGE_SIZE = 50;

const ACTIONS = [
  { value: "", label: "All" },
  { value: "connection.opened", label: "Connected" },
  { value: "connection.closed", label: "Left" },
  { value: "connection.refused", label: "Refused" },
  { value: "start", label: "Starts" },
  { value: "cancel", label: "Stops" },
  { value: "answer", label: "Answers" },
];

const FILTERS = ["action", "session", "client"] as const;

/** Connections and commands, the newest first; what is looked for stands in the address. */
export default function AuditPage() {
  const { pages } = useServices();
  const { values, isFiltered, set, clear } = useFilters(FILTERS);
  const { action, session, client } = values;
  const { list, refresh, onMore, isGrowing } = usePaged(
    useCallback(
      (limit: number, signal: AbortSignal) =>
        pages.audit({ action, session_id: session, client_id: client, limit }, signal),
      [pages, action, session, client],
    ),
    { pageSize: PAGE_SIZE, everyMs: EVERY_MS },
  );
  return (
    <Page title="Audit" description="Who connected and who commanded what. No message text, no token.">
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <SearchField
          label="Whole thread or session id"
          value={session}
          onChange={(value) => set({ session: value })}
          className="w-64 max-md:w-full"
        />
        <Chips label="Action" value={action} options={ACTIONS} onChange={(value) => set({ action: value })} />
        {client !== "" && (
          <Button size="small" onClick={() => set({ client: "" })}>
            Client: {client} ×
          </Button>
        )}
      </div>
      <RowsCard polled={list} what="The audit log" onRetry={refresh} rows={10}>
        {({ items }) =>
          items.length > 0 ? (
            <AuditTable rows={items} />
          ) : isFiltered ? (
            <NothingFound onClear={clear} />
          ) : (
            <NothingYet />
          )
        }
      </RowsCard>
      {onMore !== null && <More isBusy={isGrowing} onMore={onMore} />}
    </Page>
  );
}

function NothingYet() {
  return (
    <Notice icon={<ScrollText />} title="Nothing has happened yet" className="py-16">
      Each connection and each command leaves a line here.
    </Notice>
  );
}

function NothingFound({ onClear }: { readonly onClear: () => void }) {
  return (
    <Notice
      icon={<SearchX />}
      title="Nothing is like that"
      className="py-16"
      action={<Button onClick={onClear}>Show all</Button>}
    >
      No entry that is kept has this action and these ids.
    </Notice>
  );
}
