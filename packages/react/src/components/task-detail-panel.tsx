import { useState } from "react";
import type { ReactNode } from "react";
import type { Task } from "@throughline/protocol";
import { percent } from "../format.ts";
import { refusalOf } from "../refusal.ts";
import { TASK_ACTIONS, TASK_STATUS_NAMES, type TaskAction } from "../tasks.ts";

export interface TaskDetailPanelProps {
  readonly task: Task;
  /** Steers the task; may reject, and then the reason is shown. Without it there is nothing to press. */
  readonly onAction?: (action: TaskAction, task: Task) => Promise<void> | void;
  /** A point of the checklist was ticked or unticked. Without it the checklist can only be read. */
  readonly onCheck?: (index: number, done: boolean, task: Task) => Promise<void> | void;
  readonly onClose?: () => void;
  readonly className?: string;
  /** Stands below, such as the task's conversation. */
  readonly children?: ReactNode;
}

/** One task with all that is known of it, and the ways to steer it. */
export function TaskDetailPanel({ task, onAction, onCheck, onClose, className, children }: TaskDetailPanelProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const attempt = (work: () => Promise<void> | void): void => {
    setProblem(null);
    void refusalOf(work).then((error) => {
      if (error !== null) setProblem(error.message);
    });
  };
  return (
    <article data-tl="task-detail-panel" data-state={task.status} aria-label={task.title} className={className}>
      <header>
        <h2>{task.title}</h2>
        <span data-tl="badge">{TASK_STATUS_NAMES[task.status]}</span>
        {onClose !== undefined && (
          <button type="button" data-tl="button" onClick={onClose}>
            Close
          </button>
        )}
      </header>
      {task.description !== "" && <p data-tl="description">{task.description}</p>}
      {onAction !== undefined && (
        <div data-tl="options">
          {TASK_ACTIONS[task.status].map((action) => (
            <button key={action} type="button" data-tl="button" onClick={() => attempt(() => onAction(action, task))}>
              {ACTION_NAMES[action]}
            </button>
          ))}
        </div>
      )}
      {problem !== null && (
        <p role="alert" data-tl="problem">
          {problem}
        </p>
      )}
      <Facts task={task} />
      {task.checklist.length > 0 && (
        <Checklist task={task} onCheck={onCheck && ((index, done) => attempt(() => onCheck(index, done, task)))} />
      )}
      {task.result != null && <Result value={task.result} />}
      {children}
    </article>
  );
}

const ACTION_NAMES: Readonly<Record<TaskAction, string>> = {
  run: "Run",
  pause: "Pause",
  resume: "Resume",
  cancel: "Cancel",
};

function Facts({ task }: { readonly task: Task }) {
  const { priority, agent, tags, progress, confidence } = task;
  const facts: readonly (readonly [string, string | null])[] = [
    ["Agent", agent],
    ["Priority", priority],
    ["Tags", tags.length === 0 ? null : tags.join(", ")],
    ["Progress", progress === null ? null : `${percent(progress)} %`],
    ["Confidence", confidence === null ? null : confidence.toFixed(2)],
  ];
  return (
    <dl data-tl="facts">
      {facts.flatMap(([name, value]) =>
        value === null ? [] : [<dt key={name}>{name}</dt>, <dd key={`${name} value`}>{value}</dd>],
      )}
      <dt>Changed</dt>
      <dd>
        <time dateTime={task.updated_at}>{task.updated_at.replace("T", " ").slice(0, 16)} UTC</time>
      </dd>
    </dl>
  );
}

interface ChecklistProps {
  readonly task: Task;
  readonly onCheck: ((index: number, done: boolean) => void) | undefined;
}

function Checklist({ task, onCheck }: ChecklistProps) {
  return (
    <ul data-tl="checklist" aria-label="Checklist">
      {task.checklist.map(({ text, done }, index) => (
        <li key={index}>
          <label>
            <input
              type="checkbox"
              checked={done}
              disabled={onCheck === undefined}
              onChange={(event) => onCheck?.(index, event.target.checked)}
            />
            {text}
          </label>
        </li>
      ))}
    </ul>
  );
}

function Result({ value }: { readonly value: unknown }) {
  return (
    <section aria-label="Result">
      <h3>Result</h3>
      <pre tabIndex={0}>{typeof value === "string" ? value : JSON.stringify(value, null, 2)}</pre>
    </section>
  );
}
