import { useCallback, useLayoutEffect, useRef, useState } from "react";
import type { RefObject } from "react";

interface Rows {
  /** What scrolls. */
  readonly box: RefObject<HTMLDivElement | null>;
  readonly onScroll: () => void;
  /** The first row to draw. */
  readonly from: number;
  /** The last row to draw, excluded. */
  readonly to: number;
  /** Brings a row into view; does nothing when it is. */
  readonly show: (index: number) => void;
}

/** Rows drawn beyond those in view, so that scrolling does not outrun drawing. */
const SPARE = 12;

/**
 * Which of a long list's rows are to be drawn. All rows are of one height.
 *
 * @param count how many there are
 * @param height of a row, in px
 */
export function useRows(count: number, height: number): Rows {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 0 });
  const onScroll = useCallback(() => {
    if (box.current === null) return;
    const { scrollTop, clientHeight } = box.current;
    setView((before) =>
      before.top === scrollTop && before.height === clientHeight ? before : { top: scrollTop, height: clientHeight },
    );
  }, []);
  useLayoutEffect(() => {
    if (box.current === null) return;
    const observer = new ResizeObserver(onScroll);
    observer.observe(box.current);
    onScroll();
    return () => observer.disconnect();
  }, [onScroll]);
  const show = useCallback(
    (index: number) => {
      const shown = box.current;
      if (shown === null) return;
      const top = index * height;
      if (top < shown.scrollTop) shown.scrollTop = top;
      else if (top + height > shown.scrollTop + shown.clientHeight) shown.scrollTop = top + height - shown.clientHeight;
    },
    [height],
  );
  const first = Math.floor(view.top / height);
  const last = Math.ceil((view.top + view.height) / height);
  return { box, onScroll, from: Math.max(0, first - SPARE), to: Math.min(count, last + SPARE), show };
}
