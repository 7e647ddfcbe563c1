import { ListChecks, Plus, SearchX } from "lucide-react";
import { useCallback, useRef, useState } from "react";
import type { Task, TaskStatus } from "@throughline/protocol";
import { TASK_STATUS_NAMES, TASK_STATUSES } from "@throughline/react";
import { useServices } from "../app/services.ts";
import { useRowKeys, useShortcuts } from "../app/shortcuts.ts";
import { useFilters } from "../app/use-filters.ts";
import { usePaged } from "../app/use-paged.ts";
import { Button } from "../ui/button.tsx";
import { SearchField } from "../ui/filters.tsx";
import { More } from "../ui/more.tsx";
import { Notice } from "../ui/notice.tsx";
import { Card, Page } from "../ui/page.tsx";
import { PolledView } from "../ui/polled-view.tsx";
import { NewTaskDialog } from "./new-task-dialog.tsx";
import { TaskCard } from "./task-card.tsx";

const EVERY_MS = 2_000;
const PAGE_SIZE = 100;

const FILTERS = ["q", "agent"] as const;

/** The tasks as a board, by how they stand. */
export default function TasksPage() {
  const { pages } = useServices();
  const { values, isFiltered, set, clear } = useFilters(FILTERS);
  const { q, agent } = values;
  const [isMaking, setMaking] = useState(false);
  const board = useRef<HTMLDivElement>(null);
  useRowKeys(board);
  useShortcuts({ c: () => setMaking(true) });
  const { list, refresh, onMore, isGrowing } = usePaged(
    useCallback((limit: number, signal: AbortSignal) => pages.tasks({ q, agent, limit }, signal), [pages, q, agent]),
    { pageSize: PAGE_SIZE, everyMs: EVERY_MS },
  );
  const make = (
    <Button tone="primary" onClick={() => setMaking(true)}>
      <Plus aria-hidden /> New task
    </Button>
  );
  return (
    <Page
      title="Tasks"
      description="What agents have to do, and how far they are."
      tools={
        <>
          <SearchField
            label="Search tasks"
            value={q}
            onChange={(value) => set({ q: value })}
            className="w-56 max-md:w-full"
          />
          {make}
        </>
      }
    >
      <div ref={board}>
        <PolledView polled={list} what="The tasks" onRetry={refresh} skeleton={<Skeleton />}>
          {({ items }) =>
            items.length > 0 ? (
              <Board tasks={items} />
            ) : (
              <Card>
                <Notice
                  icon={isFiltered ? <SearchX /> : <ListChecks />}
                  title={isFiltered ? "No task is like that" : "No tasks yet"}
                  className="py-16"
                  action={isFiltered ? <Button onClick={clear}>Show all tasks</Button> : make}
                >
                  {!isFiltered && "A task is given to an agent, runs durably, and keeps its whole history."}
                </Notice>
              </Card>
            )
          }
        </PolledView>
      </div>
      {onMore !== null && <More isBusy={isGrowing} onMore={onMore} />}
      <NewTaskDialog open={isMaking} onOpenChange={setMaking} />
    </Page>
  );
}

const GRID =
  "grid gap-3 max-md:grid-cols-1 md:grid-cols-3 xl:auto-cols-fr xl:grid-flow-col xl:grid-cols-none items-start";
/** Columns that show only while something stands in them. */
const RARE: readonly TaskStatus[] = ["paused", "failed", "cancelled"];

const NOTHING: Readonly<Record<TaskStatus, string>> = {
  pending: "Nothing waits to be begun.",
  running: "No agent is at work.",
  paused: "Nothing is on hold.",
  completed: "Nothing is done yet.",
  failed: "Nothing has failed.",
  cancelled: "Nothing was called off.",
};

function Board({ tasks }: { readonly tasks: readonly Task[] }) {
  const columns = TASK_STATUSES.map((status) => ({
    status,
    name: TASK_STATUS_NAMES[status],
    own: tasks.filter((task) => task.status === status),
  })).filter(({ status, own }) => own.length > 0 || !RARE.includes(status));
  return (
    <div className={GRID}>
      {columns.map(({ status, name, own }) => (
        <section key={status} aria-label={name} className="min-w-0">
          <h2 className="mb-2 flex items-center gap-2 px-1 text-xs font-medium text-quiet">
            {name} <span className="nums font-normal">{own.length}</span>
          </h2>
          {own.length === 0 ? (
            <p className="rounded-card border border-dashed border-hairline px-3 py-4 text-center text-xs text-quiet">
              {NOTHING[status]}
            </p>
          ) : (
            <ul className="flex flex-col gap-2">
              {own.map((task) => (
                <TaskCard key={task.id} task={task} />
              ))}
            </ul>
          )}
        </section>
      ))}
    </div>
  );
}

function Skeleton() {
  return (
    <div role="status" aria-busy aria-label="Loading tasks" className={GRID}>
      {[3, 2, 3].map((cards, column) => (
        <div key={column} className="flex flex-col gap-2">
          <span className="skeleton h-4 w-24" />
          {Array.from({ length: cards }, (_, card) => (
            <span key={card} className="skeleton h-20 rounded-card" />
          ))}
        </div>
      ))}
    </div>
  );
}
