import { Menu } from "@base-ui/react/menu";
import { Copy, Download, ExternalLink, FileText, GitFork, MoreHorizontal, Terminal, Unplug } from "lucide-react";
import type { LucideIcon } from "lucide-react";
import { useState } from "react";
import type { ThreadView } from "@throughline/protocol";
import { navigate, threadPath } from "../app/router.tsx";
import { useServices } from "../app/services.ts";
import { curlOf, toMarkdown, toNdjson } from "../history/exports.ts";
import type { History } from "../history/use-history.ts";
import type { Rewind } from "../history/use-rewind.ts";
import { failureOf } from "../server/failure.ts";
import { CopyId } from "../ui/copy-id.tsx";
import { download } from "../ui/download.ts";
import { whole } from "../ui/format.ts";
import { StatusBadge } from "./status-badge.tsx";
import { Watchers } from "./watchers.tsx";

interface ThreadHeadingProps {
  readonly threadId: string;
  /** @returns the new thread's id */
  readonly onFork: (at: number) => Promise<string>;
  /** The thread as it is now. */
  readonly live: ThreadView | null;
  readonly rewind: Rewind;
  readonly history: History;
  /** Of a message that is still on its way. */
  readonly firstWords: string | null;
}

/** What the thread is about, how it stands, and what can be done with all of it. */
export function ThreadHeading({ firstWords, ...thread }: ThreadHeadingProps) {
  const { threadId, live } = thread;
  const title = titleOf(live) ?? firstWords;
  const run = live?.runs.at(-1);
  return (
    <header className="flex h-11 shrink-0 items-center gap-2 border-b border-hairline pr-2 pl-4">
      <title>{`${title ?? threadId} · Throughline`}</title>
      {title === null ? (
        <h1 className="min-w-0 flex-1 truncate font-mono text-xs text-quiet">{threadId}</h1>
      ) : (
        <h1 className="min-w-0 flex-1 truncate text-sm font-medium">{title}</h1>
      )}
      {run !== undefined && <StatusBadge status={run.status} />}
      <span className="max-xl:hidden">
        <CopyId id={threadId} label="Thread" />
      </span>
      <Watchers threadId={threadId} />
      {live !== null && <Actions {...thread} live={live} />}
    </header>
  );
}

/** A thread is called by the first thing that was asked in it. */
function titleOf(view: ThreadView | null): string | null {
  const first = view?.messages.find((message) => message.role === "user");
  return first?.role === "user" && typeof first.content === "string" ? first.content : null;
}

interface ActionsProps extends Omit<ThreadHeadingProps, "firstWords"> {
  readonly live: ThreadView;
}

function Actions({ threadId, live, rewind, history, onFork }: ActionsProps) {
  const { network } = useServices();
  const [problem, setProblem] = useState<string | null>(null);
  const at = rewind.position ?? live.lastSeq;
  const shown = rewind.view ?? live;
  const exportEvents = async (): Promise<void> => {
    await history.load();
    download(`${threadId}.ndjson`, "application/x-ndjson", toNdjson(history.events.slice(0, at)));
  };
  const fork = (): void => {
    setProblem(null);
    onFork(at).then(
      (id) => navigate(threadPath(id)),
      (error: unknown) => setProblem(failureOf(error).message),
    );
  };
  const until = rewind.position === null ? "" : ` up to event ${whole(at)}`;
  return (
    <>
      {problem !== null && (
        <span role="alert" className="truncate text-xs text-red" title={problem}>
          {problem}
        </span>
      )}
      <Menu.Root>
        <Menu.Trigger
          aria-label="Thread actions"
          className="grid size-8 shrink-0 place-items-center rounded-control text-quiet transition-colors hover:bg-sunken hover:text-ink"
        >
          <MoreHorizontal aria-hidden className="size-4" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner sideOffset={4} align="end" className="z-50">
            <Menu.Popup className="min-w-60 rounded-card border border-hairline bg-raised p-1 shadow-float outline-none">
              <Item icon={ExternalLink} onClick={() => window.open(location.href, "_blank", "noopener")}>
                Open a second tab
              </Item>
              <Item icon={Unplug} onClick={() => network.kill()}>
                Kill my connection
              </Item>
              <Item icon={GitFork} onClick={fork}>
                {rewind.position === null ? "Fork this thread" : `Fork at event ${whole(at)}`}
              </Item>
              <Menu.Separator className="my-1 h-px bg-hairline" />
              <Item icon={Download} onClick={() => void exportEvents()}>
                Events as NDJSON{until}
              </Item>
              <Item
                icon={FileText}
                onClick={() => download(`${threadId}.md`, "text/markdown; charset=utf-8", toMarkdown(shown))}
              >
                Conversation as Markdown{until}
              </Item>
              <Item icon={Terminal} onClick={() => copy(curlOf(location.origin, threadId, 0, 1_000))}>
                Copy as curl
              </Item>
              <Item icon={Copy} onClick={() => copy(threadId)}>
                Copy the id
              </Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </>
  );
}

function copy(text: string): void {
  // Refused outside a secure context; the address bar and the id beside the title hold the same.
  navigator.clipboard?.writeText(text).catch(() => {});
}

interface ItemProps {
  readonly icon: LucideIcon;
  readonly onClick: () => void;
  readonly children: React.ReactNode;
}

function Item({ icon: Icon, onClick, children }: ItemProps) {
  return (
    <Menu.Item
      onClick={onClick}
      className="flex h-8 items-center gap-2.5 rounded-control px-2 text-sm outline-none select-none data-highlighted:bg-sunken"
    >
      <Icon aria-hidden className="size-4 text-quiet" />
      {children}
    </Menu.Item>
  );
}
