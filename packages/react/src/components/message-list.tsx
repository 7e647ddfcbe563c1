import { useEffect, useMemo } from "react";
import type { ReactNode } from "react";
import type { ThreadView } from "@throughline/protocol";
import type { OutgoingItem } from "../transcript/outgoing-words.ts";
import { questionsOf } from "../transcript/questions.ts";
import { type Entry, lengthOf, transcript } from "../transcript/transcript.ts";
import { Announcer } from "./announcer.tsx";
import { EntryView } from "./entry-view.tsx";
import { FeedbackPrompt } from "./feedback-prompt.tsx";
import { Icon } from "./icon.tsx";
import { preloadMarkdown } from "./late-markdown.ts";
import { OutgoingMessage } from "./outgoing-message.tsx";
import { useStickToEnd } from "./use-stick-to-end.ts";

export interface MessageListProps {
  /** The thread; null while it is being loaded. */
  readonly view?: ThreadView | null;
  /** In place of a view: `entriesOf(messages)` of a chat store. */
  readonly entries?: readonly Entry[];
  /** A person's messages that the thread does not show yet. */
  readonly outgoing?: readonly OutgoingItem[];
  readonly retry?: (runId: string) => unknown;
  readonly discard?: (runId: string) => unknown;
  /** Answers one of the view's questions; without it they are not shown. */
  readonly answer?: (questionId: string, answer: string) => Promise<unknown>;
  /** Shown while nothing has been said. */
  readonly empty?: ReactNode;
  readonly className?: string;
  /** Shows one entry. */
  readonly children?: (entry: Entry) => ReactNode;
}

const NONE: readonly Entry[] = [];

/** The conversation: who said and did what, what is on its way, and open questions. Follows its end. */
export function MessageList({ view = null, entries: given, outgoing = [], empty, ...rest }: MessageListProps) {
  const { retry, discard, answer, className, children } = rest;
  const entries = useMemo(() => given ?? (view === null ? NONE : transcript(view)), [given, view]);
  const { box, content, onScroll, unseen, toEnd } = useStickToEnd(lengthOf(entries));
  useEffect(preloadMarkdown, []);
  const isLoading = view === null && given === undefined;
  const isEmpty = entries.length === 0 && outgoing.length === 0;
  return (
    <section
      data-tl="message-list"
      data-state={isLoading ? "loading" : "ready"}
      aria-label="Chat"
      className={className}
    >
      {/* Focusable, so that a keyboard can scroll it. */}
      <div ref={box} data-tl="scroller" role="region" aria-label="Conversation" tabIndex={0} onScroll={onScroll}>
        <div ref={content} data-tl="messages" aria-busy={isLoading}>
          {isLoading && isEmpty && <p role="status">Loading the conversation</p>}
          {!isLoading && isEmpty && (empty ?? <p data-tl="empty">Nothing has been said yet.</p>)}
          {entries.map((entry) => (
            <div key={entry.id} data-tl="entry" data-kind={entry.kind}>
              {children === undefined ? <EntryView entry={entry} /> : children(entry)}
            </div>
          ))}
          {outgoing.map((item) => (
            <OutgoingMessage key={item.runId} item={item} retry={retry} discard={discard} />
          ))}
          {answer !== undefined && view !== null && <Questions view={view} answer={answer} />}
        </div>
      </div>
      {unseen !== null && (
        <button type="button" data-tl="to-end" onClick={toEnd}>
          <Icon name="down" /> {unseen > 0 ? `${unseen} new` : "To the end"}
        </button>
      )}
      <Announcer entries={entries} />
    </section>
  );
}

interface QuestionsProps {
  readonly view: ThreadView;
  readonly answer: (questionId: string, answer: string) => Promise<unknown>;
}

function Questions({ view, answer }: QuestionsProps) {
  return questionsOf(view).map(({ questionId, question, options }) => (
    <FeedbackPrompt
      key={questionId}
      question={question}
      options={options}
      onAnswer={async (text) => {
        await answer(questionId, text);
      }}
    />
  ));
}
