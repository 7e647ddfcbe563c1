import { SearchX } from "lucide-react";
import { useCallback } from "react";
import { navigate, threadPath } from "../app/router.tsx";
import { useFollowed } from "../app/followed.ts";
import { isReachable } from "../live/link.ts";
import { useSession } from "../thread/use-session.ts";
import { Button } from "../ui/button.tsx";
import { CopyId } from "../ui/copy-id.tsx";
import { Notice } from "../ui/notice.tsx";
import { ChartPanel } from "./chart-panel.tsx";

/** A thread's chart alone, live: for a second screen, or to be linked to. */
export default function ChartPage({ threadId }: { readonly threadId: string }) {
  const { session, feed, link } = useSession(threadId);
  const retry = useCallback(
    () => (session.live.feed.peek().connection.phase === "refused" ? session.open() : session.live.nudge()),
    [session],
  );
  useFollowed({ link, activity: feed.view?.lastSeq ?? 0, onRetry: retry });
  return (
    <div className="flex h-full flex-col">
      <title>Chart · Throughline</title>
      <header className="flex h-11 shrink-0 items-center gap-2 px-4">
        <h1 className="text-sm font-medium">Chart</h1>
        <CopyId id={threadId} label="Thread" />
        <Button tone="ghost" size="small" onClick={() => navigate(threadPath(threadId))}>
          Open the thread
        </Button>
      </header>
      <div className="min-h-0 flex-1 border-t border-hairline bg-surface">
        {link.phase === "refused" && feed.view === null ? (
          <Notice
            tone="red"
            icon={<SearchX />}
            title="The chart could not be loaded"
            className="pt-24"
            action={<Button onClick={() => session.open()}>Try again</Button>}
          >
            {link.failure.message} {link.failure.remedy}
          </Notice>
        ) : (
          <ChartPanel threadId={threadId} view={feed.view} isReachable={isReachable(link)} isPage />
        )}
      </div>
    </div>
  );
}
