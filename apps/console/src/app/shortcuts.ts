import { useEffect } from "react";

/** What a key does, by its name: `?`, `n`, or with ⌘/Ctrl `mod+.`. */
export type Shortcuts = Readonly<Record<string, () => void>>;

/** Listens while mounted. Plain keys rest while somebody types; those with a modifier do not. */
export function useShortcuts(shortcuts: Shortcuts): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const action = shortcuts[keyOf(event)];
      if (action === undefined || event.defaultPrevented) return;
      if (!event.ctrlKey && !event.metaKey && isTyping(event.target)) return;
      event.preventDefault();
      action();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [shortcuts]);
}

function keyOf(event: KeyboardEvent): string {
  if (event.altKey) return "";
  return event.ctrlKey || event.metaKey ? `mod+${event.key}` : event.key;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("input, textarea, select, [role=listbox], [role=dialog] *");
}

/** `⌘` on Apple's machines, else `Ctrl`. */
export const MOD = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";
