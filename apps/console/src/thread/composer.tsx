import { ArrowUp } from "lucide-react";
import { useId, useMemo } from "react";
import type { ReactNode } from "react";
import { useComposer } from "@throughline/react";
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
export function Composer({ label, placeholder, autoFocus = false, tools, actions, ...options }: ComposerProps) {
  const id = useId();
  const { isBlank, focus, formProps, fieldProps } = useComposer(options);
  useShortcuts(useMemo(() => ({ "/": focus }), [focus]));
  return (
    <form
      {...formProps}
      className="rounded-card border border-hairline bg-surface transition-colors focus-within:border-strong-line"
    >
      <label htmlFor={id} className="sr-only">
        {label}
      </label>
      <textarea
        {...fieldProps}
        id={id}
        rows={1}
        autoFocus={autoFocus}
        placeholder={placeholder}
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
