import { useEffect, useRef } from "react";
import type { RefObject } from "react";

/** What a key does, by its name: `?`, `n`, `ArrowLeft`, `Shift+ArrowLeft`, `Space`, or with ⌘/Ctrl `mod+.`. */
export type Shortcuts = Readonly<Record<string, () => void>>;

/**
 * Listens while mounted. Plain keys rest while somebody types; those with a modifier do not. A key that
 * the focused control understands itself, such as an arrow on a slider, stays the control's.
 */
export function useShortcuts(shortcuts: Shortcuts): void {
  const current = useRef(shortcuts);
  useEffect(() => {
    current.current = shortcuts;
  }, [shortcuts]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const key = keyOf(event);
      const action = Object.hasOwn(current.current, key) ? current.current[key] : undefined;
      if (action === undefined || event.defaultPrevented) return;
      if (!event.ctrlKey && !event.metaKey && isTaken(event)) return;
      event.preventDefault();
      action();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

function keyOf(event: KeyboardEvent): string {
  if (event.altKey) return "";
  const key = event.key === " " ? "Space" : event.key;
  if (event.shiftKey && key.startsWith("Arrow")) return `Shift+${key}`;
  return event.ctrlKey || event.metaKey ? `mod+${key.toLowerCase()}` : key;
}

const TYPING = "input:not([type=range]), textarea, select, [role=listbox], [role=dialog] *, [role=menu] *";
/** What a focused control does with these keys itself. */
const OWN = "[role=tab], [role=slider], input[type=range], [role=treeitem], [role=treeitem] *";

function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches(TYPING)) return true;
  if (key === " " || key === "Enter") return target.matches(`button, a, summary, ${OWN}`);
  if (key.startsWith("Arrow")) return target.matches(OWN);
  return false;
}

/** `j` and `k` go to the next and the previous row of a list; a row is what has `data-row`. */
export function useRowKeys(list: RefObject<HTMLElement | null>): void {
  useShortcuts({ j: () => step(list.current, 1), k: () => step(list.current, -1) });
}

function step(list: HTMLElement | null, by: 1 | -1): void {
  const rows = [...(list?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at < 0 ? (by === 1 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** `⌘` on Apple's machines, else `Ctrl`. */
export const MOD = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";
