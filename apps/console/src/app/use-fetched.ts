import { useCallback, useEffect, useRef, useState } from "react";
import { failureOf, isTransient } from "../server/failure.ts";
import type { Failure } from "../server/failure.ts";

export type Fetched<T> =
  | { readonly status: "loading" }
  | { readonly status: "ready"; readonly value: T }
  | { readonly status: "failed"; readonly failure: Failure };

/**
 * Fetches once, and again when `fetcher` changes or `retry` is called. `fetcher` must be stable
 * (useCallback). An answer that comes after the next request began is dropped.
 *
 * @param isReachable whether the server answers, as far as is known: what failed while it was away is
 *   fetched again once it is back
 */
export function useFetched<T>(
  fetcher: (signal: AbortSignal) => Promise<T>,
  isReachable: boolean,
): [Fetched<T>, retry: () => void] {
  const [state, setState] = useState<Fetched<T>>({ status: "loading" });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const request = new AbortController();
    setState({ status: "loading" });
    fetcher(request.signal).then(
      (value) => request.signal.aborted || setState({ status: "ready", value }),
      (error: unknown) => request.signal.aborted || setState({ status: "failed", failure: failureOf(error) }),
    );
    return () => request.abort();
  }, [fetcher, attempt]);
  const isMendable = useRef(false);
  useEffect(() => {
    isMendable.current = state.status === "failed" && isTransient(state.failure);
  }, [state]);
  useEffect(() => {
    if (isReachable && isMendable.current) setAttempt((count) => count + 1);
  }, [isReachable]);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  return [state, retry];
}
