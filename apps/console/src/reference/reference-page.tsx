import { Tabs } from "@base-ui/react/tabs";
import { ExternalLink } from "lucide-react";
import { useCallback } from "react";
import type { ReactNode } from "react";
import { setSearch, useSearch } from "../app/router.tsx";
import { useServices } from "../app/services.ts";
import { useFetched } from "../app/use-fetched.ts";
import { useLink } from "../app/use-link.ts";
import { isReachable } from "../app/link.ts";
import { SearchField } from "../ui/filters.tsx";
import { Card, Page } from "../ui/page.tsx";
import { PolledView, RowSkeleton } from "../ui/polled-view.tsx";
import { Channels } from "./channels.tsx";
import { Operations } from "./operations.tsx";

const TAB =
  "relative h-9 px-1 text-sm font-medium text-quiet transition-colors data-active:text-ink data-active:after:absolute data-active:after:inset-x-0 data-active:after:bottom-0 data-active:after:h-0.5 data-active:after:rounded-full data-active:after:bg-signal";

/** What the server understands, as it says itself: HTTP addresses and WebSocket channels. */
export default function ReferencePage() {
  const search = useSearch();
  const tab = search.get("of") === "channels" ? "channels" : "http";
  const q = search.get("q") ?? "";
  return (
    <Page
      title="API"
      description="Read from the server’s own documents, so it is what this server does."
      tools={
        <>
          <DocumentLink href="/openapi.json">openapi.json</DocumentLink>
          <DocumentLink href="/asyncapi.json">asyncapi.json</DocumentLink>
          <DocumentLink href="/docs">Try it</DocumentLink>
        </>
      }
    >
      <Tabs.Root value={tab} onValueChange={(value) => setSearch({ of: value === "http" ? null : String(value) })}>
        <div className="mb-4 flex flex-wrap items-end gap-x-6 gap-y-3 border-b border-hairline">
          <Tabs.List className="flex gap-4">
            <Tabs.Tab value="http" className={TAB}>
              HTTP
            </Tabs.Tab>
            <Tabs.Tab value="channels" className={TAB}>
              WebSocket channels
            </Tabs.Tab>
          </Tabs.List>
          <span className="flex-1 max-md:hidden" />
          <SearchField
            label="Search addresses and frames"
            value={q}
            onChange={setQuery}
            className="mb-2 w-64 max-md:w-full"
          />
        </div>
        <Tabs.Panel value="http">
          <Document name="openapi">{(document) => <Operations document={document} q={q} />}</Document>
        </Tabs.Panel>
        <Tabs.Panel value="channels">
          <Document name="asyncapi">{(document) => <Channels document={document} q={q} />}</Document>
        </Tabs.Panel>
      </Tabs.Root>
    </Page>
  );
}

function setQuery(q: string): void {
  setSearch({ q });
}

function DocumentLink({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  return (
    <a
      href={href}
      target="_blank"
      rel="noreferrer"
      className="inline-flex h-8 items-center gap-1.5 rounded-control border border-hairline bg-surface px-3 text-sm font-medium transition-colors hover:bg-sunken"
    >
      {children}
      <ExternalLink aria-hidden className="size-3.5 text-quiet" />
    </a>
  );
}

interface DocumentProps {
  readonly name: "openapi" | "asyncapi";
  readonly children: (document: unknown) => ReactNode;
}

function Document({ name, children }: DocumentProps) {
  const { pages } = useServices();
  const link = useLink();
  const [fetched, retry] = useFetched(
    useCallback((signal: AbortSignal) => pages.document(name, signal), [pages, name]),
    isReachable(link),
  );
  const polled = {
    value: fetched.status === "ready" ? fetched.value : null,
    failure: fetched.status === "failed" ? fetched.failure : null,
  };
  return (
    <PolledView
      polled={polled}
      what="The document"
      onRetry={retry}
      skeleton={
        <Card>
          <RowSkeleton rows={10} label="Loading the document" />
        </Card>
      }
    >
      {children}
    </PolledView>
  );
}
