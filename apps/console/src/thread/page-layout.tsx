import { Tabs } from "@base-ui/react/tabs";
import { useMemo, useState } from "react";
import type { ReactNode } from "react";
import { useShortcuts } from "../app/shortcuts.ts";
import { useMediaQuery } from "../app/use-media-query.ts";

interface PageLayoutProps {
  readonly chat: ReactNode;
  readonly chart: ReactNode;
  readonly team: ReactNode;
  readonly foot: ReactNode;
  /** A question is open: the chat's tab says so. */
  readonly asks: boolean;
}

const TABS = [
  ["chat", "Chat"],
  ["chart", "Chart"],
  ["team", "Team"],
] as const;
type Tab = (typeof TABS)[number][0];

/** Three columns where there is room, two with the team under the chart, or one with tabs. */
export function PageLayout(props: PageLayoutProps) {
  const isNarrow = useMediaQuery("(max-width: 759px)");
  return isNarrow ? <Tabbed {...props} /> : <Columns {...props} />;
}

function Columns({ chat, chart, team, foot }: PageLayoutProps) {
  return (
    <div className="flex h-full flex-col">
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(340px,1fr)_minmax(0,1.1fr)] grid-rows-[minmax(0,1.4fr)_minmax(0,1fr)] xl:grid-cols-[minmax(400px,1fr)_minmax(0,1.35fr)_264px] xl:grid-rows-1">
        <div className="row-span-2 min-h-0 min-w-0 xl:row-span-1">{chat}</div>
        <div className="min-h-0 min-w-0 border-l border-hairline bg-surface">{chart}</div>
        <div className="min-h-0 min-w-0 border-l border-hairline max-xl:border-t">{team}</div>
      </div>
      {foot}
    </div>
  );
}

function Tabbed({ chat, chart, team, foot, asks }: PageLayoutProps) {
  const [tab, setTab] = useState<Tab>("chat");
  useShortcuts(
    useMemo(() => ({ "1": () => setTab("chat"), "2": () => setTab("chart"), "3": () => setTab("team") }), []),
  );
  const panels: Record<Tab, ReactNode> = { chat, chart, team };
  return (
    <Tabs.Root value={tab} onValueChange={(value) => setTab(value as Tab)} className="flex h-full flex-col">
      <Tabs.List className="relative flex shrink-0 border-b border-hairline px-2">
        {TABS.map(([value, label]) => (
          <Tabs.Tab
            key={value}
            value={value}
            className="flex h-11 flex-1 items-center justify-center gap-1.5 text-sm font-medium text-quiet -outline-offset-2 transition-colors data-active:text-ink"
          >
            {label}
            {value === "chat" && asks && (
              <span role="img" aria-label="an open question" className="size-1.5 rounded-full bg-violet" />
            )}
          </Tabs.Tab>
        ))}
        <Tabs.Indicator className="absolute bottom-0 left-0 h-0.5 w-(--active-tab-width) translate-x-(--active-tab-left) rounded-full bg-signal transition-all" />
      </Tabs.List>
      {TABS.map(([value]) => (
        <Tabs.Panel
          key={value}
          value={value}
          keepMounted
          className="min-h-0 flex-1 -outline-offset-2 data-hidden:hidden"
        >
          {panels[value]}
        </Tabs.Panel>
      ))}
      {foot}
    </Tabs.Root>
  );
}
