import { CircleHelp, CornerDownRight } from "lucide-react";
import { useId } from "react";
import { useFeedbackPrompt } from "@throughline/react";
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
  const id = useId();
  const { problem, answer, formProps, fieldProps, submitProps } = useFeedbackPrompt({
    options,
    onAnswer,
    isDisabled: isPast,
  });
  return (
    <section
      id={placeOfQuestion(interruptId)}
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
            <Button key={option} disabled={fieldProps.disabled} onClick={() => answer(option)}>
              {option}
            </Button>
          ))}
        </div>
      )}
      <form {...formProps} className="mt-3 flex gap-2">
        <input
          {...fieldProps}
          className="h-8 min-w-0 flex-1 rounded-control border border-violet/35 bg-surface px-3 text-sm placeholder:text-quiet max-md:text-lg"
        />
        <Button {...submitProps} tone="violet" />
      </form>
      {problem !== null && (
        <p role="alert" className="mt-2 text-sm text-red">
          {problem}
        </p>
      )}
    </section>
  );
}

/** The id of the element that shows the question. */
export function placeOfQuestion(interruptId: string): string {
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
