import { useLayoutEffect, useMemo, useRef, useState } from "react";
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
  const [drawn, setDrawn] = useState(text);
  const restsUntil = useRef(Number.NEGATIVE_INFINITY);
  const shown = isOpen ? drawn : text;
  const begun = useMemo(() => ({ text: shown, at: clock.monotonic() }), [shown, clock]);
  useLayoutEffect(() => {
    const now = clock.monotonic();
    const took = now - begun.at;
    restsUntil.current = took > QUICK_MS ? now + Math.min(REST * took, MAX_REST_MS) : now;
  }, [begun, clock]);
  useLayoutEffect(() => {
    if (!isOpen || drawn === text) return;
    const ms = restsUntil.current - clock.monotonic();
    if (ms <= 0) return setDrawn(text);
    const timer = clock.setTimeout(() => setDrawn(text), ms);
    return () => timer.cancel();
  }, [clock, isOpen, drawn, text]);
  return shown;
}
