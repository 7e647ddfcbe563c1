import type { TaskPriority, TaskStatus } from "@throughline/protocol";
import { TASK_STATUS_NAMES } from "@throughline/react";
import { StatusBadge } from "../thread/status-badge.tsx";
import { cn } from "../ui/cn.ts";

export function TaskStatusBadge({ status }: { readonly status: TaskStatus }) {
  return <StatusBadge status={status} label={TASK_STATUS_NAMES[status].toLowerCase()} />;
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
