import { SearchX } from "lucide-react";
import { useMemo, useState } from "react";
import type { ThreadView } from "@throughline/protocol";
import { navigate } from "../app/router.tsx";
import { Shell } from "../app/shell.tsx";
import { ChartPanel } from "../chart/chart-panel.tsx";
import { DEFAULT_AGENT } from "../home/agents.ts";
import type { Failure } from "../live/failure.ts";
import { isReachable } from "../live/link.ts";
import { Button } from "../ui/button.tsx";
import { CopyId } from "../ui/copy-id.tsx";
import { Notice } from "../ui/notice.tsx";
import { Chat } from "./chat.tsx";
import { Composer } from "./composer.tsx";
import { PageLayout } from "./page-layout.tsx";
import { RunControls } from "./run-controls.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { Team } from "./team.tsx";
import { lastMoment } from "./timeline-model.ts";
import { Timeline } from "./timeline.tsx";
import { useRunClock } from "./use-run-clock.ts";
import { useSession } from "./use-session.ts";
import type { Watched } from "./use-session.ts";

/** One thread, live: the conversation, its chart, its team, and the time they take. */
export function ThreadPage({ threadId }: { readonly threadId: string }) {
  const watched = useSession(threadId);
  const { session, feed, link, outgoing } = watched;
  const { view } = feed;
  const isLost = link.phase === "refused" && view === null && outgoing.length === 0;
  return (
    <Shell
      link={link}
      activity={view?.lastSeq ?? 0}
      follows
      onRetry={() => (link.phase === "refused" ? session.open() : session.live.nudge())}
      heading={<Heading threadId={threadId} view={view} firstWords={outgoing[0]?.text ?? null} />}
    >
      {isLost ? <Lost failure={link.failure} onRetry={() => session.open()} /> : <Thread {...watched} />}
    </Shell>
  );
}

function Thread({ session, feed, link, outgoing }: Watched) {
  const { view, spans } = feed;
  const [draft, setDraft] = useState<{ text: string } | null>(null);
  const run = view?.runs.at(-1) ?? null;
  const told = useMemo(() => (view === null ? 0 : lastMoment(view, spans)), [view, spans]);
  // Cut off, the page does not know what time it is for the run.
  const now = useRunClock(told, run?.status === "running" && link.phase === "live");
  const agent = run?.agent ?? outgoing[0]?.agent ?? DEFAULT_AGENT;
  const composer = (
    <Composer
      label="Message"
      placeholder={run?.endSeq === null ? "Ask next; it waits its turn" : "Ask something else"}
      draft={draft}
      onSend={(text) => session.outbox.send(agent, text)}
      tools={<p className="truncate px-2 text-xs text-quiet">{agent}</p>}
      actions={<RunControls session={session} run={run} />}
    />
  );
  return (
    <PageLayout
      asks={view !== null && view.pendingInterrupts.length > 0}
      chat={
        <Chat
          session={session}
          view={view}
          outgoing={outgoing}
          onEdit={(text) => setDraft({ text })}
          composer={composer}
        />
      }
      chart={<ChartPanel threadId={session.threadId} view={view} isReachable={isReachable(link)} />}
      team={<Team view={view} now={now} />}
      foot={
        view === null ? (
          <div className="h-26 shrink-0 border-t border-hairline bg-surface max-md:h-14" />
        ) : (
          <Timeline view={view} spans={spans} now={now} />
        )
      }
    />
  );
}

function Heading({
  threadId,
  view,
  firstWords,
}: {
  readonly threadId: string;
  readonly view: ThreadView | null;
  readonly firstWords: string | null;
}) {
  const title = titleOf(view) ?? firstWords;
  const run = view?.runs.at(-1);
  return (
    <>
      <title>{`${title ?? threadId} · Throughline`}</title>
      <span aria-hidden className="text-hairline max-md:hidden">
        /
      </span>
      {title === null ? (
        <h1 className="sr-only">Thread {threadId}</h1>
      ) : (
        <h1 className="min-w-0 truncate text-sm font-medium">{title}</h1>
      )}
      <span className="max-xl:hidden">
        <CopyId id={threadId} label="Thread" />
      </span>
      {run !== undefined && <StatusBadge status={run.status} className="max-md:hidden" />}
    </>
  );
}

/** A thread is called by the first thing that was asked in it. */
function titleOf(view: ThreadView | null): string | null {
  const first = view?.messages.find((message) => message.role === "user");
  return first?.role === "user" && typeof first.content === "string" ? first.content : null;
}

function Lost({ failure, onRetry }: { readonly failure: Failure; readonly onRetry: () => void }) {
  const isMissing = failure.status === 404;
  return (
    <div className="grid h-full place-items-center">
      <Notice
        tone="red"
        icon={<SearchX />}
        title={isMissing ? "There is no such thread" : "The thread could not be loaded"}
        action={
          <div className="flex gap-2">
            <Button onClick={onRetry}>Try again</Button>
            <Button tone="primary" onClick={() => navigate("/")}>
              New thread
            </Button>
          </div>
        }
      >
        {isMissing ? "The address may be mistyped, or the thread was deleted." : `${failure.message} ${failure.remedy}`}
      </Notice>
    </div>
  );
}
