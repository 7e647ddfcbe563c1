import { memo, Suspense } from "react";
import type { RunView } from "@throughline/protocol";
import type { AgentTag } from "../transcript/agent-tag.ts";
import { endingOf } from "../transcript/ending.ts";
import type { Entry, Part } from "../transcript/transcript.ts";
import { Icon } from "./icon.tsx";
import { LateMarkdown } from "./late-markdown.ts";
import { TextBoundary } from "./text-boundary.tsx";
import { ToolCard } from "./tool-card.tsx";

/** One entry of a transcript. */
export function EntryView({ entry }: { readonly entry: Entry }) {
  switch (entry.kind) {
    case "user":
      return (
        <article data-tl="user-message" aria-label="You">
          <p>{entry.text}</p>
        </article>
      );
    case "turn":
      return <Turn agent={entry.agent} parts={entry.parts} />;
    case "answered":
      return (
        <section data-tl="answered" aria-label="Answered question">
          <p data-tl="detail">{entry.question}</p>
          <p>{entry.answer ?? "Left unanswered"}</p>
        </section>
      );
    case "ended":
      return <RunEnded run={entry.run} />;
  }
}

/** What one agent said and did in a row, with its hue. */
function Turn({ agent, parts }: { readonly agent: AgentTag | null; readonly parts: readonly Part[] }) {
  return (
    <article data-tl="turn" data-hue={agent?.hue} aria-label={agent?.name ?? "Agent"}>
      {agent !== null && (
        <p data-tl="speaker">
          {agent.emoji !== null && <span aria-hidden="true">{agent.emoji}</span>} {agent.name}
        </p>
      )}
      {parts.map((part) => (
        <PartView key={`${part.kind} ${part.id}`} part={part} />
      ))}
    </article>
  );
}

function PartView({ part }: { readonly part: Part }) {
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

interface TextProps {
  readonly text: string;
  readonly isOpen: boolean;
}

const TextPart = memo(function TextPart({ text, isOpen }: TextProps) {
  // Plain text stands in until the Markdown reader has been fetched, so that no text ever waits for it.
  return (
    <div data-tl="text" data-state={isOpen ? "streaming" : "done"}>
      <TextBoundary text={text}>
        <Suspense fallback={<p data-tl="plain">{text}</p>}>
          <LateMarkdown text={text} isOpen={isOpen} />
        </Suspense>
      </TextBoundary>
    </div>
  );
});

const Reasoning = memo(function Reasoning({ text, isOpen }: TextProps) {
  return (
    <details data-tl="reasoning" open={isOpen}>
      <summary>Reasoning</summary>
      <p data-tl="plain">{text}</p>
    </details>
  );
});

const Activity = memo(function Activity({ type, content }: { readonly type: string; readonly content: unknown }) {
  return (
    <details data-tl="activity">
      <summary>{type}</summary>
      <pre>{JSON.stringify(content, null, 2)}</pre>
    </details>
  );
});

/** How a run ended: quiet when all went well, with its error when not. */
const RunEnded = memo(function RunEnded({ run }: { readonly run: RunView }) {
  const { outcome, label, took, reason } = endingOf(run);
  return (
    <div data-tl="run-ended" data-state={run.status}>
      <p>
        <Icon name={ICONS[outcome]} /> {label}
        {took !== null && ` ${took}`}
      </p>
      {reason !== null && <p>{reason}</p>}
    </div>
  );
});

const ICONS = { done: "check", stopped: "cut", failed: "warning" } as const;
