import { useId } from "react";
import type { ReactNode } from "react";
import { useFeedbackPrompt, type UseFeedbackPrompt } from "../hooks/use-feedback-prompt.ts";

export interface FeedbackPromptProps {
  readonly question: string;
  /** Answers that are offered; anything else may be written. */
  readonly options?: readonly string[];
  /** May reject; the reason is shown, and the person may try again. */
  readonly onAnswer: (answer: string) => Promise<void> | void;
  readonly className?: string;
  /** Replaces the way to answer. */
  readonly children?: (prompt: Prompt) => ReactNode;
}

export interface Prompt {
  readonly options: readonly string[];
  /** From the answer on, until it has been refused. */
  readonly isBusy: boolean;
  readonly answer: (text: string) => void;
}

/** An agent's question: the run rests until somebody answers, here or anywhere else. */
export function FeedbackPrompt({ question, options = [], onAnswer, className, children }: FeedbackPromptProps) {
  const id = useId();
  const prompt = useFeedbackPrompt({ options, onAnswer });
  const { isBusy, answer, problem } = prompt;
  return (
    <section data-tl="feedback-prompt" data-state={isBusy ? "sent" : "open"} aria-labelledby={id} className={className}>
      <p data-tl="summary">Your turn</p>
      <p id={id} data-tl="question">
        {question}
      </p>
      {children === undefined ? <AnswerForm options={options} {...prompt} /> : children({ options, isBusy, answer })}
      {problem !== null && (
        <p role="alert" data-tl="problem">
          {problem}
        </p>
      )}
    </section>
  );
}

interface AnswerFormProps extends UseFeedbackPrompt {
  readonly options: readonly string[];
}

function AnswerForm({ options, isBusy, answer, formProps, fieldProps, submitProps }: AnswerFormProps) {
  return (
    <>
      {options.length > 0 && (
        <div data-tl="options">
          {options.map((option) => (
            <button key={option} type="button" data-tl="button" disabled={isBusy} onClick={() => answer(option)}>
              {option}
            </button>
          ))}
        </div>
      )}
      <form {...formProps}>
        <input {...fieldProps} />
        <button {...submitProps} data-tl="button" data-tone="question" />
      </form>
    </>
  );
}
