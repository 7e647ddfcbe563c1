import { useCallback, useLayoutEffect, useRef, useState } from "react";
import type { RefObject } from "react";

/** Closer to the end than this counts as being there. */
const NEAR_PX = 48;

interface Stick {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly onScroll: () => void;
  /** How many have come since the reader scrolled up; null while the end is in view. */
  readonly unseen: number | null;
  readonly toEnd: () => void;
}

/**
 * Keeps the end of a growing list in view until the reader scrolls up, and then lets be.
 *
 * @param content changes with whatever may change the height
 * @param length how many there are, to count the unseen
 */
export function useStickToEnd(content: unknown, length: number): Stick {
  const box = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const [seen, setSeen] = useState<number | null>(null);
  const toEnd = useCallback(() => {
    sticks.current = true;
    setSeen(null);
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, []);
  useLayoutEffect(() => {
    if (sticks.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [content]);
  const onScroll = (): void => {
    if (box.current === null) return;
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    const isNear = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (isNear === sticks.current) return;
    sticks.current = isNear;
    setSeen(isNear ? null : length);
  };
  return { box, onScroll, unseen: seen === null ? null : Math.max(0, length - seen), toEnd };
}
