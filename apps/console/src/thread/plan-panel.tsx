import { FileText, ListTree } from "lucide-react";
import { planOfRun, TextBoundary } from "@throughline/react";
import { Suspense } from "react";
import type { ArtifactView, ThreadView } from "@throughline/protocol";
import { late } from "../app/late.ts";
import { Markdown } from "./late-markdown.ts";
import { duration, plural } from "../ui/format.ts";
import { Notice } from "../ui/notice.tsx";
import { StepIcon } from "./step-icon.tsx";

const JsonTree = late(() => import("../ui/json-tree.tsx"));

interface PlanPanelProps {
  readonly view: ThreadView;
  /** The run's time, in ms since the epoch. */
  readonly now: number;
}

/** In the middle of a run that draws no chart: its plan as a line, and what it has made. */
export function PlanPanel({ view, now }: PlanPanelProps) {
  const { steps } = planOfRun(view, now);
  if (steps.length === 0 && view.artifacts.length === 0) {
    return (
      <section aria-label="Plan and results" className="grid h-full place-items-center">
        <Notice icon={<ListTree />} title="No plan and no chart">
          When an agent says its steps, makes something or loads prices, it appears here.
        </Notice>
      </section>
    );
  }
  return (
    <section aria-label="Plan and results" className="flex h-full min-h-0 flex-col">
      <header className="nums flex h-11 shrink-0 items-center justify-between border-b border-hairline px-4">
        <h2 className="text-sm font-medium">Plan</h2>
        <span className="text-xs text-quiet">{plural(steps.length, "step")}</span>
      </header>
      <div
        tabIndex={0}
        role="region"
        aria-label="Steps and what came of them"
        className="min-h-0 flex-1 overflow-y-auto p-4 -outline-offset-2"
      >
        <ol className="relative flex flex-col">
          {steps.map(({ id, name, outcome, ms, agent }) => (
            <li
              key={id}
              data-hue={agent?.hue}
              className="arrive relative flex gap-3 pb-5 last:pb-0 not-last:before:absolute not-last:before:top-5 not-last:before:bottom-0.5 not-last:before:left-1.75 not-last:before:w-px not-last:before:bg-hairline"
            >
              <span className="mt-0.5">
                <StepIcon outcome={outcome} />
              </span>
              <span className="min-w-0 flex-1">
                <span className="block text-sm font-medium wrap-anywhere">{name}</span>
                {agent !== null && (
                  <span className="text-xs text-agent">
                    {agent.emoji} {agent.name}
                  </span>
                )}
              </span>
              {ms !== null && <span className="nums text-xs text-quiet">{duration(ms)}</span>}
            </li>
          ))}
        </ol>
        {view.artifacts.map((artifact) => (
          <Artifact key={artifact.artifactId} artifact={artifact} />
        ))}
      </div>
    </section>
  );
}

function Artifact({ artifact: { title, kind, content } }: { readonly artifact: ArtifactView }) {
  return (
    <details className="mt-4 rounded-card border border-hairline">
      <summary className="flex h-10 items-center gap-2 rounded-card px-3 text-sm font-medium">
        <FileText aria-hidden className="size-4 text-quiet" />
        <span className="min-w-0 flex-1 truncate">{title}</span>
        <span className="font-mono text-xs font-normal text-quiet">{kind}</span>
      </summary>
      <div className="border-t border-hairline p-3">
        <Suspense fallback={<span className="skeleton block h-12" />}>
          {typeof content === "string" ? (
            <TextBoundary text={content}>
              <Markdown text={content} isOpen={false} />
            </TextBoundary>
          ) : (
            <JsonTree label={title} value={content} />
          )}
        </Suspense>
      </div>
    </details>
  );
}
