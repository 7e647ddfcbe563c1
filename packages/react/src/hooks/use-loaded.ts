import { useCallback, useEffect, useState } from "react";
import { ThroughlineError } from "@throughline/protocol";

export interface Loaded<T> {
  /** What was loaded last; null until then. */
  readonly value: T | null;
  readonly isLoading: boolean;
  readonly error: ThroughlineError | null;
  readonly reload: () => void;
}

/**
 * What `load` gives, loaded again whenever `load` is another function; null: nothing is to be loaded.
 * What comes after the next has been asked for is dropped.
 */
export function useLoaded<T>(load: ((signal: AbortSignal) => Promise<T>) | null): Loaded<T> {
  const [state, setState] = useState<State<T>>(NOTHING);
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (load === null) return setState(NOTHING);
    const aborter = new AbortController();
    setState(({ value }) => ({ value, isLoading: true, error: null }));
    load(aborter.signal).then(
      (value) => {
        if (!aborter.signal.aborted) setState({ value, isLoading: false, error: null });
      },
      (error: unknown) => {
        if (aborter.signal.aborted) return;
        setState(({ value }) => ({ value, isLoading: false, error: ThroughlineError.from(error) }));
      },
    );
    return () => aborter.abort();
  }, [load, round]);
  const reload = useCallback(() => setRound((count) => count + 1), []);
  return { ...state, reload };
}

type State<T> = Pick<Loaded<T>, "value" | "isLoading" | "error">;

const NOTHING: State<never> = { value: null, isLoading: false, error: null };
