import { Tabs } from "@base-ui/react/tabs";
import { Suspense } from "react";
import { late } from "../app/late.ts";
import type { History } from "../history/use-history.ts";
import type { Rewind } from "../history/use-rewind.ts";
import { Timeline } from "./timeline.tsx";

const EventInspector = late(() => import("./event-inspector.tsx"));
const StatePanel = late(() => import("./state-panel.tsx"));

interface DrawerProps {
  readonly threadId: string;
  readonly history: History;
  readonly rewind: Rewind;
  /** The run's time, in ms since the epoch. */
  readonly now: number;
}

const TAB =
  "relative h-9 text-xs font-medium text-quiet transition-colors data-active:text-ink data-active:after:absolute data-active:after:inset-x-0 data-active:after:bottom-0 data-active:after:h-0.5 data-active:after:rounded-full data-active:after:bg-signal";
const PANEL = "min-h-0 flex-1 data-hidden:hidden -outline-offset-2";

/** What lies beneath the run: its events, when things took place, and the agents' state. */
export function Drawer({ threadId, history, rewind, now }: DrawerProps) {
  const { view } = rewind;
  return (
    <Tabs.Root defaultValue="events" className="flex h-full min-h-0 flex-col bg-surface">
      <Tabs.List className="flex shrink-0 gap-4 border-b border-hairline px-4">
        <Tabs.Tab value="events" className={TAB}>
          Events
        </Tabs.Tab>
        <Tabs.Tab value="timeline" className={TAB}>
          Timeline
        </Tabs.Tab>
        <Tabs.Tab value="state" className={TAB}>
          State
        </Tabs.Tab>
      </Tabs.List>
      <Suspense fallback={null}>
        <Tabs.Panel value="events" className={PANEL}>
          <EventInspector threadId={threadId} history={history} rewind={rewind} />
        </Tabs.Panel>
        <Tabs.Panel value="timeline" className={PANEL}>
          {view !== null && <Timeline view={view} history={history} now={now} />}
        </Tabs.Panel>
        <Tabs.Panel value="state" className={PANEL}>
          {view !== null && <StatePanel view={view} history={history} />}
        </Tabs.Panel>
      </Suspense>
    </Tabs.Root>
  );
}
