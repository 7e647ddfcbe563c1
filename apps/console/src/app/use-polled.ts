import { useCallback, useEffect, useRef, useState } from "react";
import { failureOf } from "../server/failure.ts";
import type { Failure } from "../server/failure.ts";

export interface Polled<T> {
  /** What was fetched last; null before the first answer. It stays while a newer one is fetched or fails. */
  readonly value: T | null;
  /** Why the newest try came to nothing; null once one has succeeded. */
  readonly failure: Failure | null;
}

/**
 * Fetches now and every `everyMs` while the page is in view, and at once when it comes back into view.
 * `fetcher` must be stable (useCallback); when it changes, what it fetched before is dropped. One
 * request at a time: a slow server is not asked twice.
 */
export function usePolled<T>(
  fetcher: (signal: AbortSignal) => Promise<T>,
  everyMs: number,
): [Polled<T>, refresh: () => void] {
  const [state, setState] = useState<Polled<T>>(NOTHING);
  const now = useRef((): void => {});
  useEffect(() => {
    const request = new AbortController();
    const { signal } = request;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isAsking = false;
    setState(NOTHING);
    const ask = async (): Promise<void> => {
      clearTimeout(timer);
      if (isAsking || signal.aborted) return;
      isAsking = true;
      try {
        const value = await fetcher(signal);
        if (!signal.aborted) setState({ value, failure: null });
      } catch (error) {
        const failure = failureOf(error);
        if (!signal.aborted) setState(({ value }) => ({ value, failure }));
      }
      isAsking = false;
      if (!signal.aborted && document.visibilityState === "visible") timer = setTimeout(start, everyMs);
    };
    const start = (): void => void ask();
    const wake = (): void => (document.visibilityState === "visible" ? start() : clearTimeout(timer));
    now.current = start;
    start();
    document.addEventListener("visibilitychange", wake);
    return () => {
      request.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", wake);
    };
  }, [fetcher, everyMs]);
  return [state, useCallback(() => now.current(), [])];
}

const NOTHING = { value: null, failure: null };
