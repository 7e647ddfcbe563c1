import { useCallback, useEffect, useMemo, useState } from "react";
import { useServices } from "../app/services.ts";
import { useStore } from "../app/use-store.ts";
import { Store } from "../live/store.ts";
import type { Feed } from "../live/thread-feed.ts";
import type { ThreadSession } from "../live/thread-session.ts";
import { EventHistory } from "./event-history.ts";
import type { HistorySource, HistoryState } from "./event-history.ts";

/** A thread with more events than this is read back only when somebody looks back. */
const SMALL = 5_000;
const PAGE = 1_000;

export interface History extends HistoryState {
  /** Fetches all there is; resolves when it is there, or is not to be had. */
  readonly load: () => Promise<void>;
}

/** The thread's events: of a small thread at once, of a large one when asked for. */
export function useHistory(session: ThreadSession, { epoch, view }: Feed): History {
  const { api } = useServices();
  const { threadId, live } = session;
  const [history, setHistory] = useState<EventHistory | null>(null);
  useEffect(() => {
    if (epoch === null) return setHistory(null);
    const source: HistorySource = {
      read: async (seq, signal) => (await api.events(threadId, { epoch, seq }, { limit: PAGE, signal })).events,
      listen: (listener) => live.events(listener),
    };
    const made = new EventHistory(source, setTimeoutOf);
    setHistory(made);
    return () => made.close();
  }, [api, threadId, live, epoch]);
  const state = useStore(history?.state ?? NONE);
  const head = view?.lastSeq ?? 0;
  const load = useCallback(
    () => history?.load(live.feed.peek().view?.lastSeq ?? 0) ?? Promise.resolve(),
    [history, live],
  );
  const isDue = history !== null && head > 0 && head <= SMALL && state.status === "idle";
  useEffect(() => {
    if (isDue) void load();
  }, [isDue, load]);
  return useMemo(() => ({ ...state, load }), [state, load]);
}

const NONE = new Store<HistoryState>({ status: "idle", events: [], length: 0, failure: null });

function setTimeoutOf(ms: number, fn: () => void): unknown {
  return setTimeout(fn, ms);
}
