import { CloudOff, MessagesSquare } from "lucide-react";
import { useCallback } from "react";
import { Link, threadPath } from "../app/router.tsx";
import { useServices } from "../app/services.ts";
import { useFetched } from "../app/use-fetched.ts";
import { type ThreadRow, threadStatus } from "../server/pages.ts";
import { StatusBadge } from "../thread/status-badge.tsx";
import { Button } from "../ui/button.tsx";
import { count, plural, shortId } from "../ui/format.ts";
import { Notice } from "../ui/notice.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";

const SHOWN = 8;

export function RecentThreads({ isReachable }: { readonly isReachable: boolean }) {
  const { pages } = useServices();
  const [threads, retry] = useFetched(
    useCallback(async (signal) => (await pages.threads({ limit: SHOWN }, signal)).items, [pages]),
    isReachable,
  );
  return (
    <section aria-labelledby="recent" className="mt-12">
      <h2 id="recent" className="mb-2 text-sm font-medium text-quiet">
        Recent threads
      </h2>
      <div className="overflow-hidden rounded-card border border-hairline bg-surface">
        {threads.status === "loading" && <Skeleton />}
        {threads.status === "failed" && (
          <Notice
            tone="red"
            icon={<CloudOff />}
            title="The threads could not be loaded"
            action={<Button onClick={retry}>Try again</Button>}
          >
            {threads.failure.message} {threads.failure.remedy}
          </Notice>
        )}
        {threads.status === "ready" && threads.value.length === 0 && (
          <Notice icon={<MessagesSquare />} title="No threads yet">
            Ask something above. Every thread stays here, whole, until it is deleted.
          </Notice>
        )}
        {threads.status === "ready" && threads.value.length > 0 && (
          <ul>
            {threads.value.map((thread) => (
              <Row key={thread.id} thread={thread} />
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

const ROW = "flex h-11 items-center gap-3 px-4";

function Row({ thread }: { readonly thread: ThreadRow }) {
  return (
    <li className="border-b border-hairline last:border-b-0">
      <Link href={threadPath(thread.id)} className={`${ROW} transition-colors -outline-offset-2 hover:bg-sunken`}>
        <span className="min-w-0 flex-1 truncate text-sm">
          {thread.title === "" ? <span className="font-mono text-xs">{shortId(thread.id, 24)}</span> : thread.title}
        </span>
        <StatusBadge status={threadStatus(thread)} />
        <span
          className="nums w-20 text-right text-xs text-quiet max-md:hidden"
          title={plural(thread.last_seq, "event")}
        >
          {count(thread.last_seq)} {thread.last_seq === 1 ? "event" : "events"}
        </span>
        <span className="w-22 text-right text-xs text-quiet">
          <RelativeTime at={thread.updated_at} />
        </span>
      </Link>
    </li>
  );
}

function Skeleton() {
  return (
    <ul aria-label="Loading threads" aria-busy>
      {[40, 32, 36].map((width) => (
        <li key={width} className={`${ROW} border-b border-hairline last:border-b-0`}>
          <span className="skeleton h-3" style={{ width: `${width}%` }} />
          <span className="flex-1" />
          <span className="skeleton h-3 w-16" />
          <span className="skeleton h-3 w-16" />
        </li>
      ))}
    </ul>
  );
}
