import { ArrowDown, MessageSquareText } from "lucide-react";
import { useMemo } from "react";
import type { ReactNode } from "react";
import type { ThreadView } from "@throughline/protocol";
import type { Outgoing } from "../live/outbox.ts";
import type { ThreadSession } from "../live/thread-session.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { Announcer, transcript, type Entry, useStickToEnd } from "@throughline/react";
import { OutgoingMessage } from "./outgoing-message.tsx";
import { Answered, Question } from "./question.tsx";
import { RunEnded, Turn, UserMessage } from "./turn.tsx";

interface ChatProps {
  readonly session: ThreadSession;
  readonly view: ThreadView | null;
  readonly outgoing: readonly Outgoing[];
  readonly onEdit: (text: string) => void;
  readonly composer: ReactNode;
}

/** The conversation, what is on its way into it, and open questions. */
export function Chat({ session, view, outgoing, onEdit, composer }: ChatProps) {
  const entries = useMemo(() => (view === null ? [] : transcript(view)), [view]);
  const length = useMemo(
    () => entries.reduce((sum, entry) => sum + (entry.kind === "turn" ? entry.parts.length : 1), 0),
    [entries],
  );
  const { box, content, onScroll, unseen, toEnd } = useStickToEnd(length);
  const isEmpty = entries.length === 0 && outgoing.length === 0;
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
          {entries.map((entry) => (
            <EntryOf key={entry.id} entry={entry} />
          ))}
          {outgoing.map((item) => (
            <OutgoingMessage
              key={item.runId}
              item={item}
              onRetry={() => session.outbox.retry(item.runId)}
              onEdit={() => onEdit(session.outbox.discard(item.runId) ?? "")}
            />
          ))}
          {view?.pendingInterrupts.map((pending) => (
            <Question
              key={pending.interrupt.id}
              pending={pending}
              onAnswer={(answer) => session.answer(pending.runId, pending.interrupt.id, answer)}
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

function EntryOf({ entry }: { readonly entry: Entry }) {
  switch (entry.kind) {
    case "user":
      return <UserMessage text={entry.text} />;
    case "turn":
      return <Turn agent={entry.agent} parts={entry.parts} />;
    case "answered":
      return <Answered question={entry.question} answer={entry.answer} />;
    case "ended":
      return <RunEnded run={entry.run} />;
  }
}

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
