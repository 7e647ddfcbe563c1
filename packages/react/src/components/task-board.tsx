import type { ReactNode } from "react";
import type { Task, TaskStatus } from "@throughline/protocol";
import { percent } from "../format.ts";
import { checklistWords, TASK_STATUS_NAMES, TASK_STATUSES } from "../tasks.ts";
import { Icon } from "./icon.tsx";

export interface TaskBoardProps {
  readonly tasks: readonly Task[];
  /** Which columns there are, in their order. Default all; a status that is left out is not shown. */
  readonly columns?: readonly TaskStatus[];
  /** A task was chosen; without it the cards are no buttons. */
  readonly onOpen?: (task: Task) => void;
  readonly className?: string;
  /** Shows one task; default its title, who works on it and how far it is. */
  readonly children?: (task: Task) => ReactNode;
}

/** Tasks in columns, by their status. */
export function TaskBoard({ tasks, columns = TASK_STATUSES, onOpen, className, children }: TaskBoardProps) {
  return (
    <div data-tl="task-board" className={className}>
      {columns.map((status) => (
        <Column key={status} status={status} tasks={tasks.filter((task) => task.status === status)}>
          {(task) => (
            <Card task={task} onOpen={onOpen}>
              {children === undefined ? <CardContent task={task} /> : children(task)}
            </Card>
          )}
        </Column>
      ))}
    </div>
  );
}

interface ColumnProps {
  readonly status: TaskStatus;
  readonly tasks: readonly Task[];
  readonly children: (task: Task) => ReactNode;
}

function Column({ status, tasks, children }: ColumnProps) {
  const name = TASK_STATUS_NAMES[status];
  return (
    <section data-tl="column" data-state={status} aria-label={name}>
      <h3>
        {name} <span data-tl="detail">{tasks.length}</span>
      </h3>
      {tasks.length === 0 ? (
        <p data-tl="empty">None</p>
      ) : (
        <ul>
          {tasks.map((task) => (
            <li key={task.id}>{children(task)}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface CardProps {
  readonly task: Task;
  readonly onOpen: ((task: Task) => void) | undefined;
  readonly children: ReactNode;
}

function Card({ task, onOpen, children }: CardProps) {
  if (onOpen === undefined) return <div data-tl="task">{children}</div>;
  return (
    <button type="button" data-tl="task" onClick={() => onOpen(task)}>
      {children}
    </button>
  );
}

function CardContent({ task }: { readonly task: Task }) {
  const { title, priority, agent, progress } = task;
  const checked = checklistWords(task);
  return (
    <>
      <span data-tl="name">{title}</span>
      <span data-tl="detail">
        {priority !== null && <span data-priority={priority}>{priority}</span>}
        {agent !== null && <span>{agent}</span>}
        {checked !== null && (
          <span>
            <Icon name="check" /> {checked}
          </span>
        )}
        {progress !== null && <span>{percent(progress)} %</span>}
      </span>
    </>
  );
}
