import { useId } from "react";
import type { ReactNode } from "react";
import { useComposer } from "../hooks/use-composer.ts";
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
  const { label = "Message", placeholder = "Write a message", maxLength, className, children } = rest;
  const id = useId();
  const limit = maxLength === undefined ? {} : { maxLength };
  const { isBlank, formProps, fieldProps } = useComposer({ onSend, onTyping, draft, ...limit });
  const isRunning = status === "submitted" || status === "streaming";
  return (
    <form data-tl="composer" data-state={status} className={className} {...formProps}>
      <label htmlFor={id} style={VISUALLY_HIDDEN}>
        {label}
      </label>
      <textarea id={id} rows={1} placeholder={placeholder} {...fieldProps} />
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
