import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { ThreadView } from "@throughline/protocol";
import { Rewinder } from "./rewinder.ts";
import type { History } from "./use-history.ts";

export interface Rewind {
  /** The thread as it is shown: now, or as it was. */
  readonly view: ThreadView | null;
  /** The seq that is shown; null = live. */
  readonly position: number | null;
  readonly isPlaying: boolean;
  /** Goes to an event; the last one or beyond is live. */
  readonly seek: (seq: number) => void;
  readonly step: (by: number) => void;
  readonly toLive: () => void;
  /** Goes on from here as it once went; again: holds. */
  readonly play: () => void;
}

/** A pause between two events is never played for longer than this. */
const LONGEST_PAUSE_MS = 600;

/** Looks back along a thread. Its view, and with it chat, chart and plan, is folded up to any position. */
export function useRewind(threadId: string, live: ThreadView | null, history: History): Rewind {
  const [position, setPosition] = useState<number | null>(null);
  const [isPlaying, setPlaying] = useState(false);
  const { events, load } = history;
  const rewinder = useMemo(() => new Rewinder(threadId, events), [threadId, events]);
  const head = live?.lastSeq ?? 0;
  const latest = useRef({ head, position });
  useLayoutEffect(() => {
    latest.current = { head, position };
  });
  const seek = useCallback(
    (seq: number) => {
      if (seq >= latest.current.head) return setPosition(null);
      void load();
      setPosition(Math.max(0, Math.round(seq)));
    },
    [load],
  );
  const step = useCallback(
    (by: number) => {
      setPlaying(false);
      seek((latest.current.position ?? latest.current.head) + by);
    },
    [seek],
  );
  const toLive = useCallback(() => {
    setPlaying(false);
    setPosition(null);
  }, []);
  const play = useCallback(() => {
    // From the end there is nothing to play: from the start, then.
    if (latest.current.position === null && !isPlaying) seek(0);
    setPlaying(!isPlaying);
  }, [isPlaying, seek]);
  usePlayback(isPlaying, events, latest, seek);
  useEffect(() => {
    if (position === null) setPlaying(false);
  }, [position]);
  // Until its events are here, the position is not reachable: the live view stays.
  const isReachable = position !== null && position <= history.length;
  const view = isReachable ? rewinder.at(position) : live;
  return { view, position, isPlaying, seek, step, toLive, play };
}

type Latest = { readonly current: { readonly head: number; readonly position: number | null } };

/** Moves on from event to event in the time they once took, with long pauses cut short. */
function usePlayback(isPlaying: boolean, events: History["events"], latest: Latest, seek: (seq: number) => void): void {
  useEffect(() => {
    if (!isPlaying) return;
    let saved = 0;
    let then = performance.now();
    let frame = 0;
    const tick = (now: number): void => {
      saved += now - then;
      then = now;
      let seq = latest.current.position ?? latest.current.head;
      const from = seq;
      for (let gap = gapBehind(events, seq); seq < latest.current.head && saved >= gap; gap = gapBehind(events, seq)) {
        saved -= gap;
        seq += 1;
      }
      if (seq !== from) seek(seq);
      frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, events, latest, seek]);
}

/** How long it took from event `seq` to the next, in ms. */
function gapBehind(events: History["events"], seq: number): number {
  const then = events[seq - 1]?.event.timestamp;
  const next = events[seq]?.event.timestamp;
  if (then === undefined || next === undefined) return 0;
  return Math.min(LONGEST_PAUSE_MS, Math.max(0, next - then));
}
