import { useLayoutEffect, useMemo, useState } from "react";
import { useClock } from "../hooks/clock.ts";

/** How long drawing may take before it is followed by a rest, in ms: less than a frame. */
const QUICK_MS = 10;
/** The rest, in times of what drawing took: what is still being written gets a ninth of the page's time. */
const REST = 8;
/** The longest rest, in ms: the page shall be seen to go on. */
const MAX_REST_MS = 2_000;

/**
 * The text as it is to be drawn. While it is still being written and took long to draw, it rests for a
 * while, and is then drawn as far as it has come by then; once it is written, it is drawn at once.
 */
export function usePaced(text: string, isOpen: boolean): string {
  const clock = useClock();
  // What was drawn when the rest began. Only a rest is a state: text that is quick to draw renders once.
  const [held, setHeld] = useState<string | null>(null);
  const shown = isOpen ? (held ?? text) : text;
  const begun = useMemo(() => ({ text: shown, at: clock.monotonic() }), [shown, clock]);
  useLayoutEffect(() => {
    if (!isOpen) return setHeld(null);
    const took = clock.monotonic() - begun.at;
    if (took <= QUICK_MS) return;
    setHeld(begun.text);
    const timer = clock.setTimeout(() => setHeld(null), Math.min(REST * took, MAX_REST_MS));
    return () => timer.cancel();
  }, [clock, isOpen, begun]);
  return shown;
}
