import { useMemo, useSyncExternalStore } from "react";
import type { ThreadState } from "@throughline/client";
import { emptyView } from "@throughline/protocol";
import { constant, type ThreadId, useThreadObject } from "./use-thread-object.ts";

/**
 * A part of a thread; renders again only when the part changes. Who uses it follows the thread, as one of
 * many: the last one to leave ends that, and never the run.
 *
 * @param threadId null, undefined or "" while there is none yet: the part is that of an empty thread
 * @param isEqual whether two parts are the same; default by identity
 */
export function useThreadSelector<T>(
  threadId: ThreadId,
  selector: (state: ThreadState) => T,
  isEqual: (left: T, right: T) => boolean = Object.is,
): T {
  const thread = useThreadObject(threadId);
  const blank = useMemo(() => blankThread(threadId ?? ""), [threadId]);
  const view = useMemo(() => thread?.view ?? constant(blank), [thread, blank]);
  const [read, readOnServer] = useMemo(() => {
    const select = remembering(selector, isEqual);
    return [() => select(view.get()), () => select(blank)] as const;
  }, [view, blank, selector, isEqual]);
  return useSyncExternalStore(view.subscribe, read, readOnServer);
}

/** The same part as long as it is equal, so that the same thing is the same object. */
function remembering<T>(
  selector: (state: ThreadState) => T,
  isEqual: (left: T, right: T) => boolean,
): (state: ThreadState) => T {
  let last: { readonly state: ThreadState; readonly part: T } | undefined;
  return (state) => {
    if (last?.state === state) return last.part;
    const part = selector(state);
    last = { state, part: last !== undefined && isEqual(last.part, part) ? last.part : part };
    return last.part;
  };
}

/** What a server renders of a thread, and a browser at first. */
export function blankThread(threadId: string): ThreadState {
  return {
    view: emptyView(threadId),
    isLoaded: false,
    epoch: "",
    status: "ready",
    error: null,
    behind: 0,
    outgoing: [],
  };
}
