import { useState } from "react";
import type { ChangeEvent } from "react";
import type { ThroughlineError } from "@throughline/protocol";
import { refusalOf } from "../refusal.ts";

export interface UseFeedbackPromptOptions {
  /** Answers that are offered; anything else may be written. */
  readonly options?: readonly string[];
  /** May reject; the reason is told, and the person may try again. */
  readonly onAnswer: (answer: string) => Promise<unknown> | void;
  /** Nothing can be answered, as where the question is shown as it once stood. */
  readonly isDisabled?: boolean;
}

export interface UseFeedbackPrompt {
  /** From the answer on, until it has been refused. */
  readonly isBusy: boolean;
  /** Why the answer was not taken, and what to do about it; null while nothing was refused. */
  readonly problem: string | null;
  readonly answer: (text: string) => void;
  /** For the `<form>` with the person's own words. */
  readonly formProps: { readonly onSubmit: (event: { preventDefault(): void }) => void };
  /** For its `<input>`. */
  readonly fieldProps: {
    readonly value: string;
    readonly disabled: boolean;
    readonly placeholder: string;
    readonly "aria-label": string;
    readonly onChange: (event: ChangeEvent<HTMLInputElement>) => void;
  };
  /** For the button that sends them, with its words as `children`. */
  readonly submitProps: { readonly type: "submit"; readonly disabled: boolean; readonly children: string };
}

/** The way to answer an agent's question, without a look: one of the offered answers or one's own words, once. */
export function useFeedbackPrompt({
  options = [],
  onAnswer,
  isDisabled = false,
}: UseFeedbackPromptOptions): UseFeedbackPrompt {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [text, setText] = useState("");
  const isOff = isDisabled || isBusy;
  const isBlank = text.trim() === "";
  const answer = (words: string): void => {
    setBusy(true);
    setProblem(null);
    void refusalOf(() => onAnswer(words)).then((error) => {
      if (error === null) return;
      setProblem(wordsOf(error));
      setBusy(false);
    });
  };
  return {
    isBusy,
    problem,
    answer,
    formProps: {
      onSubmit: (event) => {
        event.preventDefault();
        if (!isBlank && !isOff) answer(text.trim());
      },
    },
    fieldProps: {
      value: text,
      disabled: isOff,
      placeholder: options.length > 0 ? "Or answer in your own words" : "Your answer",
      "aria-label": "Your answer",
      onChange: (event) => setText(event.target.value),
    },
    submitProps: { type: "submit", disabled: isOff || isBlank, children: isBusy ? "Sending…" : "Answer" },
  };
}

function wordsOf({ code, message, remedy }: ThroughlineError): string {
  return code === "already_answered" ? "Somebody else answered first." : `${message} ${remedy}`;
}
