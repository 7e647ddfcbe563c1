import { ScrollText, SearchX } from "lucide-react";
import { useCallback, useRef } from "react";
import { setSearch, useSearch } from "../app/router.tsx";
import { useServices } from "../app/services.ts";
import { useRowKeys } from "../app/shortcuts.ts";
import { usePaged } from "../app/use-paged.ts";
import { Button } from "../ui/button.tsx";
import { Chips, SearchField } from "../ui/filters.tsx";
import { More } from "../ui/more.tsx";
import { Notice } from "../ui/notice.tsx";
import { Card, Page } from "../ui/page.tsx";
import { PolledView, RowSkeleton } from "../ui/polled-view.tsx";
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

/** Connections and commands, the newest first; what is looked for stands in the address. */
export default function AuditPage() {
  const { pages } = useServices();
  const search = useSearch();
  const action = search.get("action") ?? "";
  const session = search.get("session") ?? "";
  const client = search.get("client") ?? "";
  const table = useRef<HTMLDivElement>(null);
  useRowKeys(table);
  const { list, refresh, onMore, isGrowing } = usePaged(
    useCallback(
      (limit: number, signal: AbortSignal) =>
        pages.audit({ action, session_id: session, client_id: client, limit }, signal),
      [pages, action, session, client],
    ),
    { pageSize: PAGE_SIZE, everyMs: EVERY_MS },
  );
  const isFiltered = action !== "" || session !== "" || client !== "";
  return (
    <Page title="Audit" description="Who connected and who commanded what. No message text, no token.">
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <SearchField
          label="Whole thread or session id"
          value={session}
          onChange={setSession}
          className="w-64 max-md:w-full"
          key={session === "" ? "none" : "some"}
        />
        <Chips label="Action" value={action} options={ACTIONS} onChange={(value) => setSearch({ action: value })} />
        {client !== "" && (
          <Button size="small" onClick={() => setSearch({ client: null })}>
            Client: {client} ×
          </Button>
        )}
      </div>
      <Card>
        <div ref={table}>
          <PolledView
            polled={list}
            what="The audit log"
            onRetry={refresh}
            skeleton={<RowSkeleton rows={10} label="Loading the audit log" />}
          >
            {({ items }) =>
              items.length > 0 ? (
                <AuditTable rows={items} />
              ) : (
                <Notice
                  icon={isFiltered ? <SearchX /> : <ScrollText />}
                  title={isFiltered ? "Nothing is like that" : "Nothing has happened yet"}
                  className="py-16"
                  action={
                    isFiltered && (
                      <Button onClick={() => setSearch({ action: null, session: null, client: null })}>Show all</Button>
                    )
                  }
                >
                  {isFiltered
                    ? "No entry that is kept has this action and these ids."
                    : "Each connection and each command leaves a line here."}
                </Notice>
              )
            }
          </PolledView>
        </div>
      </Card>
      {onMore !== null && <More isBusy={isGrowing} onMore={onMore} />}
    </Page>
  );
}

function setSession(session: string): void {
  setSearch({ session });
}
