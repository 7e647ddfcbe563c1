import type { TaskPriority, TaskStatus } from "@throughline/protocol";
import { StatusBadge } from "../thread/status-badge.tsx";
import { cn } from "../ui/cn.ts";

/** The board’s columns, in the order a task goes through them. */
export const COLUMNS: readonly { readonly status: TaskStatus; readonly label: string; readonly empty: string }[] = [
  { status: "pending", label: "Pending", empty: "Nothing waits to be begun." },
  { status: "running", label: "Running", empty: "No agent is at work." },
  { status: "paused", label: "Paused", empty: "Nothing is on hold." },
  { status: "completed", label: "Completed", empty: "Nothing is done yet." },
  { status: "failed", label: "Failed", empty: "Nothing has failed." },
  { status: "cancelled", label: "Cancelled", empty: "Nothing was called off." },
];

const BADGES: Readonly<Record<TaskStatus, string>> = {
  pending: "pending",
  running: "running",
  paused: "paused",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
};

export function TaskStatusBadge({ status }: { readonly status: TaskStatus }) {
  return <StatusBadge status={BADGES[status]} />;
}

const TONES: Readonly<Record<TaskPriority, string>> = {
  P0: "bg-red-soft text-red",
  P1: "bg-amber-soft text-amber",
  P2: "bg-sunken text-quiet",
  P3: "bg-sunken text-quiet",
};

export function PriorityTag({ priority }: { readonly priority: TaskPriority | null }) {
  if (priority === null) return null;
  return (
    <span className={cn("rounded-control px-1.5 font-mono text-[11px] leading-4.5 font-medium", TONES[priority])}>
      {priority}
    </span>
  );
}
