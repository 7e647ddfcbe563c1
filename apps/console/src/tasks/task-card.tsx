import type { Task } from "@throughline/protocol";
import { checklistWords } from "@throughline/react";
import { Link, taskPath } from "../app/router.tsx";
import { labelOf } from "../home/agents.ts";
import { ProgressBar } from "../ui/progress-bar.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { PriorityTag } from "./task-status.tsx";

/** A task on the board. */
export function TaskCard({ task }: { readonly task: Task }) {
  const checked = checklistWords(task);
  return (
    <li className="arrive">
      <Link
        data-row
        href={taskPath(task.id)}
        className="flex flex-col gap-2 rounded-card border border-hairline bg-surface p-3 transition-colors hover:border-strong-line"
      >
        <span className="line-clamp-2 text-sm font-medium wrap-anywhere">{task.title}</span>
        {task.status === "running" && task.progress !== null && <ProgressBar label="Progress" value={task.progress} />}
        <span className="nums flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-quiet">
          <PriorityTag priority={task.priority} />
          {task.agent !== null && <span>{labelOf(task.agent)}</span>}
          {checked !== null && <span>{checked} done</span>}
          <span className="ml-auto">
            <RelativeTime at={Date.parse(task.updated_at)} />
          </span>
        </span>
      </Link>
    </li>
  );
}
