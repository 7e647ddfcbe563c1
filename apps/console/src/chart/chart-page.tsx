import { SearchX } from "lucide-react";
import { useThread } from "@throughline/react";
import { navigate, threadPath } from "../app/router.tsx";
import { isReachable } from "../app/link.ts";
import { useActivity } from "../app/use-activity.ts";
import { useLink } from "../app/use-link.ts";
import { failureOf } from "../server/failure.ts";
import { Button } from "../ui/button.tsx";
import { CopyId } from "../ui/copy-id.tsx";
import { Notice } from "../ui/notice.tsx";
import { ChartPanel } from "./chart-panel.tsx";

/** A thread's chart alone, live: for a second screen, or to be linked to. */
export default function ChartPage({ threadId }: { readonly threadId: string }) {
  const { view, error } = useThread(threadId);
  const link = useLink();
  useActivity(view);
  const failure = view === null && error !== null ? failureOf(error) : null;
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
        {failure !== null ? (
          <Notice tone="red" icon={<SearchX />} title="The chart could not be loaded" className="pt-24">
            {failure.message} {failure.remedy}
          </Notice>
        ) : (
          <ChartPanel threadId={threadId} view={view} isReachable={isReachable(link)} isPage />
        )}
      </div>
    </div>
  );
}
