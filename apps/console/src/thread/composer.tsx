import { ArrowUp } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import type { KeyboardEvent, ReactNode } from "react";
import { useShortcuts } from "../app/shortcuts.ts";
import { Button } from "../ui/button.tsx";

interface ComposerProps {
  readonly label: string;
  readonly placeholder: string;
  readonly onSend: (text: string) => void;
  /** Somebody writes here, or has stopped writing. */
  readonly onTyping?: (typing: boolean) => void;
  readonly autoFocus?: boolean;
  /** Text to start from, such as that of a message that failed; a new object each time. */
  readonly draft?: { readonly text: string } | null;
  /** Stands at the left of the lower row. */
  readonly tools?: ReactNode;
  /** Stands before the send button. */
  readonly actions?: ReactNode;
}

/** Where a message is written: Enter sends, Shift Enter makes a new line. */
export function Composer({
  label,
  placeholder,
  onSend,
  onTyping,
  autoFocus = false,
  draft = null,
  tools,
  actions,
}: ComposerProps) {
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const isBlank = text.trim() === "";
  useFocusKey(field);
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
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes a word, Enter chooses the word.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      className="rounded-card border border-hairline bg-surface transition-colors focus-within:border-strong-line"
    >
      <label htmlFor={id} className="sr-only">
        {label}
      </label>
      <textarea
        id={id}
        ref={field}
        value={text}
        rows={1}
        maxLength={MAX_LENGTH}
        autoFocus={autoFocus}
        placeholder={placeholder}
        onChange={(event) => write(event.target.value)}
        onBlur={() => onTyping?.(false)}
        onKeyDown={onKeyDown}
        className="block field-sizing-content max-h-48 min-h-11 w-full resize-none bg-transparent px-3 pt-3 pb-1 text-base outline-none placeholder:text-quiet max-md:text-lg"
      />
      <div className="flex items-center gap-2 p-2 pt-1">
        <div className="min-w-0 flex-1">{tools}</div>
        {actions}
        <Button type="submit" tone="primary" size="icon" disabled={isBlank} aria-label="Send">
          <ArrowUp aria-hidden />
        </Button>
      </div>
    </form>
  );
}

/** Well below what the server takes in one request. */
const MAX_LENGTH = 16_000;

function useFocusKey(field: { readonly current: HTMLTextAreaElement | null }): void {
  const [shortcuts] = useState(() => ({ "/": () => field.current?.focus() }));
  useShortcuts(shortcuts);
}
