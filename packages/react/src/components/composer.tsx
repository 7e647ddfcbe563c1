import { useEffect, useId, useRef, useState } from "react";
import type { KeyboardEvent, ReactNode } from "react";
import { Icon } from "./icon.tsx";
import type { ThreadActivity } from "./streaming-indicator.tsx";
import { VISUALLY_HIDDEN } from "./visually-hidden.ts";

export interface ComposerProps {
  /** What was written; whether it could be sent shows in the list, not here. */
  readonly onSend: (text: string) => unknown;
  /** Stops the run; without it there is no button for it. */
  readonly onStop?: (() => unknown) | undefined;
  /** Somebody writes here, or has stopped writing. */
  readonly onTyping?: ((typing: boolean) => void) | undefined;
  readonly status?: ThreadActivity;
  /** Default "Message". */
  readonly label?: string;
  readonly placeholder?: string;
  /** Text to start from, such as that of a message that failed; a new object each time. */
  readonly draft?: { readonly text: string } | null;
  /** Longest message, in UTF-16 units. Default 16,000, well below what the server takes. */
  readonly maxLength?: number;
  readonly className?: string;
  /** Stands before the buttons. */
  readonly children?: ReactNode;
}

/** Where a message is written: Enter sends, Shift Enter makes a new line. */
export function Composer({ onSend, onStop, onTyping, status = "ready", draft = null, ...rest }: ComposerProps) {
  const { label = "Message", placeholder = "Write a message", maxLength = 16_000, className, children } = rest;
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const isBlank = text.trim() === "";
  const isRunning = status === "submitted" || status === "streaming";
  useEffect(() => {
    if (draft === null) return;
    setText(draft.text);
    field.current?.focus();
  }, [draft]);
  const write = (next: string): void => {
    setText(next);
    onTyping?.(next.trim() !== "");
  };
  const send = (): void => {
    if (isBlank) return;
    onSend(text.trim());
    write("");
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes a word, Enter chooses the word.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      data-tl="composer"
      data-state={status}
      className={className}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <label htmlFor={id} style={VISUALLY_HIDDEN}>
        {label}
      </label>
      <textarea
        id={id}
        ref={field}
        value={text}
        rows={1}
        maxLength={maxLength}
        placeholder={placeholder}
        onChange={(event) => write(event.target.value)}
        onBlur={() => onTyping?.(false)}
        onKeyDown={onKeyDown}
      />
      <div data-tl="actions">
        {children}
        {isRunning && onStop !== undefined && (
          <button type="button" data-tl="button" onClick={() => onStop()}>
            <Icon name="stop" /> Stop
          </button>
        )}
        <button type="submit" data-tl="button" data-tone="primary" disabled={isBlank} aria-label="Send">
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}
