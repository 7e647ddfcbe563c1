import { cn } from "../ui/cn.ts";

/** What a thread's or run's status is called, and its colour. */
const STATUS: Readonly<Record<string, readonly [label: string, tone: string]>> = {
  unstarted: ["not started", "text-quiet"],
  idle: ["done", "text-green"],
  completed: ["done", "text-green"],
  running: ["running", "text-signal"],
  paused: ["paused", "text-amber"],
  queued: ["queued", "text-amber"],
  waiting: ["needs an answer", "text-violet"],
  failed: ["failed", "text-red"],
  cancelled: ["stopped", "text-quiet"],
};

interface StatusBadgeProps {
  readonly status: string;
  /** Default what a thread's or run's status is called. */
  readonly label?: string;
  readonly className?: string;
}

export function StatusBadge({ status, label, className }: StatusBadgeProps) {
  const [name, tone] = STATUS[status] ?? [status, "text-quiet"];
  return (
    <span className={cn("inline-flex items-center gap-1.5 text-xs font-medium whitespace-nowrap", tone, className)}>
      <span aria-hidden className={cn("size-1.5 rounded-full bg-current", status === "running" && "animate-pulse")} />
      {label ?? name}
    </span>
  );
}
