import type { ReactNode } from "react";
import { plural } from "../format.ts";
import type { ToolExecution } from "../stores/update.ts";
import { ToolCard } from "./tool-card.tsx";

export interface ToolExecutionProgressProps {
  /** `toolsOf(view)`, or a store's `toolExecutions`. */
  readonly tools: readonly ToolExecution[];
  readonly className?: string;
  /** Shows one call; default a card that opens. */
  readonly children?: (tool: ToolExecution) => ReactNode;
}

/** The tools a run has called: how many are done, and each with its arguments and result. */
export function ToolExecutionProgress({ tools, className, children }: ToolExecutionProgressProps) {
  if (tools.length === 0) return null;
  const done = tools.filter(({ status }) => status !== "running").length;
  return (
    <section
      data-tl="tool-execution-progress"
      data-state={done < tools.length ? "running" : "done"}
      aria-label="Tools"
      className={className}
    >
      <p data-tl="summary">
        {done === tools.length ? plural(tools.length, "tool") : `${done} of ${plural(tools.length, "tool")} done`}
      </p>
      <ul>
        {tools.map((tool) => (
          <li key={tool.id}>{children === undefined ? <Card tool={tool} /> : children(tool)}</li>
        ))}
      </ul>
    </section>
  );
}

function Card({ tool }: { readonly tool: ToolExecution }) {
  return <ToolCard name={tool.tool} args={tool.args} status={tool.status} result={tool.result} agent={tool.agent} />;
}
