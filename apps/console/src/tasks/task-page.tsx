import { ArrowLeft, Pause, Play, RotateCw, Square, Trash2 } from "lucide-react";
import { useCallback, useState } from "react";
import type { ReactNode } from "react";
import type { Task } from "@throughline/protocol";
import { TASK_ACTIONS, type TaskAction } from "@throughline/react";
import { Link, navigate, threadPath } from "../app/router.tsx";
import { useServices } from "../app/services.ts";
import { usePolled } from "../app/use-polled.ts";
import { failureOf } from "../server/failure.ts";
import { Button } from "../ui/button.tsx";
import { Page } from "../ui/page.tsx";
import { PolledView } from "../ui/polled-view.tsx";
import { TaskDetail } from "./task-detail.tsx";

const EVERY_MS = 1_000;

/** One task: what it is, how far it is, what it came to, and how to steer it. */
export default function TaskPage({ taskId }: { readonly taskId: string }) {
  const { pages } = useServices();
  const [task, refresh] = usePolled(
    useCallback((signal: AbortSignal) => pages.task(taskId, signal), [pages, taskId]),
    EVERY_MS,
  );
  return (
    <Page
      isNarrow
      title={task.value?.title ?? "Task"}
      description={
        <Link href="/tasks" className="inline-flex items-center gap-1 rounded-control hover:text-ink">
          <ArrowLeft aria-hidden className="size-3.5" /> All tasks
        </Link>
      }
      tools={task.value !== null && <Steer task={task.value} onChange={refresh} />}
    >
      <PolledView polled={task} what="The task" onRetry={refresh} skeleton={<Skeleton />}>
        {(value) => (
          <TaskDetail
            task={value}
            onChange={async (change) => {
              await pages.changeTask(value.id, change);
              refresh();
            }}
          />
        )}
      </PolledView>
    </Page>
  );
}

/** What can be done with a task as it stands. */
function Steer({ task, onChange }: { readonly task: Task; readonly onChange: () => void }) {
  const { pages } = useServices();
  const [asked, setAsked] = useState<TaskAction | "delete" | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const steer = (action: TaskAction | "delete") => () => {
    setAsked(action);
    setProblem(null);
    const work = action === "delete" ? pages.deleteTask(task.id) : pages.steerTask(task.id, action);
    work
      .then(
        () => (action === "delete" ? navigate("/tasks") : onChange()),
        (error: unknown) => setProblem(failureOf(error).message),
      )
      .finally(() => setAsked(null));
  };
  const actions = TASK_ACTIONS[task.status];
  const isHeld = actions.includes("cancel");
  return (
    <>
      {problem !== null && (
        <p role="alert" className="text-xs text-red">
          {problem}
        </p>
      )}
      <Link
        href={threadPath(`task:${task.id}`)}
        className="inline-flex h-8 items-center rounded-control border border-hairline bg-surface px-3 text-sm font-medium hover:bg-sunken"
      >
        Open its run
      </Link>
      {actions.map((action) => (
        <Button key={action} tone={TONES[action]} disabled={asked !== null} onClick={steer(action)}>
          {task.status !== "pending" && action === "run" ? AGAIN : LABELS[action]}
        </Button>
      ))}
      {!isHeld && (
        <Button
          tone="danger"
          size="icon"
          disabled={asked !== null}
          aria-label="Delete the task"
          onClick={steer("delete")}
        >
          <Trash2 aria-hidden />
        </Button>
      )}
    </>
  );
}

const TONES = { run: "primary", pause: "plain", resume: "plain", cancel: "danger" } as const;

const LABELS: Readonly<Record<TaskAction, ReactNode>> = {
  run: (
    <>
      <Play aria-hidden /> Run
    </>
  ),
  pause: (
    <>
      <Pause aria-hidden /> Pause
    </>
  ),
  resume: (
    <>
      <Play aria-hidden /> Go on
    </>
  ),
  cancel: (
    <>
      <Square aria-hidden className="size-3! fill-current" /> Stop
    </>
  ),
};

const AGAIN = (
  <>
    <RotateCw aria-hidden /> Run again
  </>
);

function Skeleton() {
  return (
    <div role="status" aria-busy aria-label="Loading the task" className="flex flex-col gap-4">
      <span className="skeleton h-16 w-full rounded-card" />
      <span className="skeleton h-32 w-full rounded-card" />
    </div>
  );
}
