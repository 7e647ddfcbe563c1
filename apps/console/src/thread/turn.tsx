import { Brain, Check, CircleAlert, CircleSlash } from "lucide-react";
import { memo, Suspense } from "react";
import type { ReactNode } from "react";
import type { RunView } from "@throughline/protocol";
import { cn } from "../ui/cn.ts";
import { type AgentTag, endingOf, type EndingWords, type Part, TextBoundary } from "@throughline/react";
import { Markdown } from "./late-markdown.ts";
import { ToolCard } from "./tool-card.tsx";

export function UserMessage({ text, children }: { readonly text: string; readonly children?: ReactNode }) {
  return (
    <article aria-label="You" className="arrive flex flex-col items-end gap-1 pl-12">
      <p className="max-w-full rounded-card rounded-br-xs bg-signal-soft px-3 py-2 text-base wrap-anywhere whitespace-pre-wrap">
        {text}
      </p>
      {children}
    </article>
  );
}

/** What one agent said and did in a row, with its hue down the side. */
export function Turn({ agent, parts }: { readonly agent: AgentTag | null; readonly parts: readonly Part[] }) {
  return (
    <article
      aria-label={agent?.name ?? "Agent"}
      data-hue={agent?.hue}
      className={cn("arrive border-l-2 pl-3", agent === null ? "border-hairline" : "border-agent/60")}
    >
      {agent && (
        <p className="mb-1.5 flex items-center gap-1.5 text-sm font-semibold text-agent">
          {agent.emoji && <span aria-hidden>{agent.emoji}</span>}
          {agent.name}
        </p>
      )}
      <div className="flex flex-col gap-2">
        {parts.map((part) => (
          <PartOf key={`${part.kind} ${part.id}`} part={part} />
        ))}
      </div>
    </article>
  );
}

function PartOf({ part }: { readonly part: Part }) {
  switch (part.kind) {
    case "text":
      return <TextPart text={part.text} isOpen={part.isOpen} />;
    case "reasoning":
      return <Reasoning text={part.text} isOpen={part.isOpen} />;
    case "tool":
      return <ToolCard name={part.name} args={part.args} status={part.status} result={part.result} ms={part.ms} />;
    case "activity":
      return <Activity type={part.activityType} content={part.content} />;
  }
}

const TextPart = memo(function TextPart({ text, isOpen }: { readonly text: string; readonly isOpen: boolean }) {
  // Plain text stands in until the Markdown reader has been fetched, so that no text ever waits for it.
  return (
    <div data-testid="text" className={cn(isOpen && "writing")}>
      <TextBoundary text={text}>
        <Suspense fallback={<p data-tl="plain">{text}</p>}>
          <Markdown text={text} isOpen={isOpen} />
        </Suspense>
      </TextBoundary>
    </div>
  );
});

const Reasoning = memo(function Reasoning({ text, isOpen }: { readonly text: string; readonly isOpen: boolean }) {
  return (
    <details className="text-sm text-quiet" open={isOpen}>
      <summary className="flex items-center gap-1.5 rounded-control">
        <Brain aria-hidden className="size-3.5" /> Reasoning
      </summary>
      <p className="mt-1 border-l border-hairline pl-3 whitespace-pre-wrap">{text}</p>
    </details>
  );
});

const Activity = memo(function Activity({ type, content }: { readonly type: string; readonly content: unknown }) {
  return (
    <details className="text-xs text-quiet">
      <summary className="rounded-control font-mono">{type}</summary>
      <pre className="mt-1 max-h-48 overflow-auto rounded-control bg-sunken p-2 font-mono whitespace-pre-wrap">
        {JSON.stringify(content, null, 2)}
      </pre>
    </details>
  );
});

/** How a run ended: quiet when all went well, with its error when not. */
export const RunEnded = memo(function RunEnded({ run }: { readonly run: RunView }) {
  const ending = endingOf(run);
  if (ending.outcome === "failed") return <RunFailed {...ending} />;
  return (
    <p className="nums flex items-center gap-1.5 text-xs text-quiet" data-testid="run-ended">
      {ending.outcome === "done" ? (
        <Check aria-hidden className="size-3.5 text-green" />
      ) : (
        <CircleSlash aria-hidden className="size-3.5" />
      )}
      {ending.label}
      {ending.took !== null && ` ${ending.took}`}
    </p>
  );
});

function RunFailed({ label, took, code, reason }: EndingWords) {
  return (
    <div
      role="group"
      aria-label="Run failed"
      data-testid="run-failed"
      className="rounded-control border border-red/30 bg-red-soft px-3 py-2 text-sm"
    >
      <p className="flex flex-wrap items-center gap-x-2 font-medium text-red">
        <CircleAlert aria-hidden className="size-4" />
        {label}
        {took !== null && <span className="nums font-normal">{took}</span>}
        {code !== null && <code className="ml-auto font-mono text-xs font-normal">{code}</code>}
      </p>
      <p className="mt-1 text-ink">{reason}</p>
    </div>
  );
}
