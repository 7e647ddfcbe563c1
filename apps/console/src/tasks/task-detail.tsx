import { Check, Circle } from "lucide-react";
import { Suspense, useState } from "react";
import type { ReactNode } from "react";
import type { Task } from "@throughline/protocol";
import { checklistWords } from "@throughline/react";
import { late } from "../app/late.ts";
import { labelOf } from "../home/agents.ts";
import { failureOf } from "../server/failure.ts";
import { CopyId } from "../ui/copy-id.tsx";
import { Card } from "../ui/page.tsx";
import { ProgressBar } from "../ui/progress-bar.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { PriorityTag, TaskStatusBadge } from "./task-status.tsx";

const JsonTree = late(() => import("../ui/json-tree.tsx"));

interface TaskDetailProps {
  readonly task: Task;
  /** Rejects when the change was not taken. */
  readonly onChange: (change: Partial<Task>) => Promise<void>;
}

export function TaskDetail({ task, onChange }: TaskDetailProps) {
  return (
    <div className="flex flex-col gap-6">
      <Facts task={task} />
      {task.description !== "" && (
        <Section title="Description">
          <p className="px-4 py-3 text-base wrap-anywhere whitespace-pre-wrap">{task.description}</p>
        </Section>
      )}
      {task.checklist.length > 0 && <Checklist task={task} onChange={onChange} />}
      {task.result !== null && task.result !== undefined && (
        <Section title="Result">
          {typeof task.result === "string" ? (
            <p className="px-4 py-3 text-base wrap-anywhere whitespace-pre-wrap">{task.result}</p>
          ) : (
            <Suspense fallback={<span className="skeleton m-4 block h-16" />}>
              <JsonTree label="Result" value={task.result} />
            </Suspense>
          )}
        </Section>
      )}
    </div>
  );
}

function Facts({ task }: { readonly task: Task }) {
  return (
    <Card>
      <dl className="nums grid grid-cols-[repeat(auto-fit,minmax(128px,1fr))] gap-x-4 gap-y-3 px-4 py-3 text-sm [&_dt]:mb-0.5 [&_dt]:text-xs [&_dt]:text-quiet">
        <Fact name="Status">
          <TaskStatusBadge status={task.status} />
        </Fact>
        <Fact name="Priority">{task.priority === null ? "–" : <PriorityTag priority={task.priority} />}</Fact>
        <Fact name="Agent">{task.agent === null ? "Whoever runs it" : labelOf(task.agent)}</Fact>
        <Fact name="Confidence">{task.confidence === null ? "–" : task.confidence.toFixed(2)}</Fact>
        <Fact name="Changed">
          <RelativeTime at={Date.parse(task.updated_at)} />
        </Fact>
        <Fact name="Made">
          <RelativeTime at={Date.parse(task.created_at)} />
        </Fact>
        <Fact name="Id">
          <CopyId id={task.id} label="Task" />
        </Fact>
      </dl>
      {task.progress !== null && (
        <div className="px-4 pb-4">
          <ProgressBar label="Progress" value={task.progress} />
        </div>
      )}
    </Card>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt>{name}</dt>
      <dd className="truncate">{children}</dd>
    </div>
  );
}

function Section({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: string;
  readonly children: ReactNode;
}) {
  return (
    <section aria-label={title}>
      <h2 className="nums mb-2 flex justify-between text-sm font-medium text-quiet">
        {title} <span className="font-normal">{aside}</span>
      </h2>
      <Card>{children}</Card>
    </section>
  );
}

/** Each item can be ticked by hand. */
function Checklist({ task, onChange }: TaskDetailProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const { checklist } = task;
  const tick = (index: number): void => {
    setProblem(null);
    const next = checklist.map((item, place) => (place === index ? { ...item, done: !item.done } : item));
    onChange({ checklist: next }).catch((error: unknown) => setProblem(failureOf(error).message));
  };
  return (
    <Section title="Checklist" aside={checklistWords(task) ?? ""}>
      <ul className="divide-y divide-hairline">
        {checklist.map(({ text, done }, index) => (
          <li key={index}>
            <button
              type="button"
              role="checkbox"
              aria-checked={done}
              onClick={() => tick(index)}
              className="flex min-h-10 w-full items-center gap-3 px-4 py-2 text-left text-sm -outline-offset-2 hover:bg-sunken"
            >
              {done ? (
                <Check aria-hidden className="size-4 shrink-0 text-green" />
              ) : (
                <Circle aria-hidden className="size-4 shrink-0 text-strong-line" />
              )}
              <span className={done ? "text-quiet" : ""}>{text}</span>
            </button>
          </li>
        ))}
      </ul>
      {problem !== null && (
        <p role="alert" className="border-t border-hairline px-4 py-2 text-sm text-red">
          {problem}
        </p>
      )}
    </Section>
  );
}
