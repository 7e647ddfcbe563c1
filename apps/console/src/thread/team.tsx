import { Check, CircleAlert, CircleHelp, CircleSlash, Users } from "lucide-react";
import type { ReactNode } from "react";
import type { SubagentView, ThreadView } from "@throughline/protocol";
import { Link, taskPath } from "../app/router.tsx";
import { cn } from "../ui/cn.ts";
import { duration, plural, whole } from "../ui/format.ts";
import { Notice } from "../ui/notice.tsx";
import { ProgressBar } from "../ui/progress-bar.tsx";
import { agentTag, planOfRun, type PlanStep, questionsOf, shareOf } from "@throughline/react";
import { placeOfQuestion } from "./question.tsx";
import { TaskStatusBadge } from "../tasks/task-status.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { StepIcon } from "./step-icon.tsx";

interface TeamProps {
  readonly view: ThreadView | null;
  /** The run's time, in ms since the epoch. */
  readonly now: number;
}

/** Who works, on what plan, how far they are and how sure. */
export function Team({ view, now }: TeamProps) {
  if (view === null) return <TeamSkeleton />;
  const run = view.runs.at(-1) ?? null;
  const subagents = view.subagents.filter((subagent) => subagent.runId === run?.runId);
  const { steps, progress, confidence } = planOfRun(view, now);
  const tasks = Object.values(view.tasks);
  const questions = questionsOf(view);
  const isBare =
    tasks.length === 0 &&
    questions.length === 0 &&
    subagents.length === 0 &&
    steps.length === 0 &&
    progress === null &&
    confidence === null;
  return (
    <section
      aria-label="Team and plan"
      tabIndex={0}
      className="flex h-full flex-col gap-6 overflow-y-auto p-4 -outline-offset-2"
    >
      {isBare && (
        <Notice icon={<Users />} title={run === null ? "No team yet" : "This agent works alone"} className="pt-12">
          When an agent brings in others, they appear here with their plan and how far they are.
        </Notice>
      )}
      {questions.length > 0 && (
        <Group title="Questions" aside={String(questions.length)}>
          <ul className="flex flex-col gap-2">
            {questions.map(({ questionId, question }) => (
              <OpenQuestion key={questionId} id={questionId} text={question} />
            ))}
          </ul>
        </Group>
      )}
      {subagents.length > 0 && (
        <Group title="Team">
          <ul className="flex flex-col">
            {subagents.map((subagent) => (
              <Member
                key={subagent.subagentRunId}
                subagent={subagent}
                calls={view.toolCalls.filter((call) => call.subagentRunId === subagent.subagentRunId).length}
                wasStopped={run?.status === "cancelled"}
                now={now}
              />
            ))}
          </ul>
        </Group>
      )}
      {progress !== null && (
        <Group title="Progress" aside={`${whole(progress.current)} / ${whole(progress.total)}`}>
          <ProgressBar label="Progress" value={shareOf(progress)} />
          {progress.message && <p className="mt-1.5 text-xs text-quiet">{progress.message}</p>}
        </Group>
      )}
      {steps.length > 0 && (
        <Group title="Plan" aside={`${steps.filter(({ outcome }) => outcome === "done").length} / ${steps.length}`}>
          <ol className="flex flex-col gap-1.5">
            {steps.map((step) => (
              <Step key={step.id} {...step} />
            ))}
          </ol>
        </Group>
      )}
      {tasks.length > 0 && (
        <Group title="Tasks" aside={String(tasks.length)}>
          <ul className="flex flex-col gap-1.5">
            {tasks.map((task) => (
              <li key={task.id} className="flex items-center gap-2">
                <Link
                  href={taskPath(task.id)}
                  className="min-w-0 flex-1 truncate rounded-control text-sm underline-offset-4 hover:underline"
                >
                  {task.title}
                </Link>
                <TaskStatusBadge status={task.status} />
              </li>
            ))}
          </ul>
        </Group>
      )}
      {confidence !== null && (
        <Group title="Confidence" aside={confidence.toFixed(2)}>
          <ProgressBar label="Confidence" value={confidence} />
        </Group>
      )}
      {run !== null && (
        <Group title="Run" aside={<StatusBadge status={run.status} />}>
          <dl className="nums grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs [&_dd]:text-right [&_dt]:text-quiet">
            <dt>Agent</dt>
            <dd>{run.agent ?? "–"}</dd>
            <dt>Time</dt>
            <dd>{run.startedAt === null ? "–" : duration((run.endedAt ?? now) - run.startedAt)}</dd>
            <dt>Events</dt>
            <dd>{whole((run.endSeq ?? view.lastSeq) - run.startSeq + 1)}</dd>
          </dl>
        </Group>
      )}
    </section>
  );
}

/** Leads to where it is answered. */
function OpenQuestion({ id, text }: { readonly id: string; readonly text: string }) {
  const show = (): void => {
    const place = document.getElementById(placeOfQuestion(id));
    place?.scrollIntoView({ block: "center" });
    place?.querySelector("input")?.focus();
  };
  return (
    <li>
      <button
        type="button"
        onClick={show}
        className="flex w-full items-start gap-2 rounded-control border border-violet/35 bg-violet-soft px-2.5 py-2 text-left text-sm"
      >
        <CircleHelp aria-hidden className="mt-0.5 size-4 shrink-0 text-violet" />
        <span className="line-clamp-3 wrap-anywhere">{text}</span>
      </button>
    </li>
  );
}

function Group({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section aria-label={title}>
      <h2 className="mb-2 flex items-baseline justify-between gap-2 text-xs font-medium text-quiet">
        {title}
        {aside !== undefined && <span className="nums font-medium text-ink">{aside}</span>}
      </h2>
      {children}
    </section>
  );
}

interface MemberProps {
  readonly subagent: SubagentView;
  /** How many tool calls it made. */
  readonly calls: number;
  /** A person stopped the run: then who had not finished did not fail. */
  readonly wasStopped: boolean;
  readonly now: number;
}

function Member({ subagent, calls, wasStopped, now }: MemberProps) {
  const { name, emoji, hue } = agentTag(subagent.name, subagent.emoji);
  const { status } = subagent;
  const isStopped = status === "failed" && wasStopped;
  const took =
    subagent.startedAt === null ? null : duration(Math.max(0, (subagent.endedAt ?? now) - subagent.startedAt));
  const state = isStopped ? "stopped" : (subagent.message ?? STATUS[status]);
  return (
    <li
      data-hue={hue}
      data-testid="agent"
      className="arrive flex items-center gap-2 border-b border-hairline py-2 first:pt-0 last:border-b-0 last:pb-0"
    >
      <span
        aria-hidden
        className={cn(
          "grid size-6 shrink-0 place-items-center rounded-control bg-agent/14 text-xs",
          status === "working" && "ring-1 ring-agent/60",
        )}
      >
        {emoji ?? name.charAt(0)}
      </span>
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm font-medium">{name}</p>
        <p className="nums truncate text-xs text-quiet" title={state}>
          {state}
          {calls > 0 && ` · ${plural(calls, "tool")}`}
        </p>
      </div>
      <span className={cn("nums flex items-center gap-1 text-xs", status === "working" ? "text-agent" : "text-quiet")}>
        {status === "completed" && <Check aria-hidden className="size-3.5 text-green" />}
        {isStopped && <CircleSlash aria-hidden className="size-3.5" />}
        {status === "failed" && !isStopped && <CircleAlert aria-hidden className="size-3.5 text-red" />}
        {took}
      </span>
    </li>
  );
}

const STATUS: Record<SubagentView["status"], string> = {
  working: "working",
  completed: "done",
  suspended: "waiting",
  failed: "cut short",
};

function Step({ name, outcome, ms }: PlanStep) {
  return (
    <li className="flex items-center gap-2 text-sm">
      <StepIcon outcome={outcome} />
      <span className={cn("min-w-0 flex-1 truncate", outcome !== "active" && "text-quiet")}>{name}</span>
      {ms !== null && <span className="nums text-xs text-quiet">{duration(ms)}</span>}
    </li>
  );
}

function TeamSkeleton() {
  return (
    <div role="status" aria-busy aria-label="Loading the team" className="flex flex-col gap-4 p-4">
      <span className="skeleton h-3 w-12" />
      {[0, 1, 2].map((row) => (
        <div key={row} className="flex items-center gap-2">
          <span className="skeleton size-6" />
          <span className="skeleton h-4 flex-1" />
        </div>
      ))}
      <span className="skeleton mt-2 h-3 w-16" />
      <span className="skeleton h-1 w-full" />
    </div>
  );
}
