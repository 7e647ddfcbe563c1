import { useCallback, useEffect, useMemo, useState } from "react";
import { Store } from "@throughline/client";
import type { ThreadView } from "@throughline/protocol";
import { useClient, useThreadSelector } from "@throughline/react";
import { useServices } from "../app/services.ts";
import { browserClock } from "../app/system.ts";
import { useStore } from "../app/use-store.ts";
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
export function useHistory(threadId: string, view: ThreadView | null): History {
  const history = useEvents(threadId);
  const thread = useClient().thread(threadId);
  const state = useStore(history?.state ?? NONE);
  const head = view?.lastSeq ?? 0;
  const load = useCallback(() => history?.load(thread.view.get().view.lastSeq) ?? Promise.resolve(), [history, thread]);
  const isWanted = state.status === "ready" || (state.status === "idle" && head > 0 && head <= SMALL);
  useEffect(() => {
    // Again with each that comes in, for what came between the reading and the listening.
    if (isWanted && head > 0) void load();
  }, [isWanted, head, load]);
  return useMemo(() => ({ ...state, load }), [state, load]);
}

/** The history of one life of the thread (an epoch). */
function useEvents(threadId: string): EventHistory | null {
  const { pages } = useServices();
  const thread = useClient().thread(threadId);
  const epoch = useThreadSelector(threadId, epochOf);
  const [history, setHistory] = useState<EventHistory | null>(null);
  useEffect(() => {
    if (epoch === "") return setHistory(null);
    const source: HistorySource = {
      read: (seq, signal) => pages.events(threadId, { epoch, seq }, PAGE, signal),
      listen: (listener) => thread.events(listener),
    };
    const made = new EventHistory(source, browserClock);
    setHistory(made);
    return () => made.close();
  }, [pages, threadId, thread, epoch]);
  return history;
}

const epochOf = ({ epoch }: { readonly epoch: string }): string => epoch;

const NONE = new Store<HistoryState>({ status: "idle", events: [], length: 0, failure: null });
