import { useCallback, useEffect, useRef, useState } from "react";
import type { ChangeEvent, KeyboardEvent, RefObject } from "react";

/** Well below what the server takes in one request. */
const LONGEST = 16_000;

/** What an input method is at work on says 229 in place of its key. */
const COMPOSING = 229;

export interface UseComposerOptions {
  /** What was written, without the space around it; never blank. */
  readonly onSend: (text: string) => unknown;
  /** Somebody writes here, or has stopped writing. */
  readonly onTyping?: ((typing: boolean) => void) | undefined;
  /** Text to start from, such as that of a message that failed; a new object each time. */
  readonly draft?: { readonly text: string } | null;
  /** Longest message, in UTF-16 units. Default 16,000. */
  readonly maxLength?: number;
}

export interface UseComposer {
  readonly text: string;
  /** Nothing stands there that could be sent. */
  readonly isBlank: boolean;
  readonly send: () => void;
  /** Puts the cursor into the field. */
  readonly focus: () => void;
  /** For the `<form>`. */
  readonly formProps: { readonly onSubmit: (event: { preventDefault(): void }) => void };
  /** For the `<textarea>`. */
  readonly fieldProps: {
    readonly ref: RefObject<HTMLTextAreaElement | null>;
    readonly value: string;
    readonly maxLength: number;
    readonly onChange: (event: ChangeEvent<HTMLTextAreaElement>) => void;
    readonly onBlur: () => void;
    readonly onKeyDown: (event: KeyboardEvent<HTMLTextAreaElement>) => void;
  };
}

/** Where a message is written, without a look: Enter sends, Shift Enter makes a new line. */
export function useComposer({ onSend, onTyping, draft = null, maxLength = LONGEST }: UseComposerOptions): UseComposer {
  const [text, setText] = useState("");
  const ref = useRef<HTMLTextAreaElement>(null);
  const focus = useCallback(() => ref.current?.focus(), []);
  const isBlank = text.trim() === "";
  useEffect(() => {
    if (draft === null) return;
    setText(draft.text);
    focus();
  }, [draft, focus]);
  const write = (next: string): void => {
    setText(next);
    onTyping?.(next.trim() !== "");
  };
  const send = (): void => {
    if (isBlank) return;
    onSend(text.trim());
    write("");
    // The button that was pressed has nothing to send any more, and would keep the focus from the field.
    focus();
  };
  return {
    text,
    isBlank,
    send,
    focus,
    formProps: {
      onSubmit: (event) => {
        event.preventDefault();
        send();
      },
    },
    fieldProps: {
      ref,
      value: text,
      maxLength,
      onChange: (event) => write(event.target.value),
      onBlur: () => onTyping?.(false),
      onKeyDown: (event) => {
        if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
        event.preventDefault();
        send();
      },
    },
  };
}

/** While an input method composes a word, Enter chooses the word. Safari says that it is done before it tells of that Enter. */
function isComposing({ nativeEvent, keyCode }: KeyboardEvent): boolean {
  return nativeEvent.isComposing || keyCode === COMPOSING;
}
