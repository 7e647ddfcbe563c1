import { useCallback, useEffect, useRef, useState } from "react";
import type { RefObject } from "react";

/** Closer to the end than this counts as being there. */
const NEAR_PX = 48;

interface Stick {
  /** What scrolls. */
  readonly box: RefObject<HTMLDivElement | null>;
  /** What grows in it. */
  readonly content: RefObject<HTMLDivElement | null>;
  readonly onScroll: () => void;
  /** How many have come since the reader scrolled up; null while the end is in view. */
  readonly unseen: number | null;
  readonly toEnd: () => void;
}

/**
 * Keeps the end of a growing list in view until the reader scrolls up, and then lets be.
 *
 * @param length how many there are, to count the unseen
 */
export function useStickToEnd(length: number): Stick {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const top = useRef(0);
  const [seen, setSeen] = useState<number | null>(null);
  const toEnd = useCallback(() => {
    sticks.current = true;
    setSeen(null);
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, []);
  useEffect(() => {
    if (box.current === null || content.current === null) return;
    const follow = (): void => {
      if (sticks.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
    };
    const observer = new ResizeObserver(follow);
    observer.observe(content.current);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const onScroll = (): void => {
    if (box.current === null) return;
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    const isNear = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    // Only a reader scrolls up; being far from the end may just mean that much has come at once.
    const isUp = scrollTop < top.current;
    top.current = scrollTop;
    if (isNear === sticks.current || (!isNear && !isUp)) return;
    sticks.current = isNear;
    setSeen(isNear ? null : length);
  };
  return { box, content, onScroll, unseen: seen === null ? null : Math.max(0, length - seen), toEnd };
}
