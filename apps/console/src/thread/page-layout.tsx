import { Tabs } from "@base-ui/react/tabs";
import { useState } from "react";
import type { ReactNode } from "react";
import { useShortcuts } from "../app/shortcuts.ts";
import { useMediaQuery } from "../app/use-media-query.ts";

interface PageLayoutProps {
  readonly heading: ReactNode;
  readonly chat: ReactNode;
  /** The chart or the plan. */
  readonly centre: ReactNode;
  readonly team: ReactNode;
  readonly drawer: ReactNode;
  readonly isDrawerOpen: boolean;
  readonly scrubber: ReactNode;
  /** A question is open: the chat's tab says so. */
  readonly asks: boolean;
}

const TABS = [
  ["chat", "Chat"],
  ["centre", "Chart"],
  ["team", "Tasks"],
  ["drawer", "Events"],
] as const;
type Tab = (typeof TABS)[number][0];

/** Three columns where there is room, two with the team under the chart, or one with tabs. */
export function PageLayout(props: PageLayoutProps) {
  const isNarrow = useMediaQuery("(max-width: 759px)");
  return isNarrow ? <Tabbed {...props} /> : <Columns {...props} />;
}

function Columns({ heading, chat, centre, team, drawer, isDrawerOpen, scrubber }: PageLayoutProps) {
  return (
    <div className="flex h-full flex-col">
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(340px,1fr)_minmax(0,1.1fr)] grid-rows-[minmax(0,1.4fr)_minmax(0,1fr)] xl:grid-cols-[minmax(400px,1fr)_minmax(0,1.35fr)_264px] xl:grid-rows-1">
        <div className="row-span-2 flex min-h-0 min-w-0 flex-col xl:row-span-1">
          {heading}
          <div className="min-h-0 flex-1">{chat}</div>
        </div>
        <div className="min-h-0 min-w-0 border-l border-hairline bg-surface">{centre}</div>
        <div className="min-h-0 min-w-0 border-l border-hairline max-xl:border-t">{team}</div>
      </div>
      {isDrawerOpen && <div className="h-[min(340px,45%)] shrink-0 border-t border-hairline">{drawer}</div>}
      {scrubber}
    </div>
  );
}

function Tabbed({ heading, chat, centre, team, drawer, scrubber, asks }: PageLayoutProps) {
  const [tab, setTab] = useState<Tab>("chat");
  useShortcuts({
    "1": () => setTab("chat"),
    "2": () => setTab("centre"),
    "3": () => setTab("team"),
    "4": () => setTab("drawer"),
  });
  const panels: Record<Tab, ReactNode> = { chat, centre, team, drawer };
  return (
    <Tabs.Root value={tab} onValueChange={(value) => setTab(value as Tab)} className="flex h-full flex-col">
      {heading}
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
          // The events are many: they are there only while one looks at them.
          keepMounted={value !== "drawer"}
          className="relative min-h-0 flex-1 -outline-offset-2 data-hidden:hidden"
        >
          {panels[value]}
        </Tabs.Panel>
      ))}
      {scrubber}
    </Tabs.Root>
  );
}
