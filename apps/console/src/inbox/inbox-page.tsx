import { Inbox } from "lucide-react";
import { useCallback, useRef } from "react";
import { optionsIn } from "@throughline/react";
import { Link, navigate, threadPath } from "../app/router.tsx";
import { useServices } from "../app/services.ts";
import { useRowKeys } from "../app/shortcuts.ts";
import { usePolled } from "../app/use-polled.ts";
import { labelOf } from "../home/agents.ts";
import type { OpenQuestion } from "../server/pages.ts";
import { answerHere } from "../thread/answered-here.ts";
import { Question } from "../thread/question.tsx";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { Card, Page } from "../ui/page.tsx";
import { PolledView } from "../ui/polled-view.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";

const EVERY_MS = 2_000;

/** Every question that waits for a person, wherever it was asked, the oldest first. */
export default function InboxPage() {
  const { client, pages } = useServices();
  const [questions, refresh] = usePolled(
    useCallback((signal: AbortSignal) => pages.questions(signal), [pages]),
    EVERY_MS,
  );
  const list = useRef<HTMLDivElement>(null);
  useRowKeys(list);
  return (
    <Page isNarrow title="Inbox" description="Runs that rest until somebody answers, the longest waiting first.">
      <div ref={list}>
        <PolledView polled={questions} what="The questions" onRetry={refresh} skeleton={<Skeleton />}>
          {({ items }) =>
            items.length === 0 ? (
              <Card>
                <Notice
                  icon={<Inbox />}
                  title="Nobody waits for you"
                  className="py-16"
                  action={<Button onClick={() => navigate("/runs?status=running")}>See what runs</Button>}
                >
                  When an agent asks a person, its question appears here, and in the run it belongs to.
                </Notice>
              </Card>
            ) : (
              <ul className="flex flex-col gap-4">
                {items.map((item) => (
                  <Item
                    key={`${item.run_id} ${item.interrupt_id}`}
                    item={item}
                    onAnswer={async (answer) => {
                      const { thread_id: threadId, interrupt_id: id } = item;
                      await answerHere(id, () => client.thread(threadId).answer(id, answer));
                      refresh();
                    }}
                  />
                ))}
              </ul>
            )
          }
        </PolledView>
      </div>
    </Page>
  );
}

interface ItemProps {
  readonly item: OpenQuestion;
  readonly onAnswer: (answer: string) => Promise<void>;
}

function Item({ item, onAnswer }: ItemProps) {
  return (
    <li>
      <div className="mb-1.5 flex items-center gap-2 px-1 text-xs text-quiet">
        <Link
          data-row
          href={threadPath(item.thread_id)}
          className="min-w-0 truncate rounded-control font-medium text-ink underline-offset-4 hover:underline"
        >
          {labelOf(item.agent)}
        </Link>
        <span className="truncate font-mono">{item.thread_id}</span>
        <span className="ml-auto whitespace-nowrap">
          <RelativeTime at={item.asked_at} />
        </span>
      </div>
      <Question id={item.interrupt_id} text={item.question} options={optionsIn(item.options)} onAnswer={onAnswer} />
    </li>
  );
}

function Skeleton() {
  return (
    <div role="status" aria-busy aria-label="Loading questions" className="flex flex-col gap-4">
      {[0, 1].map((row) => (
        <div key={row}>
          <span className="skeleton mb-2 block h-4 w-56" />
          <span className="skeleton block h-32 w-full rounded-card" />
        </div>
      ))}
    </div>
  );
}
