import type { ReactNode } from "react";

/** How a thread stands with the person who writes in it. */
export type ThreadActivity = "submitted" | "streaming" | "ready" | "error";

export interface StreamingIndicatorProps {
  readonly status: ThreadActivity;
  /** Name of the agent that works. */
  readonly agent?: string | null;
  readonly className?: string;
  /** Replaces the words. */
  readonly children?: (label: string) => ReactNode;
}

/** Says that an agent is at work; shows nothing when none is. */
export function StreamingIndicator({ status, agent = null, className, children }: StreamingIndicatorProps) {
  if (status !== "submitted" && status !== "streaming") return null;
  const label = status === "submitted" ? "Waiting for the agent" : `${agent ?? "The agent"} is working`;
  return (
    <p data-tl="streaming-indicator" data-state={status} role="status" className={className}>
      <span data-tl="pulse" aria-hidden="true" />
      {children === undefined ? label : children(label)}
    </p>
  );
}
