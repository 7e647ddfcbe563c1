import { SearchX } from "lucide-react";
import { useCallback, useDeferredValue, useMemo, useState } from "react";
import type { ThreadView } from "@throughline/protocol";
import { useThread, useThreadSelector } from "@throughline/react";
import type { UseThread } from "@throughline/react";
import { isReachable } from "../app/link.ts";
import { navigate } from "../app/router.tsx";
import { useShortcuts } from "../app/shortcuts.ts";
import { useActivity } from "../app/use-activity.ts";
import { useLink } from "../app/use-link.ts";
import { ChartPanel } from "../chart/chart-panel.tsx";
import { useHistory } from "../history/use-history.ts";
import { useRewind } from "../history/use-rewind.ts";
import { failureOf } from "../server/failure.ts";
import { preferredAgent } from "../settings/preferences.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { Chat } from "./chat.tsx";
import { Composer } from "./composer.tsx";
import { Drawer } from "./drawer.tsx";
import { PageLayout } from "./page-layout.tsx";
import { PlanPanel } from "./plan-panel.tsx";
import { RunControls } from "./run-controls.tsx";
import { Scrubber } from "./scrubber.tsx";
import { Team } from "./team.tsx";
import { ThreadHeading } from "./thread-heading.tsx";
import { lastMoment } from "./timeline-model.ts";
import { useRunClock } from "./use-run-clock.ts";

/** One thread, live or as it was: the conversation, its chart or plan, its team, and its events. */
export default function ThreadPage({ threadId }: { readonly threadId: string }) {
  const thread = useThread(threadId);
  const { view, outgoing, error } = thread;
  useActivity(view);
  const isMissing = useThreadSelector(threadId, isMissingThread);
  // A thread that begins here comes to be with its first message, however that fares.
  const [isNew] = useState(outgoing.length > 0);
  if (isNew || outgoing.length > 0) return <Thread threadId={threadId} {...thread} />;
  if (isMissing) return <Lost title="There is no such thread">{MISSING}</Lost>;
  if (view === null && error !== null) {
    const { message, remedy } = failureOf(error);
    return <Lost title="The thread could not be loaded">{`${message} ${remedy}`}</Lost>;
  }
  return <Thread threadId={threadId} {...thread} />;
}

/** It can be followed all the same: it shows as soon as somebody begins it. */
function isMissingThread({ isLoaded, epoch }: { readonly isLoaded: boolean; readonly epoch: string }): boolean {
  return isLoaded && epoch === "";
}

function Thread({ threadId, view: live, outgoing, ...actions }: UseThread & { readonly threadId: string }) {
  const link = useLink();
  const history = useHistory(threadId, live);
  const rewind = useRewind(threadId, live, history);
  const { view } = rewind;
  const isRewound = rewind.position !== null;
  // A drag must not wait for the conversation to be drawn: it follows as soon as there is time.
  const deferred = useDeferredValue(view);
  const behind = isRewound ? deferred : view;
  const [draft, setDraft] = useState<{ text: string } | null>(null);
  const [isDrawerOpen, setDrawerOpen] = useState(false);
  const toggleDrawer = useCallback(() => setDrawerOpen((isOpen) => !isOpen), []);
  // Looking back comes first: its own Escape leads to live.
  useShortcuts({ e: toggleDrawer, ...(isDrawerOpen && !isRewound && { Escape: toggleDrawer }) });
  const run = live?.runs.at(-1) ?? null;
  const told = useMomentShown(view, history);
  // Cut off or rewound, the page does not know what time it is for the run.
  const now = useRunClock(told, run?.status === "running" && link.phase === "live" && !isRewound);
  const agent = run?.agent ?? outgoing[0]?.agent ?? preferredAgent.get();
  const composer = (
    <Composer
      label="Message"
      placeholder={run?.endSeq === null ? "Ask next; it waits its turn" : "Ask something else"}
      draft={draft}
      onTyping={actions.setTyping}
      onSend={(text) => void actions.send({ agent, text })}
      tools={<p className="truncate px-2 text-xs text-quiet">{agent}</p>}
      actions={<RunControls steering={actions} run={run} />}
    />
  );
  const hasChart = (live?.chart.length ?? 0) > 0;
  return (
    <PageLayout
      asks={live !== null && live.pendingInterrupts.length > 0}
      isDrawerOpen={isDrawerOpen}
      heading={
        <ThreadHeading
          threadId={threadId}
          onFork={actions.fork}
          live={live}
          rewind={rewind}
          history={history}
          firstWords={outgoing[0]?.text ?? null}
        />
      }
      chat={
        <Chat
          actions={actions}
          view={behind}
          isRewound={isRewound}
          outgoing={outgoing}
          isReachable={isReachable(link)}
          onEdit={(text) => setDraft({ text })}
          composer={composer}
        />
      }
      centre={
        hasChart || behind === null ? (
          <ChartPanel threadId={threadId} view={behind} isReachable={isReachable(link)} />
        ) : (
          <PlanPanel view={behind} now={now} />
        )
      }
      team={<Team view={behind} now={now} />}
      drawer={<Drawer threadId={threadId} history={history} rewind={rewind} now={now} />}
      scrubber={
        live === null ? (
          <div className="h-12 shrink-0 border-t border-hairline bg-surface" />
        ) : (
          <Scrubber
            live={live}
            history={history}
            rewind={rewind}
            drawer={{ isOpen: isDrawerOpen, onToggle: toggleDrawer }}
          />
        )
      }
    />
  );
}

/** The newest time that what is shown tells of, in ms since the epoch. */
function useMomentShown(view: ThreadView | null, { events }: { readonly events: readonly TimedEvent[] }): number {
  return useMemo(() => {
    if (view === null) return 0;
    return Math.max(lastMoment(view), events[view.lastSeq - 1]?.event.timestamp ?? 0);
  }, [view, events]);
}

interface TimedEvent {
  readonly event: { readonly timestamp?: number | undefined };
}

const MISSING = "The address may be mistyped, or the thread was deleted. If somebody begins it, it appears here.";

function Lost({ title, children }: { readonly title: string; readonly children: string }) {
  return (
    <div className="grid h-full place-items-center">
      <title>Not found · Throughline</title>
      <h1 className="sr-only">Thread</h1>
      <Notice
        tone="red"
        icon={<SearchX />}
        title={title}
        action={
          <Button tone="primary" onClick={() => navigate("/")}>
            New thread
          </Button>
        }
      >
        {children}
      </Notice>
    </div>
  );
}
