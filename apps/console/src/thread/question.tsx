import { CircleHelp, CornerDownRight } from "lucide-react";
import { useId, useState } from "react";
import type { PendingInterrupt } from "@throughline/protocol";
import { failureOf } from "../server/failure.ts";
import { Button } from "../ui/button.tsx";
import { wasAnsweredHere } from "./answered-here.ts";

interface QuestionProps {
  /** The interrupt's. */
  readonly id: string;
  readonly text: string;
  /** Answers to choose from; none for an open question. */
  readonly options: readonly string[];
  /** It is shown as it once stood: there is nothing to answer. */
  readonly isPast?: boolean;
  /** Rejects when the answer was not taken. */
  readonly onAnswer: (answer: string) => Promise<void>;
}

/** An agent's question: the run rests until somebody answers, here or anywhere else. */
export function Question({ id: interruptId, text: question, options, isPast = false, onAnswer }: QuestionProps) {
  const [text, setText] = useState("");
  const [status, setStatus] = useState<"open" | "sending" | "sent">("open");
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  const isBusy = isPast || status !== "open";
  const send = (answer: string): void => {
    setStatus("sending");
    setProblem(null);
    onAnswer(answer).then(
      () => setStatus("sent"),
      (error: unknown) => {
        const failure = failureOf(error);
        setProblem(
          failure.code === "already_answered"
            ? "Somebody else answered first."
            : `${failure.message} ${failure.remedy}`,
        );
        setStatus("open");
      },
    );
  };
  return (
    <section
      id={questionId(interruptId)}
      aria-labelledby={id}
      data-testid="question"
      className="arrive rounded-card border border-violet/35 bg-violet-soft p-4"
    >
      <p className="flex items-center gap-1.5 text-xs font-medium text-violet">
        <CircleHelp aria-hidden className="size-4" /> Your turn
      </p>
      <h2 id={id} className="mt-1.5 text-base font-medium wrap-anywhere">
        {question}
      </h2>
      {options.length > 0 && (
        <div className="mt-3 flex flex-wrap gap-2">
          {options.map((option) => (
            <Button key={option} disabled={isBusy} onClick={() => send(option)}>
              {option}
            </Button>
          ))}
        </div>
      )}
      <form
        className="mt-3 flex gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== "") send(text.trim());
        }}
      >
        <input
          value={text}
          disabled={isBusy}
          onChange={(event) => setText(event.target.value)}
          aria-label="Your answer"
          placeholder={options.length > 0 ? "Or answer in your own words" : "Your answer"}
          className="h-8 min-w-0 flex-1 rounded-control border border-violet/35 bg-surface px-3 text-sm placeholder:text-quiet max-md:text-lg"
        />
        <Button type="submit" tone="violet" disabled={isBusy || text.trim() === ""}>
          {status === "open" ? "Answer" : "Sending…"}
        </Button>
      </form>
      {problem !== null && (
        <p role="alert" className="mt-2 text-sm text-red">
          {problem}
        </p>
      )}
    </section>
  );
}

/** Of the element that shows the question. */
export function questionId(interruptId: string): string {
  return `question-${interruptId}`;
}

interface AnsweredProps {
  /** The interrupt's. */
  readonly id: string;
  readonly question: string;
  readonly answer: string | null;
}

/** A question that has been answered, here or anywhere else. */
export function Answered({ id, question, answer }: AnsweredProps) {
  return (
    <section
      aria-label="Answered question"
      data-testid="answered"
      className="rounded-control border border-hairline px-3 py-2 text-sm"
    >
      <p className="flex gap-3 text-quiet">
        <span className="min-w-0 flex-1 wrap-anywhere">{question}</span>
        {answer !== null && (
          <span data-testid="answered-by" className="shrink-0 text-xs">
            {wasAnsweredHere(id) ? "answered here" : "answered elsewhere"}
          </span>
        )}
      </p>
      <p className="mt-0.5 flex items-center gap-1.5 font-medium wrap-anywhere">
        <CornerDownRight aria-hidden className="size-3.5 shrink-0 text-violet" />
        {answer ?? "Left unanswered"}
      </p>
    </section>
  );
}

/** Answers offered by the agent: a JSON schema's `enum`, or `options` in the question's metadata. */
export function optionsOf({ interrupt }: PendingInterrupt): readonly string[] {
  return optionsIn(interrupt.responseSchema?.["enum"] ?? interrupt.metadata?.["options"]);
}

/** The texts of a list; none for anything else. */
export function optionsIn(offered: unknown): readonly string[] {
  return Array.isArray(offered) ? offered.filter((option) => typeof option === "string") : [];
}
