import { useCallback, useEffect, useState } from "react";
import { failureOf } from "../live/failure.ts";
import type { Failure } from "../live/failure.ts";

export type Fetched<T> =
  | { readonly status: "loading" }
  | { readonly status: "ready"; readonly value: T }
  | { readonly status: "failed"; readonly failure: Failure };

/**
 * Fetches once, and again when `fetcher` changes or `retry` is called. `fetcher` must be stable
 * (useCallback). An answer that comes after the next request began is dropped.
 */
export function useFetched<T>(fetcher: (signal: AbortSignal) => Promise<T>): [Fetched<T>, retry: () => void] {
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
  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  return [state, retry];
}
