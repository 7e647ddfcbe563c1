import { useId, useState } from "react";
import type { ReactNode } from "react";
import { refusalOf } from "../refusal.ts";

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
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  const answer = (text: string): void => {
    setBusy(true);
    setProblem(null);
    void refusalOf(() => onAnswer(text)).then((error) => {
      if (error === null) return;
      setProblem(error.code === "already_answered" ? "Somebody else answered first." : error.message);
      setBusy(false);
    });
  };
  const prompt = { options, isBusy, answer };
  return (
    <section data-tl="feedback-prompt" data-state={isBusy ? "sent" : "open"} aria-labelledby={id} className={className}>
      <p data-tl="summary">Your turn</p>
      <p id={id} data-tl="question">
        {question}
      </p>
      {children === undefined ? <AnswerForm {...prompt} /> : children(prompt)}
      {problem !== null && (
        <p role="alert" data-tl="problem">
          {problem}
        </p>
      )}
    </section>
  );
}

function AnswerForm({ options, isBusy, answer }: Prompt) {
  const [text, setText] = useState("");
  const isBlank = text.trim() === "";
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
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBlank && !isBusy) answer(text.trim());
        }}
      >
        <input
          value={text}
          disabled={isBusy}
          aria-label="Your answer"
          placeholder={options.length > 0 ? "Or answer in your own words" : "Your answer"}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" data-tl="button" data-tone="question" disabled={isBusy || isBlank}>
          {isBusy ? "Sending…" : "Answer"}
        </button>
      </form>
    </>
  );
}
