import { ArrowDown, MessageSquareText } from "lucide-react";
import { memo, useMemo, useState } from "react";
import type { ReactNode } from "react";
import type { Outgoing } from "@throughline/client";
import type { ThreadView } from "@throughline/protocol";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import {
  Announcer,
  lengthOf,
  questionsOf,
  transcript,
  type Entry,
  type ThreadActions,
  useStickToEnd,
} from "@throughline/react";
import { answerHere } from "./answered-here.ts";
import { OutgoingMessage } from "./outgoing-message.tsx";
import { Answered, Question } from "./question.tsx";
import { isSameEntry } from "./same-entry.ts";
import { RunEnded, Turn, UserMessage } from "./turn.tsx";

interface ChatProps {
  readonly actions: Pick<ThreadActions, "answer" | "discard" | "retry">;
  readonly view: ThreadView | null;
  /** What is shown has passed: nothing can be answered there, and nothing is on its way. */
  readonly isRewound: boolean;
  readonly outgoing: readonly Outgoing[];
  /** Whether the server can be reached. */
  readonly isReachable: boolean;
  readonly onEdit: (text: string) => void;
  readonly composer: ReactNode;
}

/** Of a long conversation so many entries are drawn at first; the earlier ones when asked for. */
const WINDOW = 24;

/** The conversation, what is on its way into it, and open questions. */
export function Chat({ actions, view, isRewound, outgoing, isReachable, onEdit, composer }: ChatProps) {
  const entries = useMemo(() => (view === null ? [] : transcript(view)), [view]);
  const { box, content, onScroll, unseen, toEnd } = useStickToEnd(lengthOf(entries));
  const [shown, setShown] = useState(WINDOW);
  const questions = view === null ? [] : questionsOf(view);
  const hidden = Math.max(0, entries.length - shown);
  const isEmpty = entries.length === 0 && (isRewound || outgoing.length === 0);
  return (
    <section aria-label="Chat" className="relative flex h-full min-h-0 flex-col">
      <div
        ref={box}
        onScroll={onScroll}
        tabIndex={0}
        role="region"
        aria-label="Conversation"
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain -outline-offset-2"
      >
        <div ref={content} className="mx-auto flex max-w-180 flex-col gap-4 px-4 py-5">
          {view === null && isEmpty && <ChatSkeleton />}
          {view !== null && isEmpty && (
            <Notice icon={<MessageSquareText />} title="Nothing has been said yet" className="pt-24">
              Write a message below; the agents’ work appears here as it happens.
            </Notice>
          )}
          {hidden > 0 && (
            <Button tone="ghost" size="small" className="self-center" onClick={() => setShown(shown + 2 * WINDOW)}>
              Show what came before ({hidden})
            </Button>
          )}
          {entries.slice(hidden).map((entry) => (
            <EntryOf key={entry.id} entry={entry} />
          ))}
          {!isRewound &&
            outgoing.map((item) => (
              <OutgoingMessage
                key={item.runId}
                item={item}
                isReachable={isReachable}
                onRetry={() => void actions.retry(item.runId)}
                onEdit={() => onEdit(actions.discard(item.runId) ?? "")}
              />
            ))}
          {questions.map(({ questionId, question, options }) => (
            <Question
              key={questionId}
              id={questionId}
              text={question}
              options={options}
              isPast={isRewound}
              onAnswer={(answer) => answerHere(questionId, () => actions.answer(questionId, answer))}
            />
          ))}
        </div>
      </div>
      <div className="relative mx-auto w-full max-w-180 px-4 pb-3">
        {unseen !== null && (
          <Button
            size="small"
            onClick={toEnd}
            className="absolute -top-9 left-1/2 -translate-x-1/2 rounded-full bg-raised shadow-float"
          >
            <ArrowDown aria-hidden /> <span className="nums">{unseen > 0 ? `${unseen} new` : "To the end"}</span>
          </Button>
        )}
        {composer}
      </div>
      <Announcer entries={entries} />
    </section>
  );
}

/** Drawn again only when what it says has changed: a step along the thread touches its end alone. */
const EntryOf = memo(
  function EntryOf({ entry }: { readonly entry: Entry }) {
    switch (entry.kind) {
      case "user":
        return <UserMessage text={entry.text} />;
      case "turn":
        return <Turn agent={entry.agent} parts={entry.parts} />;
      case "answered":
        return <Answered id={entry.id} question={entry.question} answer={entry.answer} />;
      case "ended":
        return <RunEnded run={entry.run} />;
    }
  },
  (before, after) => isSameEntry(before.entry, after.entry),
);

function ChatSkeleton() {
  return (
    <div aria-busy aria-label="Loading the conversation" role="status" className="flex flex-col gap-5">
      <span className="skeleton ml-auto h-9 w-44 rounded-card" />
      <div className="flex flex-col gap-2 border-l-2 border-hairline pl-3">
        <span className="skeleton h-4 w-32" />
        <span className="skeleton h-8 w-full" />
        <span className="skeleton h-8 w-full" />
      </div>
      <div className="flex flex-col gap-2.5 border-l-2 border-hairline pl-3">
        <span className="skeleton h-4 w-28" />
        {[96, 88, 92, 60].map((width) => (
          <span key={width} className="skeleton h-3.5" style={{ width: `${width}%` }} />
        ))}
      </div>
    </div>
  );
}
